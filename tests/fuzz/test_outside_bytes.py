"""Whatever comes from outside, each parser ends with a value or a FetchError.

Inputs are random bytes, and random series of pieces that parsers are known to stumble over.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles.article import Rejected, article
from monitor.articles.canonical import MAX_URL_CHARS, canonical_url
from monitor.articles.clean import clean
from monitor.articles.html import text_of
from monitor.base.errors import FetchError
from monitor.base.events import FeedEntry, FeedPolled, decode, encode
from monitor.base.retry_after import LONGEST_S, parse_retry_after
from monitor.feeds.body import read_body
from monitor.feeds.charset import decoded
from monitor.feeds.entry import Entry
from monitor.feeds.failures import REASONS, shown
from monitor.feeds.parse import parse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://herald.example/feed.xml"
# With halves of surrogate pairs: JSON and headers can bring them.
ANY_TEXT = st.text(st.characters())

FEED_PIECES = (
    b"<?xml version='1.0' encoding='", b"utf-8", b"utf-16", b"shift_jis", b"'?>", b"<!DOCTYPE rss [", b"<!ENTITY a '", b"'>",
    b"]>", b"<rss version='2.0'>", b"<rdf:RDF>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<channel>", b"<item>",
    b"<entry>", b"</item>", b"</entry>", b"</channel>", b"</rss>", b"</feed>", b"<title>", b"</title>", b"<title type='xhtml'>",
    b"<link>", b"</link>", b"<link href='", b"'/>", b"<guid isPermaLink='true'>", b"</guid>", b"<id>", b"</id>", b"<pubDate>",
    b"</pubDate>", b"<updated>", b"</updated>", b"Mon, 23 Nov 2026 12:00:00 GMT", b"Fri, 2006/99/15 08:19:53 EDT", b"2026-11-23",
    b"99999999999999", b"<content:encoded>", b"</content:encoded>", b"<content type='xhtml'>", b"<content type='image/png'>",
    b"</content>", b"<description>", b"</description>", b"<author>", b"<name>", b"</name>", b"</author>", b"<dc:creator>",
    b"</dc:creator>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"?>", b"<b>", b"</b>", b"<br/>", b"&amp;", b"&a;", b"&nbsp;",
    b"&#0;", b"&#xD800;", b"&#99999999999;", b"&", b"<", b">", b"xml:base='//x/'", b" xmlns:a='", b"http://[::1", b"\xff", b"\0",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"<html>", b"\n", "Größe 新闻".encode(),
)  # fmt: skip
HTML_PIECES = (
    "<p>", "</p>", "<br>", "<a href=\"", "\">", "'", "\"", "<script>", "</script>", "<style", "<svg>", "</svg>", "<!--", "-->",
    "<!", "<?", "<![CDATA[", "]]>", "&amp;", "&#0;", "&#xD800;", "&#9999999999;", "&nope", "&", "<", ">", "/", " ", "\n", "\n\n",
    "\0", "\ud800", "\u200b", "word", "新闻",
)  # fmt: skip


def pieced(pieces: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(pieces), max_size=60).map(b"".join)


FEEDS = st.one_of(
    st.binary(),
    pieced(FEED_PIECES),
    pieced(FEED_PIECES).map(lambda inner: b"<rss><channel><item>" + inner + b"</item></channel></rss>"),
    pieced(FEED_PIECES).map(
        lambda inner: b"<rss><channel><item><title>" + inner + b"</title></item><item/></channel></rss>"
    ),
)
HTML = st.one_of(ANY_TEXT, st.lists(st.sampled_from(HTML_PIECES), max_size=60).map("".join))


@given(body=FEEDS, content_type=ANY_TEXT, most=st.integers(1, 3))
def test_any_document_is_a_feed_or_no_feed(body: bytes, content_type: str, most: int) -> None:
    try:
        feed = parse(body, url=URL, content_type=content_type, max_entries=most)
    except FetchError as error:
        assert error.reason == "not_a_feed"
        assert str(error).startswith(URL) and str(error).isprintable()
        return
    assert len(feed.entries) <= most
    assert all(problem.isprintable() for problem in feed.problems)
    encode(FeedPolled(feed_url=URL, at=NOW, problems=tuple(feed.problems)))
    for entry in feed.entries:
        made(entry)


@given(
    entry=st.builds(
        Entry,
        url=ANY_TEXT,
        guid=ANY_TEXT,
        title=HTML,
        html=HTML,
        published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        authors=st.lists(ANY_TEXT).map(tuple),
        language=ANY_TEXT,
    )
)
def test_any_entry_is_an_article_or_rejected(entry: Entry) -> None:
    made(entry)


def made(entry: Entry) -> None:
    """Checks what becomes of an entry."""
    found = article(entry, feed_url=URL, source="", first_seen_at=NOW)
    if isinstance(found, Rejected):
        assert found.message.isprintable()
        return
    assert found.title or found.text
    assert decode(encode(FeedEntry(article=found))) == FeedEntry(article=found)
    again = article(entry, feed_url=URL, source="", first_seen_at=NOW)
    assert again == found


@given(HTML)
def test_any_html_is_plain_text(source: str) -> None:
    text = text_of(source)
    text.encode()
    assert not re.search(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u200b]|^ | $|  |^\n|\n\n|\n$", text)
    clean(text)


@given(st.one_of(ANY_TEXT, ANY_TEXT.map("https://herald.example/{}".format), ANY_TEXT.map("http://{}/".format)))
def test_any_text_has_a_canonical_url_that_stays_as_it_is_or_none(url: str) -> None:
    canonical = canonical_url(url)
    if canonical:
        assert canonical.isascii() and canonical.startswith(("http://", "https://")) and len(canonical) <= MAX_URL_CHARS
        assert "#" not in canonical and "@" not in canonical.split("/")[2]
        assert canonical_url(canonical) == canonical


@given(host=st.from_regex(r"[a-z]{1,9}\.example", fullmatch=True), path=st.text(max_size=20), tail=st.text(max_size=20))
def test_what_a_newsletter_adds_does_not_change_the_canonical_url(host: str, path: str, tail: str) -> None:
    plain = f"https://{host}/{path.replace('#', '').replace('?', '')}"
    base = canonical_url(plain)
    tracked = canonical_url(f"{plain}?utm_source=x&fbclid=y#{tail.strip()}")
    # What stands at the end of the path alone may be white space that is cut off.
    assert tracked == base or plain != plain.strip()


@given(body=st.binary(), content_type=ANY_TEXT)
def test_any_bytes_are_characters(body: bytes, content_type: str) -> None:
    text, problem = decoded(body, content_type=content_type)
    text.encode()
    assert problem.isprintable()


@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "br", "\ud800"])
@given(
    chunks=st.lists(st.one_of(st.binary(), st.binary().map(gzip.compress), st.binary().map(zlib.compress))),
    cut=st.integers(0, 30),
)
async def test_any_body_is_read_within_its_limit_or_refused(coding: str, chunks: list[bytes], cut: int) -> None:
    async def arriving() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk[: len(chunk) - cut]

    try:
        body = await read_body(arriving(), coding=coding, max_bytes=50, url=URL)
    except FetchError as error:
        assert error.reason in REASONS
    else:
        assert 0 < len(body) <= 50


@given(ANY_TEXT)
def test_any_url_can_be_told(url: str) -> None:
    told = shown(url)
    assert told.isprintable() and len(told) <= 300
    told.encode()


@given(st.one_of(ANY_TEXT, st.datetimes().map(str), st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ [\d:]+ .*")))
def test_any_retry_after_is_a_wait_or_nothing(header: str) -> None:
    wait_s = parse_retry_after(header, NOW)
    assert wait_s is None or 0 <= wait_s <= LONGEST_S
