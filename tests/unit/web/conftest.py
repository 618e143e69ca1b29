"""Alerts and polls for the tests of the web pages, and the application on a loopback server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.base.events import Alert, ArticleRef, FeedPolled, Match, StoryRef
from monitor.base.metrics import Metrics
from monitor.web.health import Health
from monitor.web.server import make_app
from monitor.web.view import View

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def build_alert(number: int, *, title: str = "") -> Alert:
    """The alert of minute `number` after noon."""
    at = NOON + timedelta(minutes=number)
    earlier = ArticleRef(id="art_0", url="https://wire.example/0", first_seen_at=NOON)
    article = ArticleRef(id=f"art_{number}", url=f"https://copy.example/{number}", title=title, first_seen_at=at)
    match = Match(
        article=article, earlier=earlier, kind="edited", score=0.9, jaccard=0.4, containment=0.8, coverage=0.7
    )
    story = StoryRef(id="sty_0", origin=earlier, articles=2, sources=2)
    return Alert(alert_id=f"alt_{number:05d}", at=at, article=article, story=story, match=match)


def build_poll(feed: str, second: int, error: str = "", message: str = "") -> FeedPolled:
    """A poll of a feed that ended `second` seconds after noon."""
    return FeedPolled(feed_url=feed, at=NOON + timedelta(seconds=second), error=error, message=message)


@pytest.fixture(scope="session")
def make_alert() -> Callable[..., Alert]:
    return build_alert


@pytest.fixture(scope="session")
def make_poll() -> Callable[..., FeedPolled]:
    return build_poll


class Parts:
    """What the application under test shows."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.view = View()
        self.health = Health(clock=lambda: NOON)

    def clock(self) -> datetime:
        return NOON


@pytest.fixture
def parts() -> Parts:
    return Parts()


Serve = Callable[..., Awaitable[TestClient[Any, Any]]]


@pytest.fixture
async def serve(parts: Parts) -> AsyncIterator[Serve]:
    """Starts the application, with options of `make_app`, and gives a client of it."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> TestClient[Any, Any]:
            app = make_app(
                metrics=parts.metrics,
                view=parts.view,
                health=parts.health,
                version="1.2.3<b>",
                clock=parts.clock,
                **options,
            )
            return await stack.enter_async_context(TestClient(TestServer(app)))

        yield start
