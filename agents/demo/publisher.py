"""The demo's publisher: serves the outlets' feeds and pages, and brings out one article after another.

It behaves as real publishers do (RSS and Atom, conditional GET, pages of their own), so that what the demo shows is
the service's normal work and no shortcut through it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

from aiohttp import web

from agents.demo import feed_xml
from agents.demo.content import DemoArticle, Outlet, load_demo, load_outlets
from monitor.base.errors import InputError
from monitor.base.settings import FeedSettings

__all__ = ["DemoArticle", "Publisher", "load_demo"]


class Publisher:
    """A loopback HTTP server with one feed an outlet.

    Use: `async with Publisher(clock=…) as publisher:`; publication starts on entry.
    """

    def __init__(
        self,
        articles: Sequence[DemoArticle] | None = None,
        outlets: Mapping[str, Outlet] | None = None,
        *,
        clock: Callable[[], datetime],
        speed: float = 1.0,
        port: int = 0,
    ) -> None:
        """A publisher that is not yet serving.

        Args: articles, outlets: None takes the bundled ones. clock: the time now, aware UTC. speed: 2.0 publishes
            twice as fast. port: 0 takes a free one.
        Raises: InputError: the bundled content is missing or broken.
        """
        self._articles = load_demo() if articles is None else tuple(articles)
        self._outlets = load_outlets() if outlets is None else dict(outlets)
        self._clock = clock
        self._speed = speed
        self._port = port
        self._started_at = clock()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Serve, and start to publish.

        Raises: InputError: the port is taken.
        """
        # AppRunner closes its connections at once: a poller that keeps one open must not hold up the demo's end.
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError as error:
            await self.close()
            raise InputError(f"the demo cannot serve on port {self._port} ({error}); 0 takes a free one") from None
        self._port = self._runner.addresses[0][1]
        self._started_at = self._clock()

    async def close(self) -> None:
        """Stop to serve; a second call does nothing."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def expected(self) -> int:
        """Number of alerts that are due once all is published: one a copy."""
        return sum(article.copy_of is not None for article in self._articles)

    @property
    def finished(self) -> bool:
        """Whether every article is out."""
        return len(list(self.published())) == len(self._articles)

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """All articles, those to come too, in order of publication."""
        return self._articles

    def feeds(self) -> tuple[FeedSettings, ...]:
        """The feeds to poll, for the configuration; the publisher must be serving."""
        return tuple(
            FeedSettings(url=self._url(key, "feed.xml"), source=outlet.source) for key, outlet in self._outlets.items()
        )

    def published(self) -> Iterator[DemoArticle]:
        """The articles that are out by now, oldest first."""
        elapsed_s = (self._clock() - self._started_at).total_seconds() * self._speed
        for article in self._articles:
            if elapsed_s >= article.delay_s:
                yield article

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/{outlet}/feed.xml", self._serve_feed)
        application.router.add_get("/{outlet}/{slug}", self._serve_page)
        return application

    async def _serve_feed(self, request: web.Request) -> web.Response:
        outlet, items = self._outlet(request)
        url = self._url(request.match_info["outlet"], "feed.xml")
        newest_first = list(items.values())[::-1]
        body = feed_xml.feed(outlet.format, outlet.name, url, newest_first)
        etag = hashlib.blake2b(body, digest_size=8).hexdigest()
        if any(known.value in (etag, "*") for known in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, content_type=feed_xml.CONTENT_TYPES[outlet.format], charset="utf-8")
        response.etag = etag
        return response

    async def _serve_page(self, request: web.Request) -> web.Response:
        outlet, items = self._outlet(request)
        item = items.get(request.match_info["slug"])
        if item is None:
            raise web.HTTPNotFound
        return web.Response(text=feed_xml.page(outlet.name, item), content_type="text/html")

    def _outlet(self, request: web.Request) -> tuple[Outlet, dict[str, feed_xml.Item]]:
        """The outlet that a request names, and what it has published: items by slug, oldest first."""
        key = request.match_info["outlet"]
        if key not in self._outlets:
            raise web.HTTPNotFound
        return self._outlets[key], {
            article.slug: self._item(article) for article in self.published() if article.outlet == key
        }

    def _item(self, article: DemoArticle) -> feed_xml.Item:
        published_at = self._started_at + timedelta(seconds=article.delay_s / self._speed)
        return feed_xml.Item(self._url(article.outlet, article.slug), article.title, article.text, published_at)

    def _url(self, outlet: str, name: str) -> str:
        return f"http://127.0.0.1:{self._port}/{outlet}/{name}"
