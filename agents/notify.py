"""The role that decides who is told: alerts and notices in, a delivery for each endpoint out. One partition, one order."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from agents.role import Message, Role
from agents.topics import ALERTS, DELIVERIES, ORDERS
from monitor.alerts.endpoint import configured
from monitor.alerts.told import alert_delivery, notice_delivery
from monitor.base.events import (
    Alert,
    AnyAlert,
    Delivery,
    Endpoint,
    EndpointPut,
    EndpointRemoved,
    Notice,
    StoryUpdated,
)

_decode_endpoint = msgspec.msgpack.Decoder(Endpoint).decode
_encode = msgspec.msgpack.Encoder().encode


class Notify(Role):
    """A shell around `monitor/alerts`."""

    name = "notify"

    def define(self) -> None:
        """The endpoints that were added through the API; those of the configuration stand in it."""
        self.endpoints = self.table("endpoints", ORDERS)
        self._configured = {endpoint.name: configured(endpoint) for endpoint in self.settings.webhooks}
        self.consume(ALERTS, {Alert: self.alert, StoryUpdated: self.alert})
        self.consume(
            ORDERS,
            {Notice: self.notice, EndpointPut: self.endpoint_put, EndpointRemoved: self.endpoint_removed},
        )

    @property
    def all_endpoints(self) -> dict[str, Endpoint]:
        """Every endpoint by its name; the configuration wins."""
        added = [_decode_endpoint(stored) for stored in self.endpoints.values()]
        return {endpoint.name: endpoint for endpoint in added} | self._configured

    def is_configured(self, endpoint: str) -> bool:
        """Whether an endpoint stands in the configuration, where alone it can be changed."""
        return endpoint in self._configured

    async def alert(self, alert: AnyAlert, partition: int) -> None:
        """Make a delivery for each endpoint."""
        await self._deliver(alert_delivery(alert, self.all_endpoints, self.parts.clock()))

    async def notice(self, notice: Notice, partition: int) -> None:
        """Tell those who can still be told: an endpoint that is disabled hears nothing of it."""
        chosen = self.settings.delivery.notices_to or self.all_endpoints
        others = [name for name in chosen if name != notice.about]
        await self._deliver(notice_delivery(notice, others, self.parts.clock()))

    async def endpoint_put(self, order: EndpointPut, partition: int) -> None:
        """Add or change an endpoint, and tell the worker that delivers to it."""
        name = order.endpoint.name
        await self.send(Message(DELIVERIES, name, order))
        self.endpoints[name.encode()] = _encode(order.endpoint)
        self.parts.waits.fulfil(order.order_id, None)

    async def endpoint_removed(self, order: EndpointRemoved, partition: int) -> None:
        """Forget an endpoint."""
        await self.send(Message(DELIVERIES, order.name, order))
        if order.name.encode() in self.endpoints:
            del self.endpoints[order.name.encode()]
        self.parts.waits.fulfil(order.order_id, None)

    async def _deliver(self, made: Iterable[Delivery]) -> None:
        await self.send(*(Message(DELIVERIES, one.endpoint, one) for one in made))
