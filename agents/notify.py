"""The role that decides who is told: alerts and notices in, a delivery for each endpoint out. One partition, one order."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import msgspec

from agents.role import Message, Role
from agents.topics import ALERTS, DELIVERIES, ORDERS
from monitor.alerts.endpoint import configured
from monitor.alerts.rules import Rule, RuleBook
from monitor.alerts.told import alert_deliveries, notice_deliveries
from monitor.base.events import (
    Alert,
    AnyAlert,
    Delivery,
    Endpoint,
    EndpointPut,
    EndpointRemoved,
    Notice,
    RulePut,
    RuleRemoved,
    StoryUpdated,
)
from monitor.base.settings import RuleSettings

logger = logging.getLogger(__name__)

_decode_endpoint = msgspec.msgpack.Decoder(Endpoint).decode
_encode = msgspec.msgpack.Encoder().encode


class Notify(Role):
    """A shell around `monitor/alerts`."""

    name = "notify"

    def define(self) -> None:
        """The endpoints and rules that were added through the API; those of the configuration stand in it."""
        self.endpoints = self.table("endpoints", ORDERS)
        self.rules = self.table("rules", ORDERS)
        self.endpoints.on_recover(self.rebuild)
        self.rules.on_recover(self.rebuild)
        self._configured = {endpoint.name: configured(endpoint) for endpoint in self.settings.webhooks}
        self._added: dict[str, Endpoint] = {}
        self.book = RuleBook(self.settings)
        self.consume(ALERTS, {Alert: self.alert, StoryUpdated: self.alert})
        self.consume(
            ORDERS,
            {
                Notice: self.notice,
                EndpointPut: self.endpoint_put,
                EndpointRemoved: self.endpoint_removed,
                RulePut: self.rule_put,
                RuleRemoved: self.rule_removed,
            },
        )

    async def rebuild(self) -> None:
        """Read from the tables what was added."""
        self._added = {one.name: one for one in map(_decode_endpoint, self.endpoints.values())}
        self.book.fill(self._stored_rules())

    @property
    def all_endpoints(self) -> dict[str, Endpoint]:
        """Every endpoint by its name; the configuration wins."""
        return self._added | self._configured

    def is_configured(self, endpoint: str) -> bool:
        """Whether an endpoint stands in the configuration, where alone it can be changed."""
        return endpoint in self._configured

    def deliveries(self, alert: AnyAlert) -> list[Delivery]:
        """The deliveries of an alert by the rules that are in effect."""
        return alert_deliveries(alert, self.book.reasons(alert, self.all_endpoints), self.parts.clock())

    async def alert(self, alert: AnyAlert, partition: int) -> None:
        """Make the deliveries of an alert."""
        await self._deliver(self.deliveries(alert))

    async def notice(self, notice: Notice, partition: int) -> None:
        """Tell those who can still be told: an endpoint that is disabled hears nothing of it."""
        chosen = self.settings.delivery.notices_to or self.all_endpoints
        others = [name for name in chosen if name != notice.about and name in self.all_endpoints]
        await self._deliver(notice_deliveries(notice, others, self.parts.clock()))

    async def endpoint_put(self, order: EndpointPut, partition: int) -> None:
        """Add or change an endpoint, and tell the worker that delivers to it."""
        name = order.endpoint.name
        await self.send(Message(DELIVERIES, name, order))
        self.endpoints[name.encode()] = _encode(order.endpoint)
        self._added[name] = order.endpoint
        self.parts.waits.fulfil(order.order_id, None)

    async def endpoint_removed(self, order: EndpointRemoved, partition: int) -> None:
        """Forget an endpoint."""
        await self.send(Message(DELIVERIES, order.name, order))
        if self._added.pop(order.name, None) is not None:
            del self.endpoints[order.name.encode()]
        self.parts.waits.fulfil(order.order_id, None)

    async def rule_put(self, order: RulePut, partition: int) -> None:
        """Add or change a rule."""
        self.book.put(RuleSettings.model_validate_json(order.rule))
        self.rules[order.name.encode()] = order.rule.encode()
        self.parts.waits.fulfil(order.order_id, None)

    async def rule_removed(self, order: RuleRemoved, partition: int) -> None:
        """Forget a rule."""
        self.book.remove(order.name)
        if order.name.encode() in self.rules:
            del self.rules[order.name.encode()]
        self.parts.waits.fulfil(order.order_id, None)

    def _stored_rules(self) -> Iterator[RuleSettings]:
        for name, stored in self.rules.items():
            try:
                rule = RuleSettings.model_validate_json(stored)
                Rule(rule, self.book.sources)
            except ValueError as error:
                # The configuration has lost a group since it was added, say; the other rules hold.
                logger.warning("the rule %s is not in effect: %s; change or remove it", name.decode(), error)
            else:
                yield rule

    async def _deliver(self, made: Iterable[Delivery]) -> None:
        await self.send(*(Message(DELIVERIES, one.endpoint, one) for one in made))
