"""The role that polls, on a real log, over real HTTP on this machine, in a time that the tests move."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.poll import PollFeeds
from agents.topics import ARTICLES, POLLS
from monitor.base.events import Article, FeedEntries, FeedEntry, FeedPolled
from tests.agents.stage import Clock, Stage, staged

INTERVAL_S = 300.0


class Publisher:
    """Serves feeds by path; keeps what was asked."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}
        """Of each feed the entries, newest first: slug and text."""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: str | None = None
        self.requests: list[web.Request] = []
        self.gate: asyncio.Event | None = None
        self.pages: dict[str, str | None] = {"robots.txt": ""}
        """By path; None is an error of the server."""
        application = web.Application()
        application.router.add_get("/{feed}", self.answer)
        self.server = TestServer(application)

    async def answer(self, request: web.Request) -> web.Response:
        """The feed as RSS, or whatever is set."""
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        feed = request.match_info["feed"]
        if feed in self.pages:
            page = self.pages[feed]
            return web.Response(text=page, content_type="text/html") if page is not None else web.Response(status=500)
        if feed == "a" and self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        etag = self.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=self.headers)
        body = rss(self.feeds[feed]) if self.body is None else self.body
        return web.Response(text=body, content_type="application/rss+xml", headers=self.headers)

    def url(self, feed: str, host: str = "127.0.0.1") -> str:
        """URL of a feed; `localhost` is another host to Wirewatch."""
        return f"http://{host}:{self.server.port}/{feed}"


def rss(entries: list[tuple[str, str]]) -> str:
    """A feed of these entries."""
    items = "".join(
        f"<item><title>On {slug}</title><link>https://wire.example/{slug}</link><description>{text}</description></item>"
        if slug
        else "<item><category>nothing</category></item>"
        for slug, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'


def polling(
    folder: Path, publisher: Publisher, clock: Clock, *feeds: str, **settings: Any
) -> AbstractAsyncContextManager[Stage]:
    """The role with these feeds, or with feed a."""
    usual: dict[str, Any] = {
        "poll__jitter": 0.0,
        "poll__max_interval_s": INTERVAL_S,
        "poll__host_concurrency": 10,
        "poll__host_spacing_s": 0,
        "poll__feeds_file": str(folder / "feeds.opml"),
        "pages__full_text": False,
    }
    return staged(
        folder,
        PollFeeds,
        clock=clock,
        feeds=[{"url": url} for url in feeds or (publisher.url("a"),)],
        fetch__allow_private_addresses=True,
        poll__interval_s=INTERVAL_S,
        **usual | settings,
        # The tests call it themselves.
        poll__tick_s=60,
    )


def role_of(stage: Stage) -> PollFeeds:
    """The role."""
    role = stage.service.roles[0]
    assert isinstance(role, PollFeeds)
    return role


def polls(stage: Stage) -> list[FeedPolled]:
    """The ends of all polls."""
    return stage.read(POLLS, FeedPolled)


async def met(stage: Stage) -> None:
    """Let the role see feeds that are new to it: their first poll is a moment later."""
    await stage.settled()
    await role_of(stage).start_due()


async def poll(stage: Stage, clock: Clock, *, wait_s: float = INTERVAL_S, ends: int = 1) -> None:
    """Let time go by, start what is due, and wait until so many polls have ended and are handled."""
    await met(stage)
    clock.move(seconds=wait_s)
    known = len(polls(stage))
    await role_of(stage).start_due()
    await stage.until(lambda: len(polls(stage)) >= known + ends)
    await stage.settled()


def published(stage: Stage) -> list[tuple[str, int]]:
    """What went on to be fingerprinted: the last part of the URL, and the revision."""
    return [(one.url.rpartition("/")[2], one.revision) for one in stage.read(ARTICLES, Article)]


def entries(stage: Stage) -> list[FeedEntry]:
    """All entries that were worth an event."""
    return [one for listed in stage.read(POLLS, FeedEntries) for one in listed.entries] + stage.read(POLLS, FeedEntry)
