"""The role that shows: it keeps what the page lists, the latest alerts and the state of each feed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agents.role import Role
from agents.topics import ALERTS, POLLS
from monitor.base.events import Alert, AnyAlert, FeedHealth, FeedPolled, StoryUpdated, encode
from monitor.feeds.feed_list import WatchedFeeds
from monitor.web.view import KEPT_ALERTS

_alert: Callable[[bytes], AnyAlert] = msgspec.json.Decoder(AnyAlert).decode
_health = msgspec.json.Decoder(FeedHealth).decode
REFRESH_S = 5.0
_polled = msgspec.json.Decoder(FeedPolled).decode


class ShowView(Role):
    """A shell around `monitor/web/view`, which any worker can fill from the topics."""

    name = "view"

    def define(self) -> None:
        """What the page shows, so that a restart shows it again."""
        self._watched = WatchedFeeds(self.settings)
        self.alerts = self.table("alerts", ALERTS)
        self.polls = self.table("polls", POLLS)
        self.health = self.table("health", POLLS)
        self.alerts.on_recover(self.fill_alerts)
        self.polls.on_recover(self.fill_polls)
        self.health.on_recover(self.fill_health)
        self.consume(ALERTS, {Alert: self.alert, StoryUpdated: self.alert})
        self.consume(POLLS, {FeedPolled: self.polled, FeedHealth: self.feed_health})
        self.every(REFRESH_S, self.refresh)

    async def alert(self, alert: AnyAlert, partition: int) -> None:
        """Show an alert, or the correction of a story."""
        self.alerts[alert.alert_id.encode()] = encode(alert)
        self.parts.view.add(alert)
        if len(self.alerts) > 2 * KEPT_ALERTS:
            kept = {alert.alert_id.encode() for alert in self.parts.view.latest(KEPT_ALERTS)}
            for old in [key for key in self.alerts if key not in kept]:
                del self.alerts[old]

    async def polled(self, polled: FeedPolled, partition: int) -> None:
        """Show how a feed does; one that is no longer watched is nobody's concern."""
        if polled.feed_url not in self._watched.feeds:
            # It may have been added a moment ago.
            await self.refresh()
        if polled.feed_url in self._watched.feeds:
            self.polls[polled.feed_url.encode()] = encode(polled)
            self.parts.view.note_feed(polled)

    async def feed_health(self, health: FeedHealth, partition: int) -> None:
        """Show what is wrong with a feed, or that nothing is any more."""
        if health.feed_url in self._watched.feeds:
            self.health[health.feed_url.encode()] = encode(health)
            self.parts.view.note_health(health)

    async def refresh(self) -> None:
        """Take up what has changed in the list of feeds."""
        if self._watched.refresh():
            self.parts.view.keep_feeds(self._watched.feeds)

    async def fill_health(self) -> None:
        """Show what the table holds."""
        for stored in self.health.values():
            health = _health(stored)
            if health.feed_url in self._watched.feeds:
                self.parts.view.note_health(health)

    async def fill_alerts(self) -> None:
        """Show the alerts that the table holds."""
        for stored in self.alerts.values():
            self.parts.view.add(_alert(stored))

    async def fill_polls(self) -> None:
        """Show the feeds that the table holds."""
        for stored in self.polls.values():
            polled = _polled(stored)
            if polled.feed_url in self._watched.feeds:
                self.parts.view.note_feed(polled)
