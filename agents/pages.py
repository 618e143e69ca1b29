"""Pages of articles, read politely: robots.txt first, one at a time of a host, with a pause between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import aiohttp
from cachetools import LRUCache

from monitor.articles.article import with_page
from monitor.articles.page import read_page
from monitor.base.errors import FetchError
from monitor.base.events import Article
from monitor.base.metrics import Metrics
from monitor.base.settings import Settings
from monitor.feeds.failures import shown
from monitor.feeds.fetch import ACCEPT_PAGE, Fetched, fetch
from monitor.feeds.host_limits import HostLimits
from monitor.feeds.robots import MAX_BYTES, Robots, robots_of, robots_url

logger = logging.getLogger(__name__)

LOOK_S = 0.1
"""How often a page that waits for its host looks whether it may start."""
_KEPT_SITES = 10_000
_FINAL = frozenset({"not_found", "gone", "http_4xx", "forbidden_address", "too_large", "bad_url", "redirects"})
"""Failures that another try does not mend."""


class Read(NamedTuple):
    """An article after its page was asked for."""

    article: Article
    page: Literal["", "read", "missing"]
    """As `FeedEntry.page`."""


class PageReader:
    """Reads the pages of articles whose feed gives a teaser; shared by all feeds of a process."""

    def __init__(
        self, session: aiohttp.ClientSession, settings: Settings, *, clock: Callable[[], datetime], metrics: Metrics
    ) -> None:
        self._session = session
        self._pages = settings.pages
        self._limits = settings.fetch.model_copy(update={"max_body_bytes": settings.pages.max_body_bytes})
        self._robots_limits = settings.fetch.model_copy(update={"max_body_bytes": 2 * MAX_BYTES})
        self._agent = settings.fetch.user_agent
        self._clock = clock
        self._metrics = metrics
        self._free = asyncio.Semaphore(settings.pages.concurrency)
        self._hosts = HostLimits(concurrency=1, spacing_s=settings.pages.host_spacing_s, scope=settings.poll.host_scope)
        self._robots: LRUCache[str, Robots] = LRUCache(_KEPT_SITES)
        self._delayed: LRUCache[str, datetime] = LRUCache(_KEPT_SITES)

    async def read(self, article: Article) -> Read:
        """The article with the text of its page, or as it is when the page has none, or may not be read."""
        try:
            async with self._slot(article.url):
                if not await self._allowed(article.url):
                    return self._ended(article, "disallowed")
                found = await fetch(self._session, article.url, settings=self._limits, accept=ACCEPT_PAGE)
        except FetchError as error:
            return self._ended(article, error.reason, "" if error.reason in _FINAL else "missing")
        if not isinstance(found, Fetched):
            return self._ended(article, "bad_answer", "missing")
        try:
            page = await asyncio.to_thread(read_page, found.body, url=found.url, content_type=found.content_type)
        except Exception as error:  # the shell: one page must not end the poll of a feed
            logger.exception("%s cannot be read", shown(article.url))
            return self._ended(article, f"bug_{type(error).__name__}")
        if page.kind != "article":
            return self._ended(article, page.kind)
        return self._ended(with_page(article, page), "read", "read")

    def _ended(self, article: Article, outcome: str, page: Literal["", "read", "missing"] = "") -> Read:
        self._metrics.pages.labels(outcome).inc()
        return Read(article, page)

    @asynccontextmanager
    async def _slot(self, url: str) -> AsyncIterator[None]:
        """A place in the process and at the host, when both are free."""
        while not self._hosts.begin(url, self._clock()):
            await asyncio.sleep(LOOK_S)
        try:
            async with self._free:
                yield
        finally:
            self._hosts.end(url, self._clock())

    async def _allowed(self, url: str) -> bool:
        """Whether the site lets us read the page; waits as long as it asks for between two."""
        if not self._pages.obey_robots:
            return True
        site, now = robots_url(url), self._clock()
        robots = self._robots.get(site)
        if robots is None or now >= robots.until:
            robots = self._robots[site] = robots_of(await self._robots_txt(site), now)
        if not robots.allows(url, self._agent):
            return False
        delay_s = robots.delay_s(self._agent)
        while delay_s and (until := self._delayed.get(site)) and self._clock() < until:
            await asyncio.sleep(LOOK_S)
        self._delayed[site] = self._clock() + timedelta(seconds=delay_s)
        return True

    async def _robots_txt(self, site: str) -> bytes | FetchError:
        try:
            found = await fetch(self._session, site, settings=self._robots_limits, accept="text/plain, */*;q=0.1")
        except FetchError as error:
            return error
        return found.body if isinstance(found, Fetched) else b""
