"""The feeds of a site, found from one of its pages."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from monitor.base.errors import FetchError
from monitor.base.settings import FetchSettings
from monitor.feeds.charset import decoded
from monitor.feeds.fetch import ACCEPT_PAGE, Fetched, fetch
from monitor.feeds.host_limits import place_of
from monitor.feeds.parse import parse

COMMON_PATHS = (
    "/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feeds/all.rss", "/feed.json", "/news/rss",
    "/news-sitemap.xml", "/sitemap-news.xml",
)  # fmt: skip
"""Where the programs of news sites put their feeds."""
MAX_TRIED = 40
AT_A_TIME = 2
"""Requests to the one site that is asked."""

_TAG = re.compile(r"<(link|a)\s((?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){1,4000}?)/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]{1,20})\s{0,5}=\s{0,5}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'>]{1,2000}))")
_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_LOOKS_LIKE_FEED = re.compile(r"(?:\b|_)(?:rss|atom|feeds?|rdf)(?:\b|_|\d)|\.rdf$", re.IGNORECASE)
_PAGE_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A feed of a site."""

    url: str
    title: str
    entries: int


async def discover(
    session: aiohttp.ClientSession,
    url: str,
    *,
    settings: FetchSettings,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Found]:
    """The feeds of a site, in the order in which it announces them; each was fetched and read.

    Tried are the address itself, what the page announces (`<link rel=alternate>`), links of it that look like feeds, and
    the usual places, until `MAX_TRIED` have been; what is on other domains only when it is announced.

    Raises: FetchError: the page itself could not be had.
    Source: the HTML Standard, 4.6.7.1 (`alternate` with a feed's type).
    """
    page = await fetch(session, url, settings=settings, accept=ACCEPT_PAGE)
    if not isinstance(page, Fetched):
        return []
    if feed := _read(page):
        return [feed]
    places = list(dict.fromkeys(_places(decoded(page.body, content_type=page.content_type)[0][:_PAGE_CHARS], page.url)))
    places = places[:MAX_TRIED]
    free = asyncio.Semaphore(AT_A_TIME)
    done = 0

    async def tried(place: str) -> Found | None:
        nonlocal done
        async with free:
            try:
                answer = await fetch(session, place, settings=settings)
            except FetchError:
                answer = None
        done += 1
        progress(done, len(places))
        return _read(answer) if isinstance(answer, Fetched) else None

    found = await asyncio.gather(*(tried(place) for place in places))
    return list({feed.url: feed for feed in found if feed}.values())


def _places(page: str, url: str) -> Iterator[str]:
    """Where feeds may be: those that are announced first."""
    tags = [(tag[1].lower(), _attributes(tag[2])) for tag in _TAG.finditer(page)]
    for name, attributes in tags:
        is_feed = (
            attributes.get("type", "").lower() in _TYPES and "alternate" in attributes.get("rel", "").lower().split()
        )
        if name == "link" and is_feed and (place := _joined(url, attributes.get("href", ""))):
            yield place
    own = place_of(url, "domain")
    for name, attributes in tags:
        place = _joined(url, attributes.get("href", ""))
        if name == "a" and place and place_of(place, "domain") == own and _LOOKS_LIKE_FEED.search(URL(place).path_qs):
            yield place
    # A section's own feed before the site's.
    section = URL(url).path.rstrip("/")
    if section:
        yield from (_joined(url, section + path) for path in COMMON_PATHS[:3])
    yield from (_joined(url, path) for path in COMMON_PATHS)


def _attributes(source: str) -> dict[str, str]:
    return {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(source)
    }


def _joined(url: str, link: str) -> str:
    try:
        joined = URL(urljoin(url, link.strip()))
        return str(joined.with_fragment(None)) if link and joined.scheme in ("http", "https") and joined.host else ""
    except ValueError:
        return ""


def _read(answer: Fetched) -> Found | None:
    try:
        feed = parse(answer.body, url=answer.url, content_type=answer.content_type, max_entries=1000)
    except FetchError:
        return None
    return Found(answer.url, feed.title, len(feed.entries))
