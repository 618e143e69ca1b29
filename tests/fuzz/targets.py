"""What is fuzzed: each parser of outside bytes ends with a value, or with the error that it promises.

`tests/fuzz/search.py` looks for inputs for which that does not hold; the corpus keeps what was found, with a few inputs of
each kind to begin from, and the suite reads it each time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitor.articles.article import article
from monitor.articles.canonical import canonical_url, identity_url
from monitor.articles.page import read_page
from monitor.base.errors import FetchError, InputError
from monitor.base.events import Article, FeedEntry, FeedPolled, encode
from monitor.feeds.failures import shown
from monitor.feeds.opml import read_opml, write_opml
from monitor.feeds.parse import parse

CORPUS = Path(__file__).parent / "corpus"
URL = "https://herald.example/feed"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def feed(data: bytes) -> None:
    """Any document is a feed or no feed, and what is read of it can be stored."""
    try:
        found = parse(data, url=URL, content_type="", max_entries=50)
    except FetchError as error:
        assert error.reason == "not_a_feed" and str(error).isprintable()
        return
    encode(FeedPolled(feed_url=URL, at=NOW, problems=tuple(found.problems)))
    for entry in found.entries:
        made = article(entry, feed_url=URL, source="", first_seen_at=NOW)
        if isinstance(made, Article):
            encode(FeedEntry(article=made))


def page(data: bytes) -> None:
    """Any bytes are a page, whose address can be told."""
    found = read_page(data, url=URL)
    found.text.encode()
    found.title.encode()
    shown(found.url)
    identity_url(canonical_url(found.url))


def opml(data: bytes) -> None:
    """Any list that is read is the same when it is written and read again."""
    try:
        found = read_opml(data, name="x")
    except InputError:
        return
    again = read_opml(write_opml(found).encode("utf-8", "replace"), name="x")
    assert [one.url for one in again.feeds()] == [one.url for one in found.feeds()]


TARGETS = {target.__name__: target for target in (feed, page, opml)}
