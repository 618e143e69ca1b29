"""From a feed document to its entries: RSS, RDF, Atom, JSON Feed and sitemaps, as broken as they come."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.feeds.bounded import Bounded, bounded
from monitor.feeds.charset import decoded
from monitor.feeds.dates import EARLIEST
from monitor.feeds.entry import Entry, Feed
from monitor.feeds.failures import failure
from monitor.feeds.json_feed import parse_json_feed
from monitor.feeds.mend import balanced, entries_apart, mended, with_texts_escaped
from monitor.feeds.root import is_json, root_at
from monitor.feeds.sitemap import parse_sitemap

__all__ = ["Entry", "Feed", "parse"]

_MAX_AUTHORS = 20
_MAX_HUBS = 5
_PERIODS_S = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
"""Of `sy:updatePeriod` (RSS 1.0 module 'syndication')."""
_SITEMAP = re.compile(r"<(?:[\w.-]{1,40}:)?urlset[\s>]")
_LINK = re.compile(r"""(\s(?:href|src)\s{0,9}=\s{0,9})(?:"([^"<>]{0,2000})"|'([^'<>]{0,2000})')""", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d\d\b")
# What feedparser's date and character functions were seen to raise, and their relatives; it promises nothing.
_FOREIGN = (ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError, RecursionError)


def parse(body: bytes, *, url: str, content_type: str, max_entries: int) -> Feed:
    """The entries of a document, in its order, what it says of itself, and what was wrong with it.

    RSS, RDF, Atom, JSON Feed and sitemaps are told by their first characters, not by the `Content-Type`, which is often
    wrong. A broken document is mended where that is simple; what is still broken is read entry by entry.

    Args: url: where the document was found; relative links start from it. content_type: the header, for its charset.
        max_entries: how many are read.
    Raises: FetchError: `not_a_feed`: it is something else, or so broken that nothing could be read.
    Cost: 20 ms for 30 teasers, 0.15 s for 1 MB of articles. Of hostile documents at most 3 s for 2 MB and 11 s for
        15 MB, so it belongs in a thread. It is pure, and opens no address and no file that a document names.
    """
    text, wrong_bytes = decoded(body, content_type=content_type)
    problems = [f"the feed {wrong_bytes}"] if wrong_bytes else []
    if is_json(text):
        feed = parse_json_feed(text, url=url, max_entries=max_entries)
        return replace(feed, problems=[*problems, *feed.problems])
    start, instead = root_at(text)
    if instead:
        raise failure("not_a_feed", url, instead)
    # The line breaks keep the line numbers of messages right.
    text = "\n" * text.count("\n", 0, start) + text[start:]
    if _SITEMAP.match(text.lstrip("\n")):
        feed = parse_sitemap(text, url=url, max_entries=max_entries)
        return replace(feed, problems=[*problems, *feed.problems])
    return _parse_xml(text, problems, url, max_entries)


def _parse_xml(text: str, problems: list[str], url: str, max_entries: int) -> Feed:
    copy = bounded(text, max_entries=max_entries)
    if copy.broken:
        first = copy.broken
        copy = _mended(text.lstrip("\n"), max_entries)
        if copy.broken and not copy.entries and not copy.says_something:
            raise failure("not_a_feed", url, f"is broken XML of which nothing can be read ({first}); tell its owner")
        problems.append(f"the feed is broken XML ({first}); {copy.broken or 'it was mended'}")
    if copy.more:
        problems.append(f"the feed has more than {max_entries} entries; the rest was left out (fetch.max_entries)")
    head, entries, unreadable = _read(copy, url)
    if unreadable:
        problems.append(f"the feed has {unreadable} entries that cannot be read; they were left out")
    return _feed(head, entries, problems, url)


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
    if len(copy.entries) < tried or not tried:
        closed = bounded(balanced(text), max_entries=max_entries)
        if len(closed.entries) > len(copy.entries) or (closed.says_something and not copy.entries):
            copy = closed
            if not copy.broken:
                return copy
    copy.broken = f"{len(copy.entries)} of {max(tried, len(copy.entries))} entries could be read"
    return copy


def _read(copy: Bounded, url: str) -> tuple[Any, Sequence[Entry], int]:
    """What feedparser says of the feed, the entries of a copy, and how many of them it cannot read."""
    try:
        return *_parsed(copy.document(*copy.entries), url), 0
    except _FOREIGN:
        pass
    head: Any = {}
    entries: list[Entry] = []
    unreadable = 0
    for one in copy.entries:
        try:
            head, read = _parsed(copy.document(one), url)
            entries += read
        except _FOREIGN:
            unreadable += 1
    return head, entries, unreadable


def _parsed(document: bytes, url: str) -> tuple[Any, list[Entry]]:
    read = feedparser.parse(
        # As a stream, since bytes by themselves are first tried as the name of a file.
        io.BytesIO(document),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        # Text is taken out of HTML by monitor.articles.html, which needs neither; each would cost as much as all else.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    head = read["feed"]
    language = str(head.get("language") or "")
    return head, [_entry(item, url, language) for item in read["entries"]]


def _feed(head: Any, entries: Sequence[Entry], problems: Sequence[str], url: str) -> Feed:
    links = [(str(link.get("rel") or ""), str(link.get("href") or "")) for link in head.get("links", ())]
    return Feed(
        entries,
        problems,
        title=str(head.get("title") or "").strip(),
        url=_absolute(url, str(head.get("link") or "")),
        self_url=next((_absolute(url, href) for rel, href in links if rel == "self"), ""),
        hubs=tuple(_absolute(url, href) for rel, href in links if rel == "hub" and href)[:_MAX_HUBS],
        updated_at=_date(head, ("updated", "published")),
        authors=_authors(head),
        language=str(head.get("language") or ""),
        wait_s=_wait_s(head),
    )


def _wait_s(head: Any) -> float | None:
    """The pause that a feed asks for; the longer one when it names two."""
    ttl, frequency = (_number(head.get(key)) for key in ("ttl", "sy_updatefrequency"))
    period_s = _PERIODS_S.get(str(head.get("sy_updateperiod") or "").strip().lower())
    waits_s = [60.0 * ttl] if ttl else []
    if period_s:
        waits_s.append(period_s / max(1, frequency or 1))
    return max(waits_s, default=None)


def _number(text: object) -> int:
    text = str(text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _entry(item: Any, url: str, language: str) -> Entry:
    texts = [_html(part) for part in (*item.get("content", ()), item.get("summary_detail") or {})]
    return Entry(
        # FeedBurner's link leads over its own host; the publisher's address stands beside it.
        url=_absolute(url, str(item.get("feedburner_origlink") or item.get("link") or "")),
        guid=str(item.get("id") or ""),
        title=str(item.get("title") or item.get("mediatitle") or ""),
        html=max(texts, key=len) or str(item.get("mediatext") or ""),
        published_at=_date(item, ("published", "created", "updated")),
        authors=_authors(item),
        language=str(item.get("language") or language),
    )


def _html(part: Any) -> str:
    """A text of an entry; its relative links start from the base that holds where it stands."""
    html, base = str(part.get("value") or ""), str(part.get("base") or "")
    if not base or "=" not in html:
        return html
    return _LINK.sub(lambda found: f'{found[1]}"{_absolute(base, found[2] or found[3] or "")}"', html)


def _absolute(url: str, link: str) -> str:
    try:
        return urljoin(url, link.strip()) if link else ""
    except ValueError:
        return ""


def _authors(item: Any) -> tuple[str, ...]:
    names = (str(author.get("name") or "").strip() for author in item.get("authors", ()))
    return tuple(dict.fromkeys(name for name in names if name))[:_MAX_AUTHORS]


def _date(item: Any, keys: Sequence[str]) -> datetime | None:
    for key in keys:
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
