"""The web application: the live page, its JSON, the metrics and the health checks; orders in `alerting`.

Every answer here is made from values in memory, so that no request waits for a broker.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from typing import Any

from aiohttp import web

from monitor.alerts.payload import alert_event
from monitor.base.metrics import CONTENT_TYPE, Metrics
from monitor.web.alerting import Desk, alerting_routes
from monitor.web.atom import CONTENT_TYPE as ATOM
from monitor.web.atom import atom
from monitor.web.feed_json import feed_json
from monitor.web.guard import LOOPBACK_HOSTS, add_headers, host_check, write_check
from monitor.web.health import Health
from monitor.web.page import STATIC, feeds_page, front_page
from monitor.web.pulse import Pulse
from monitor.web.query import check_names, one_of, whole_number
from monitor.web.refusal import Refused, json_response, refusals
from monitor.web.stream import frames
from monitor.web.view import KEPT_ALERTS, View

BEAT_S = 1.0
ATOM_ENTRIES = 100
MAX_STREAMS = 100
"""Pages that are live at one time; each costs a connection and its queue."""
SLOW_BROWSER_S = 10.0
"""How long one event may wait for a browser that does not read."""


def make_app(
    *,
    metrics: Metrics,
    view: View,
    health: Health,
    version: str,
    clock: Callable[[], datetime],
    allowed_hosts: Collection[str] = LOOPBACK_HOSTS,
    beat_s: float = BEAT_S,
    desk: Desk | None = None,
    token: str = "",
) -> web.Application:
    """The application, ready to be run on a loop.

    Args: clock: aware UTC, the time of the samples from which rates are counted. allowed_hosts: names that the Host
        header may carry; `guard.ANY_HOST` when any may. beat_s: time between two `metrics` events. desk: takes orders
        and knows the history; None without them. token: what an order must carry; empty refuses all.
    """
    site = Site(metrics, view, health, version, clock, beat_s, desk)
    app = web.Application(middlewares=[refusals, host_check(allowed_hosts), write_check(token)])
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(site.beating)
    app.on_shutdown.append(site.end_streams)
    app.router.add_get("/", site.page)
    app.router.add_get("/feeds", site.feeds_page)
    app.router.add_get("/metrics", site.prometheus)
    app.router.add_get("/health/live", site.live)
    app.router.add_get("/health/ready", site.ready)
    app.router.add_get("/api/v1/alerts", site.alerts)
    app.router.add_get("/alerts.atom", site.atom)
    app.router.add_get("/api/v1/feeds", site.feeds)
    app.router.add_get("/api/v1/metrics", site.numbers)
    app.router.add_get("/api/v1/events", site.events, allow_head=False)
    app.router.add_static("/static", STATIC)
    if desk is not None:
        app.add_routes(alerting_routes(desk, clock))
    return app


class Site:
    """The handlers, on the values that they show."""

    def __init__(
        self,
        metrics: Metrics,
        view: View,
        health: Health,
        version: str,
        clock: Callable[[], datetime],
        beat_s: float,
        desk: Desk | None,
    ) -> None:
        self._metrics = metrics
        self._view = view
        self._health = health
        self._page = front_page(version)
        self._clock = clock
        self._beat_s = beat_s
        self._desk = desk
        self._pulse = Pulse(metrics, view, health)
        self._streams = 0

    async def beating(self, _app: web.Application) -> AsyncIterator[None]:
        """Sample the numbers while the application runs (a context of aiohttp)."""
        self._pulse.beat(self._clock())
        task = asyncio.create_task(self._beat(), name="web-beat")
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._beat_s)
            self._pulse.beat(self._clock())

    async def end_streams(self, _app: web.Application) -> None:
        """Let the live pages go, so that the server can stop at once (a hook of aiohttp)."""
        self._view.close()

    async def page(self, _request: web.Request) -> web.Response:
        """`/`: the live page."""
        return web.Response(text=self._page, content_type="text/html")

    async def feeds_page(self, request: web.Request) -> web.Response:
        """`/feeds?limit=`: the feeds, those that are not well first, as a page that works without scripts."""
        check_names(request.query, {"limit"})
        limit = whole_number(request.query, "limit", default=500, most=10_000)
        feeds = sorted(map(feed_json, self._view.feeds), key=lambda feed: feed["state"] == "ok")
        return web.Response(text=feeds_page(feeds[:limit], total=len(feeds)), content_type="text/html")

    async def prometheus(self, _request: web.Request) -> web.Response:
        """`/metrics`: the Prometheus text format."""
        return web.Response(body=self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def live(self, _request: web.Request) -> web.Response:
        """`/health/live`: 503 when only a restart would help."""
        return _verdict(*self._health.live())

    async def ready(self, _request: web.Request) -> web.Response:
        """`/health/ready`: 503 while a stage has not started or is stuck, and which one."""
        return _verdict(*self._health.ready())

    async def alerts(self, request: web.Request) -> web.Response:
        """`/api/v1/alerts?limit=`: the latest alert events of both types, newest first.

        With `after=` (0 to begin with): oldest first from there on, and the `next` value to ask with; nothing is missed
        by whoever asks within the 90 days for which alerts are kept.
        """
        check_names(request.query, {"limit", "after"})
        limit = whole_number(request.query, "limit", default=50, most=KEPT_ALERTS)
        if "after" in request.query and self._desk is not None:
            after = whole_number(request.query, "after", default=0, least=0, most=10**15)
            found, cursor = await self._desk.alerts_after(after, limit)
            return json_response({"alerts": found, "next": cursor})
        return json_response({"alerts": [alert_event(alert) for alert in self._view.latest(limit)]})

    async def atom(self, request: web.Request) -> web.Response:
        """`/alerts.atom`: the latest alerts for a feed reader."""
        check_names(request.query, ())
        document = atom(self._view.latest(ATOM_ENTRIES), str(request.url), self._clock())
        return web.Response(body=document, content_type=ATOM, charset="utf-8")

    async def feeds(self, request: web.Request) -> web.Response:
        """`/api/v1/feeds?limit=&state=all|failing`: the feeds, the failing ones first."""
        check_names(request.query, {"limit", "state"})
        limit = whole_number(request.query, "limit", default=100, most=10_000)
        state = one_of(request.query, "state", ("all", "failing"), default="all")
        chosen = [feed for feed in self._view.feeds if state == "all" or feed.failing]
        return json_response(self._view.feed_counts | {"feeds": [feed_json(feed) for feed in chosen[:limit]]})

    async def numbers(self, request: web.Request) -> web.Response:
        """`/api/v1/metrics`: what a `metrics` event says, and the curves of the last minute."""
        check_names(request.query, ())
        return json_response(self._pulse.now() | {"curves": self._pulse.curves()})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """`/api/v1/events`: server-sent events `alert` (`story.matched`), `update` (`story.updated`) and `metrics`
        (see `Pulse.now`)."""
        check_names(request.query, ())
        if self._streams >= MAX_STREAMS:
            raise Refused(
                503, f"{MAX_STREAMS} live pages are open already", "close some, or ask /api/v1/alerts instead"
            )
        self._streams += 1
        try:
            return await self._stream(request)
        finally:
            self._streams -= 1

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",  # nginx would hold events back
            }
        )
        with self._view.subscribe() as alerts:
            await response.prepare(request)
            # Whoever left, or does not read, has no one to be told: the stream just ends.
            with contextlib.suppress(ConnectionError, TimeoutError):
                async for data in frames(alerts, self._pulse.now, self._beat_s):
                    async with asyncio.timeout(SLOW_BROWSER_S):
                        await response.write(data)
        return response


def _verdict(healthy: bool, details: dict[str, Any]) -> web.Response:
    return json_response(details, 200 if healthy else 503)
