"""Sitemaps: the newest pages, whatever the order."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from monitor.base.errors import FetchError
from monitor.feeds.entry import Entry, Feed
from monitor.feeds.parse import parse

URL = "https://herald.example/news-sitemap.xml"
NEWS = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://herald.example/gate</loc><lastmod>2026-11-24</lastmod>
<news:news><news:publication><news:name>Herald</news:name><news:language>de</news:language></news:publication>
<news:publication_date>2026-11-23T12:00+01:00</news:publication_date><news:title>5 &lt; 6</news:title></news:news>
<image:image><image:loc>https://cdn.example/gate.jpg</image:loc><image:title>Photo</image:title></image:image></url>
</urlset>"""


def read(body: str, max_entries: int = 10) -> Feed:
    return parse(body.encode(), url=URL, content_type="", max_entries=max_entries)


def pages(*days: int) -> str:
    inner = "".join(f"<url><loc>https://h.example/{day}</loc><lastmod>2026-11-{day:02}</lastmod></url>" for day in days)
    return f"<urlset>{inner}</urlset>"


def test_a_news_sitemap_is_read() -> None:
    assert read(NEWS).entries == [
        Entry(
            url="https://herald.example/gate",
            title="5 &lt; 6",
            published_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
            language="de",
        )
    ]


def test_the_newest_pages_are_kept_whatever_the_order() -> None:
    feed = read(pages(3, 9, 1, 7, 5), max_entries=3)
    assert [entry.url[-1] for entry in feed.entries] == ["9", "7", "5"]
    assert feed.problems == ["the sitemap has 5 pages; the 3 newest were read (fetch.max_entries)"]


def test_pages_of_one_date_keep_the_documents_order() -> None:
    body = (
        "<urlset>" + "".join(f"<url><loc>https://h.example/{number}</loc></url>" for number in range(4)) + "</urlset>"
    )
    assert [entry.url[-1] for entry in read(body, max_entries=3).entries] == ["0", "1", "2"]


def test_a_broken_sitemap_is_read_up_to_there() -> None:
    feed = read(pages(3, 9).replace("</urlset>", "<url></urlset>"))
    assert len(feed.entries) == 2
    assert "broken XML" in feed.problems[0]
    with pytest.raises(FetchError, match="no page can be read"):
        read("<urlset><url><loc>x</url>")


def test_a_page_without_address_is_none() -> None:
    assert read("<urlset><url><lastmod>2026-11-23</lastmod></url></urlset>").entries == []


@pytest.mark.parametrize(
    "inner",
    ["<url><loc>https://h.example/a</loc></url>" * 40_000, "<a>" * 300_000, "<url><loc>" + "x" * 2_000_000],
    ids=["pages", "nesting", "address"],
)
def test_a_hostile_sitemap_takes_seconds_at_most(inner: str) -> None:
    started = time.process_time()
    try:
        read(f"<urlset>{inner}</urlset>")
    except FetchError as error:
        assert error.reason == "not_a_feed"
    # Measured: 0.5 s.
    assert time.process_time() - started < 5
