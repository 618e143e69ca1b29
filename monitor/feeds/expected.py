"""What a feed document should be read as, and where a reading of it differs: the layout of gofeed's test data.

An expectation is JSON beside the document, with the fields of its format (`items` and `pubDate`, `entries` and
`published`, `date_published`), or of gofeed's own model. What it does not mention may be anything.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from monitor.feeds.dates import date_of
from monitor.feeds.entry import Entry, Feed

_TITLES = ("title",)
_DATES = (
    "publishedParsed", "pubDateParsed", "date_published", "updatedParsed", "lastBuildDateParsed", "date_modified"
)  # fmt: skip
_TEXTS = ("content", "content_html", "content_text", "summary", "description")
_EMAIL = re.compile(r"\S+@\S+\s*(?:\(([^)]*)\))?")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that was read otherwise than expected."""

    field: str
    expected: str
    read: str


def differences(feed: Feed, expected: Mapping[str, Any]) -> list[Difference]:
    """Where title, link, date, author or content of a feed or of its entries differ from what is expected.

    Texts are compared as they are shown: without tags, entities decoded, white space squeezed; the content that counts is
    the longest one, as in `Entry.html`. Dates are compared as moments, links without an empty path.
    """
    items: Sequence[Mapping[str, Any]] = expected.get("items", expected.get("entries")) or ()
    found = list(_of_feed(feed, expected))
    if len(items) != len(feed.entries):
        return [*found, Difference("number of entries", str(len(items)), str(len(feed.entries)))]
    for number, (entry, item) in enumerate(zip(feed.entries, items, strict=True), 1):
        found += (Difference(f"entry {number}: {one.field}", one.expected, one.read) for one in _of_entry(entry, item))
    return found


def _of_feed(feed: Feed, expected: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _differ("title", _first(expected, _TITLES), feed.title, _shown)
    yield from _differ("link", _link(expected, "home_page_url"), feed.url, _address)
    yield from _differ("date", _moment(expected), feed.updated_at, str)
    yield from _differ("author", _author(expected, "managingEditor"), _first_of(feed.authors), _person)


def _of_entry(entry: Entry, expected: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _differ("title", _first(expected, _TITLES), entry.title, _shown)
    yield from _differ("link", _link(expected, "url"), entry.url, _address)
    yield from _differ("date", _moment(expected), entry.published_at, str)
    yield from _differ("author", _author(expected, "author"), _first_of(entry.authors), _person)
    texts = [text for text in (_text(expected.get(key)) for key in _TEXTS) if text]
    yield from _differ("content", max(texts, key=len, default=None), entry.html, _shown)


def _differ(field: str, expected: Any, read: Any, shown: Callable[[Any], str]) -> Iterator[Difference]:
    if expected is not None and shown(expected) != shown(read):
        yield Difference(field, shown(expected), shown(read))


def _first(expected: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    return next((text for text in (_text(expected.get(key)) for key in keys) if text), None)


def _first_of(names: Sequence[str]) -> str:
    return names[0] if names else ""


def _text(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("value")
    return value if isinstance(value, str) else None


def _link(expected: Mapping[str, Any], of_json: str) -> str | None:
    """The page that is meant: of Atom's links the first 'alternate' one, which is also what no `rel` means."""
    plain = expected.get(of_json) or expected.get("link")
    if isinstance(plain, str):
        return plain
    links = [link for link in expected.get("links") or () if isinstance(link, Mapping)]
    return next((link.get("href") for link in links if link.get("rel", "alternate") == "alternate"), None)


def _moment(expected: Mapping[str, Any]) -> datetime | None:
    return next((at for at in (date_of(expected.get(key)) for key in _DATES) if at), None)


def _author(expected: Mapping[str, Any], of_rss: str) -> str | None:
    authors = expected.get("authors") or [expected.get("author")]
    first = authors[0] if authors else None
    if isinstance(first, Mapping):
        # One with nothing but an address has no name, which is what counts here.
        return first.get("name")
    return first if isinstance(first, str) else expected.get(of_rss)


def _shown(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", html.unescape(text))).split())


def _person(name: str) -> str:
    found = _EMAIL.fullmatch(name.strip())
    return _shown(found[1] or name if found else name)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    return urlunsplit(parts._replace(path=parts.path or "/"))
