"""The read model behind the page: the latest alerts and the state of each feed, in memory.

It is rebuilt from the topics by handing it the same events again, in any order and as often as it comes. Everything
here runs on the event loop's thread and never waits.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from monitor.base.events import AnyAlert, FeedHealth, FeedPolled

KEPT_ALERTS = 500
QUEUED_ALERTS = 256
"""How far a subscriber may fall behind before it is dropped; a browser then connects again and loads the list."""


@dataclass(frozen=True)
class FeedState:
    """How a feed does, as of its latest poll."""

    polled: FeedPolled
    failures: int = 0
    """Polls that failed in a row, the latest one included."""
    failing_since: datetime | None = None
    health: FeedHealth | None = None
    """What was last told of it; None while all has been well."""

    @property
    def failing(self) -> bool:
        """Whether the latest poll failed."""
        return self.failures > 0


class Subscription:
    """The alerts that are new since the subscription began, as an asynchronous iterator.

    It ends when it is closed, or when its reader has fallen `QUEUED_ALERTS` behind: what is lost then is in
    `View.latest`. Always close it (`with view.subscribe() as alerts`).
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._queue: asyncio.Queue[AnyAlert | None] = asyncio.Queue()
        self._closed = False

    def put(self, alert: AnyAlert) -> None:
        """Hand over an alert without waiting; a reader too far behind is dropped instead."""
        if self._queue.qsize() >= QUEUED_ALERTS:
            self.close()
        elif not self._closed:
            self._queue.put_nowait(alert)

    def close(self) -> None:
        """Take no more alerts; the reader sees the end after those that it already has."""
        if not self._closed:
            self._closed = True
            self._view.forget(self)
            self._queue.put_nowait(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AnyAlert:
        alert = await self._queue.get()
        if alert is None:
            self._queue.put_nowait(None)  # the next read ends too, rather than hangs
            raise StopAsyncIteration
        return alert


class View:
    """The latest alerts, the state of each feed, and who wants to hear of new alerts."""

    def __init__(self) -> None:
        self._alerts: list[AnyAlert] = []
        self._ids: set[str] = set()
        self._feeds: dict[str, FeedState] = {}
        self._health: dict[str, FeedHealth] = {}
        self._subscriptions: set[Subscription] = set()
        self.feeds_changed = 0
        """Goes up when a feed appears, starts to fail, fails in another way, or recovers."""

    def add(self, alert: AnyAlert) -> None:
        """Keep an alert and tell the subscribers; one that is known, or older than all kept, changes nothing."""
        if alert.alert_id in self._ids:
            return
        if len(self._alerts) >= KEPT_ALERTS and _order(alert) <= _order(self._alerts[0]):
            return
        insort(self._alerts, alert, key=_order)
        self._ids.add(alert.alert_id)
        if len(self._alerts) > KEPT_ALERTS:
            self._ids.remove(self._alerts.pop(0).alert_id)
        for subscription in tuple(self._subscriptions):
            subscription.put(alert)

    def latest(self, limit: int) -> list[AnyAlert]:
        """The latest alerts, newest first, `limit` at most."""
        return self._alerts[: -limit - 1 : -1] if limit > 0 else []

    def subscribe(self) -> Subscription:
        """The alerts that are added from now on."""
        subscription = Subscription(self)
        self._subscriptions.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Send no more to a subscription; it calls this as it closes."""
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End all subscriptions, so that the server can stop."""
        for subscription in tuple(self._subscriptions):
            subscription.close()

    def note_feed(self, polled: FeedPolled) -> None:
        """Keep the end of a poll as its feed's state; a repeat or an older poll changes nothing."""
        before = self._feeds.get(polled.feed_url)
        if before is not None and polled.at <= before.polled.at:
            return
        self._feeds[polled.feed_url] = _after(before, polled)
        if before is None or (before.polled.error, before.polled.message) != (polled.error, polled.message):
            self.feeds_changed += 1

    def note_health(self, health: FeedHealth) -> None:
        """Keep how a feed does; a repeat or an older word changes nothing."""
        known = self._health.get(health.feed_url)
        if known is None or health.at > known.at:
            self._health[health.feed_url] = health
            self.feeds_changed += known is None or known.word != health.word

    def keep_feeds(self, urls: Collection[str]) -> None:
        """Show no feeds but these."""
        self._feeds = {url: feed for url, feed in self._feeds.items() if url in urls}
        self._health = {url: health for url, health in self._health.items() if url in urls}

    @property
    def feeds(self) -> Sequence[FeedState]:
        """The state of each feed: the failing ones first, in order of their URLs."""
        feeds = (replace(feed, health=self._health.get(url)) for url, feed in self._feeds.items())
        return sorted(feeds, key=lambda feed: (not feed.failing, feed.polled.feed_url))

    @property
    def feed_counts(self) -> dict[str, int]:
        """How many feeds are `known`, and how many of them are `failing`."""
        return {"known": len(self._feeds), "failing": sum(feed.failing for feed in self._feeds.values())}


def _order(alert: AnyAlert) -> tuple[datetime, str]:
    return (alert.at, alert.alert_id)


def _after(before: FeedState | None, polled: FeedPolled) -> FeedState:
    if not polled.error:
        return FeedState(polled)
    if before is None or not before.failing:
        return FeedState(polled, failures=1, failing_since=polled.at)
    return replace(before, polled=polled, failures=before.failures + 1)
