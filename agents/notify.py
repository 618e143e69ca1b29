"""The role that decides who is told: alerts and notices in, a delivery for each endpoint out. One partition, one order."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec

from agents.role import Message, Role
from agents.sweep import Sweep
from agents.topics import ALERTS, ANSWERS, DELIVERIES, ORDERS
from monitor.alerts.draft import Draft
from monitor.alerts.endpoint import configured
from monitor.alerts.payload import Reason
from monitor.alerts.quiet import (
    KEPT_BY_AGE,
    TABLES,
    Outcome,
    concerns,
    forget,
    is_due,
    judged,
    lift,
    silence,
    told_of_alert,
    told_of_time,
)
from monitor.alerts.rules import Rule, RuleBook
from monitor.alerts.told import alert_deliveries, notice_deliveries
from monitor.base.events import (
    Alert,
    ArticleRevised,
    Delivery,
    Endpoint,
    EndpointPut,
    EndpointRemoved,
    Notice,
    RulePut,
    RuleRemoved,
    Silence,
    SilenceLifted,
    SilencePut,
    StoryUpdated,
    Tick,
    VerdictGiven,
)
from monitor.base.settings import RuleSettings

TIMER_S = 1.0
REMEMBERED = timedelta(days=14)
"""How long it is known that an alert was handled and a story told; as long as deliveries are known."""

logger = logging.getLogger(__name__)

_decode_endpoint = msgspec.msgpack.Decoder(Endpoint).decode
_encode = msgspec.msgpack.Encoder().encode


class Notify(Role):
    """A shell around `monitor/alerts`."""

    name = "notify"

    def define(self) -> None:
        """The endpoints and rules that were added through the API, and what keeps alerts few."""
        self.endpoints = self.table("endpoints", ORDERS)
        self.rules = self.table("rules", ORDERS)
        self.endpoints.on_recover(self.rebuild)
        self.rules.on_recover(self.rebuild)
        self.quiet = {name: self.table(name, ORDERS) for name in TABLES}
        self._sweep = Sweep(lambda: [(name, key.decode()) for name in KEPT_BY_AGE for key in list(self.quiet[name])])
        self._configured = {endpoint.name: configured(endpoint) for endpoint in self.settings.webhooks}
        self._added: dict[str, Endpoint] = {}
        self.book = RuleBook(self.settings)
        self.consume(ALERTS, {Alert: self.alert, ArticleRevised: self.alert, StoryUpdated: self.correction})
        self.consume(
            ORDERS,
            {
                Notice: self.notice,
                EndpointPut: self.endpoint_put,
                EndpointRemoved: self.endpoint_removed,
                RulePut: self.rule_put,
                RuleRemoved: self.rule_removed,
                SilencePut: self.silence_put,
                SilenceLifted: self.silence_lifted,
                VerdictGiven: self.verdict,
                Tick: self.tick,
            },
        )
        self.every(TIMER_S, self.call_time)

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

    def deliveries(self, alert: Alert) -> list[Delivery]:
        """The deliveries of an alert by the rules that are in effect, were nothing kept back."""
        return alert_deliveries(alert, self.book.reasons(alert, self.all_endpoints), self.parts.clock())

    async def alert(self, alert: Alert | ArticleRevised, partition: int) -> None:
        """Tell an alert, or that its article is revised, to those whose rules send it, or keep it for later."""
        draft = Draft(self.quiet)
        await self._carry_out(draft, told_of_alert(draft, self.book, alert, self.all_endpoints, self.parts.clock()))

    async def correction(self, update: StoryUpdated, partition: int) -> None:
        """Tell that a story's origin is corrected, by the rules that have told the story."""
        draft, known = Draft(self.quiet), self.all_endpoints
        why = ("the story's origin is corrected",)
        reasons: dict[str, list[Reason]] = {}
        for rule in self.book.rules:
            for endpoint in rule.endpoints(known) if concerns(draft, rule, update) else ():
                reasons.setdefault(endpoint, []).append(Reason(rule.name, why))
        await self._deliver(alert_deliveries(update, reasons, self.parts.clock()))

    async def tick(self, tick: Tick, partition: int) -> None:
        """Tell what was gathered until now, and that silences are over; forget what is old."""
        draft = Draft(self.quiet)
        outcome = told_of_time(draft, self.book, self.all_endpoints, tick.at)
        forget(draft, self._sweep.part(tick.at), tick.at - REMEMBERED)
        await self._carry_out(draft, outcome)

    async def call_time(self) -> None:
        """Send the time to this role when it changes something, and never otherwise."""
        now = self.parts.clock()
        if self.assigned(ORDERS) and (self._sweep.is_due(now) or is_due(self.quiet, now)):
            await self.send(Message(ORDERS, "tick", Tick(at=now), 0))

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

    async def silence_put(self, order: SilencePut, partition: int) -> None:
        """Begin a silence, or change one."""
        draft = Draft(self.quiet)
        silence(draft, order.silence)
        self._write(draft)
        self.parts.waits.fulfil(order.order_id, None)

    async def silence_lifted(self, order: SilenceLifted, partition: int) -> None:
        """End a silence now."""
        draft, now = Draft(self.quiet), self.parts.clock()
        lift(draft, order.id, now)
        await self._carry_out(draft, told_of_time(draft, self.book, self.all_endpoints, now))
        self.parts.waits.fulfil(order.order_id, None)

    async def verdict(self, order: VerdictGiven, partition: int) -> None:
        """Keep what somebody says of an alert, and heed it."""
        draft = Draft(self.quiet)
        outcome, split = judged(draft, self.book, order, self.all_endpoints)
        if split is not None:
            await self.send(Message(ANSWERS, split.story, split))
        await self._carry_out(draft, outcome)
        self.parts.waits.fulfil(order.order_id, None)

    def silences(self) -> list[Silence]:
        """The silences that have not ended."""
        return [one for _, one in Draft(self.quiet).items("silences", Silence)]

    def verdicts(self) -> list[VerdictGiven]:
        """All verdicts, the latest of each alert."""
        return [one for _, one in Draft(self.quiet).items("verdicts", VerdictGiven)]

    async def _carry_out(self, draft: Draft, outcome: Outcome) -> None:
        # Messages before state: a crash in between makes the same messages again, the other way round it would lose
        # them.
        await self._deliver(outcome.deliveries)
        self._write(draft)
        for reason, number in outcome.kept_back.items():
            self.metrics.kept_back.labels(reason).inc(number)

    def _write(self, draft: Draft) -> None:
        for write in draft.writes():
            if write.value is None:
                del self.quiet[write.table][write.key]
            else:
                self.quiet[write.table][write.key] = write.value

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
