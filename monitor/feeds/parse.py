"""From a feed document to its entries: RSS, RDF and Atom, as broken as they come."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.feeds.bounded import Bounded, bounded
from monitor.feeds.charset import decoded
from monitor.feeds.entry import Entry, Feed
from monitor.feeds.failures import failure
from monitor.feeds.mend import entries_apart, mended, with_texts_escaped
from monitor.feeds.root import root_at

__all__ = ["Entry", "Feed", "parse"]

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Older than any news feed: programs write 1970 or the year 1 when they know no date."""

_MAX_AUTHORS = 20
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d\d\b")
# What feedparser's date and character functions were seen to raise, and their relatives; it promises nothing.
_FOREIGN = (ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError, RecursionError)


def parse(body: bytes, *, url: str, content_type: str, max_entries: int) -> Feed:
    """The entries of an RSS, RDF or Atom document, in its order, and what was wrong with it.

    A broken document is mended where that is simple; what is still broken is read entry by entry.

    Args: url: where the document was found; relative links start from it. content_type: the header, for its charset.
        max_entries: how many are read.
    Raises: FetchError: `not_a_feed`: it is something else, or so broken that no entry could be read.
    Cost: 20 ms for 30 teasers, 0.15 s for 1 MB of articles. Of hostile documents at most 3 s for 2 MB and 11 s for
        15 MB, so it belongs in a thread. It is pure, and opens no address and no file that a document names.
    """
    text, wrong_bytes = decoded(body, content_type=content_type)
    start, instead = root_at(text)
    if instead:
        raise failure("not_a_feed", url, instead)
    # The line breaks keep the line numbers of messages right.
    text = "\n" * text.count("\n", 0, start) + text[start:]
    copy = bounded(text, max_entries=max_entries)
    problems = [wrong_bytes] if wrong_bytes else []
    if copy.broken:
        first = copy.broken
        copy = _mended(text.lstrip("\n"), max_entries)
        if copy.broken and not copy.entries:
            raise failure("not_a_feed", url, f"is broken XML of which no entry can be read ({first}); tell its owner")
        problems.append(f"is broken XML ({first}); {copy.broken or 'it was mended'}")
    if copy.more:
        problems.append(f"has more than {max_entries} entries; the rest was left out (fetch.max_entries)")
    entries, unreadable = _read(copy, url)
    if unreadable:
        problems.append(f"has {unreadable} entries that cannot be read; they were left out")
    return Feed(entries, [f"the feed {problem}" for problem in problems])


def _mended(text: str, max_entries: int) -> Bounded:
    """The copy of a mended document; `broken` says what was left out all the same."""
    text = mended(text)
    copy = bounded(text, max_entries=max_entries)
    if not copy.broken:
        return copy
    entries: list[str] = []
    tried = 0
    for document in entries_apart(text):
        if tried == max_entries:
            copy.more = True
            break
        tried += 1
        entries += (
            bounded(document, max_entries=1).entries or bounded(with_texts_escaped(document), max_entries=1).entries
        )
    if len(entries) > len(copy.entries):
        copy.entries = entries
    copy.broken = f"{len(copy.entries)} of {max(tried, len(copy.entries))} entries could be read"
    return copy


def _read(copy: Bounded, url: str) -> tuple[Sequence[Entry], int]:
    """The entries of a copy, and how many of them feedparser cannot read."""
    try:
        return list(_entries(copy.document(*copy.entries), url)), 0
    except _FOREIGN:
        pass
    entries: list[Entry] = []
    unreadable = 0
    for one in copy.entries:
        try:
            entries += _entries(copy.document(one), url)
        except _FOREIGN:
            unreadable += 1
    return entries, unreadable


def _entries(document: bytes, url: str) -> Iterator[Entry]:
    read = feedparser.parse(
        # As a stream, since bytes by themselves are first tried as the name of a file.
        io.BytesIO(document),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        # Text is taken out of HTML by monitor.articles.html, which needs neither; each would cost as much as all else.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    language = str(read["feed"].get("language") or "")
    for item in read["entries"]:
        yield _entry(item, url, language)


def _entry(item: Any, url: str, language: str) -> Entry:
    texts = [str(part.get("value") or "") for part in item.get("content", ())]
    return Entry(
        # FeedBurner's link leads over its own host; the publisher's address stands beside it.
        url=_absolute(url, str(item.get("feedburner_origlink") or item.get("link") or "")),
        guid=str(item.get("id") or ""),
        title=str(item.get("title") or ""),
        html=max([*texts, str(item.get("summary") or "")], key=len),
        published_at=_published_at(item),
        authors=_authors(item),
        language=str(item.get("language") or language),
    )


def _absolute(url: str, link: str) -> str:
    try:
        return urljoin(url, link.strip()) if link else ""
    except ValueError:
        return ""


def _authors(item: Any) -> tuple[str, ...]:
    names = (str(author.get("name") or "").strip() for author in item.get("authors", ()))
    return tuple(dict.fromkeys(name for name in names if name))[:_MAX_AUTHORS]


def _published_at(item: Any) -> datetime | None:
    for key in ("published", "created", "updated"):
        # feedparser makes up the year of a date that has none.
        if key not in item or not _YEAR.search(str(item[key])):
            continue
        try:
            at = datetime.fromtimestamp(calendar.timegm(item.get(f"{key}_parsed")), UTC)
        except (ValueError, OverflowError, TypeError, OSError):
            continue
        if at >= EARLIEST:
            return at
    return None
