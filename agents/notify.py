"""The role that decides who is told: alerts and notices in, a delivery for each endpoint out. One partition, one order."""

from __future__ import annotations

from agents.role import Message, Role
from agents.topics import ALERTS, DELIVERIES, ORDERS
from monitor.alerts.told import alert_delivery, notice_delivery
from monitor.base.events import Alert, AnyAlert, Notice, StoryUpdated


class Notify(Role):
    """A shell around `monitor/alerts`."""

    name = "notify"

    def define(self) -> None:
        """No state: what an alert causes follows from the configuration."""
        self._endpoints = [endpoint.name for endpoint in self.settings.webhooks]
        self.consume(ALERTS, {Alert: self.alert, StoryUpdated: self.alert})
        self.consume(ORDERS, {Notice: self.notice})

    async def alert(self, alert: AnyAlert, partition: int) -> None:
        """Make a delivery for each endpoint."""
        made = alert_delivery(alert, self._endpoints, self.parts.clock())
        await self.send(*(Message(DELIVERIES, one.endpoint, one) for one in made))

    async def notice(self, notice: Notice, partition: int) -> None:
        """Tell those who can still be told: an endpoint that is disabled hears nothing of it."""
        chosen = self.settings.delivery.notices_to or self._endpoints
        others = [name for name in chosen if name != notice.about]
        made = notice_delivery(notice, others, self.parts.clock())
        await self.send(*(Message(DELIVERIES, one.endpoint, one) for one in made))
