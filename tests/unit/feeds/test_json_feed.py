"""JSON Feeds, whole and half broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.base.errors import FetchError
from monitor.feeds.entry import Entry, Feed
from monitor.feeds.parse import parse

URL = "https://herald.example/feed.json"


def read(document: Any, max_entries: int = 10) -> Feed:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse(body, url=URL, content_type="application/feed+json", max_entries=max_entries)


def test_a_feed_is_read_with_all_that_it_says() -> None:
    feed = read(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Herald",
            "home_page_url": "/",
            "feed_url": "feed.json",
            "language": "de",
            "authors": [{"name": "Desk"}],
            "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, {"type": "rssCloud", "url": "x"}],
            "items": [
                {
                    "id": 7,
                    "url": "gate",
                    "title": "5 < 6",
                    "content_html": "<p>A gate failed.</p>",
                    "content_text": "A gate failed.",
                    "date_published": "2026-11-23T12:00:00+01:00",
                    "authors": [{"name": "Ada Quill"}, {"url": "x"}, "odd"],
                }
            ],
        }
    )
    assert feed == Feed(
        [
            Entry(
                url="https://herald.example/gate",
                guid="7",
                title="5 &lt; 6",
                html="<p>A gate failed.</p>",
                published_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
                authors=("Ada Quill",),
                language="de",
            )
        ],
        [],
        title="Herald",
        url="https://herald.example/",
        self_url="https://herald.example/feed.json",
        hubs=("https://hub.example/",),
        authors=("Desk",),
        language="de",
    )


def test_plain_text_and_the_author_of_version_1_are_read() -> None:
    item = {"id": "a", "content_text": "a < b", "author": {"name": "Ada"}, "date_modified": "2026-11-23"}
    (entry,) = read({"version": "1", "items": [item]}).entries
    assert (entry.html, entry.authors) == ("a &lt; b", ("Ada",))
    assert entry.published_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_what_has_the_wrong_type_is_missing_and_what_is_no_entry_is_told() -> None:
    feed = read({"version": 1, "items": [{"id": [], "title": 7, "authors": 3, "url": {}}, 5], "hubs": "x"})
    assert feed.entries == [Entry()]
    assert feed.problems == ["the feed has 1 entries that cannot be read; they were left out"]


def test_entries_over_the_limit_are_left_out_and_told() -> None:
    feed = read({"version": "1", "items": [{"id": str(number)} for number in range(5)]}, max_entries=3)
    assert [entry.guid for entry in feed.entries] == ["0", "1", "2"]
    assert "has more than 3 entries" in feed.problems[0]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1, 2]", b'{"items": 7, "version": "1"}', b'{"items": []}', b"[" * 100_000, b"[" + b"9" * 5000 + b"]"],
)
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        read(body)
    assert caught.value.reason == "not_a_feed"
