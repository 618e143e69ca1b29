"""What the HTTP API does beside showing: it reads the topics' history, and sends orders as events.

Nothing is changed here. An order is an event, and what it changes is changed by the role that handles it; so an order
survives a crash like everything else, and every worker sees it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from agents.deliver import Deliver
from agents.history import History, Kept
from agents.notify import Notify
from agents.probe import probe_delivery
from agents.role import Message, Parts, Role
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES, ORDERS, TOPICS, Topic
from monitor.alerts.endpoint import rotated
from monitor.alerts.log import DeliveryLog, detail, summary
from monitor.alerts.payload import alert_event
from monitor.alerts.rules import Rule
from monitor.alerts.trial import Trial
from monitor.alerts.verdict import precision
from monitor.base.errors import EventError
from monitor.base.events import (
    Alert,
    AnyAlert,
    AnyEvent,
    DeadLetter,
    Delivery,
    DeliveryAttempt,
    Endpoint,
    EndpointPut,
    EndpointRemoved,
    Redelivery,
    RulePut,
    RuleRemoved,
    Silence,
    SilenceLifted,
    SilencePut,
    VerdictGiven,
    VerdictWord,
    decode,
)
from monitor.base.settings import RuleSettings
from monitor.web.alerting import Choice, Refusal, SilenceBody
from monitor.web.view import KEPT_ALERTS

Order = EndpointPut | EndpointRemoved | RulePut | RuleRemoved | SilencePut | SilenceLifted | VerdictGiven
APPLIED_S = 10.0
"""How long an order is waited for; it is carried out however long it takes."""
TESTED_S = 25.0
"""An attempt takes 20 s at most."""
BATCH = 100
"""Events that are sent before they are waited for."""


class Desk:
    """The orders and questions of the API, for the roles that run in this process."""

    def __init__(self, parts: Parts, roles: Sequence[Role]) -> None:
        self._parts = parts
        self._history = History(parts.settings.broker)
        self._roles = roles

    # Endpoints

    def endpoints(self) -> list[dict[str, Any]]:
        """Every endpoint with how it does, as far as this process delivers to it."""
        notify = self._notify
        return [self._endpoint(notify, endpoint) for _, endpoint in sorted(notify.all_endpoints.items())]

    def _endpoint(self, notify: Notify, endpoint: Endpoint) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "name": endpoint.name,
            "url": endpoint.url,
            "configured": notify.is_configured(endpoint.name),
            "secrets": len(endpoint.signing(self._parts.clock())),
        }
        for role in self._roles:
            if isinstance(role, Deliver):
                state = role.state(endpoint.name)
                shown |= {
                    "waiting": role.waiting(endpoint.name),
                    "failing_since": state.failing_since,
                    "paused_until": state.paused_until,
                    "disabled_at": state.disabled_at,
                    "disabled_reason": state.disabled_reason,
                }
        return shown

    async def put_endpoint(self, endpoint: Endpoint) -> None:
        """Add an endpoint, or change one that was added."""
        self._must_be_added(endpoint.name)
        await self._order(endpoint.name, EndpointPut(order_id=_order_id(), endpoint=endpoint))

    async def remove_endpoint(self, name: str) -> None:
        """Forget an endpoint."""
        self._known(name)
        self._must_be_added(name)
        await self._order(name, EndpointRemoved(order_id=_order_id(), name=name))

    async def rotate(self, name: str, secret: str, overlap: timedelta) -> None:
        """Sign with a new secret, and with the old one for a while too."""
        endpoint = self._known(name)
        self._must_be_added(name)
        await self.put_endpoint(rotated(endpoint, secret, self._parts.clock() + overlap))

    async def test(self, name: str) -> dict[str, Any]:
        """Send a test and wait for how it ended."""
        self._known(name)
        delivery = probe_delivery(name, self._parts.clock())
        with self._parts.waits.expect(delivery.webhook_id) as ended:
            await self._notify.send(Message(DELIVERIES, name, delivery))
            try:
                async with asyncio.timeout(TESTED_S):
                    attempt: DeliveryAttempt = await ended
            except TimeoutError:
                raise Refusal(
                    504, "the test has not ended yet", f"ask for it: /api/v1/deliveries/{delivery.webhook_id}"
                ) from None
        return {
            "webhook_id": delivery.webhook_id,
            "outcome": attempt.outcome,
            "status": attempt.status,
            "reason": attempt.reason,
            "answer": attempt.answer,
            "took_s": attempt.took_s,
        }

    # Deliveries

    async def deliveries(self, choice: Choice, limit: int) -> list[dict[str, Any]]:
        """The latest deliveries that are chosen, newest first."""
        log = await self._log(choice.endpoint, choice.since)
        found = [summary(one) for one in log.chosen(choice.which, choice.until) if _is_of(choice, one.delivery)]
        return found[: -limit - 1 : -1]

    async def delivery(self, wanted: str) -> dict[str, Any]:
        """One delivery with each attempt and its body."""
        log = await self._log(None, None)
        if wanted not in log.deliveries:
            raise Refusal(
                404, f"there is no delivery {wanted[:50]!r}", "they are kept for 14 days; see /api/v1/deliveries"
            )
        logged = log.deliveries[wanted]
        (whole,) = [one async for one in self._bodies(logged.delivery.endpoint, None, {wanted})]
        return detail(logged, whole.body)

    async def redeliver(self, choice: Choice) -> int:
        """Send again what is chosen, under its id; returns how many."""
        log = await self._log(choice.endpoint, choice.since)
        wanted = {
            one.delivery.webhook_id for one in log.chosen(choice.which, choice.until) if _is_of(choice, one.delivery)
        }
        if missing := choice.ids - set(log.deliveries):
            raise Refusal(404, f"there is no delivery {min(missing)[:50]!r}", "see /api/v1/deliveries")
        order_id = _order_id()
        events = [
            (one.endpoint, Redelivery(order_id=order_id, delivery=one))
            async for one in self._bodies(choice.endpoint, choice.since, wanted)
        ]
        await self._send(events)
        return len(events)

    async def replay(self, name: str, since: datetime, until: datetime | None) -> int:
        """Make the deliveries of earlier alerts for an endpoint, by the rules that send to it; what it was sent already keeps its one delivery."""
        self._known(name)
        notify, made = self._notify, []
        async for _, event in self._events(ALERTS, since):
            if isinstance(event, Alert) and (until is None or event.at < until):
                made += [(name, one) for one in notify.deliveries(event) if one.endpoint == name]
        await self._send(made)
        return len(made)

    # Rules

    def rules(self) -> list[dict[str, Any]]:
        """The rules in effect, each with whether it stands in the configuration."""
        book = self._notify.book
        return [
            rule.settings.model_dump(exclude_defaults=True) | {"configured": book.is_configured(rule.name)}
            for rule in book.rules
        ]

    async def put_rule(self, settings: RuleSettings) -> None:
        """Add a rule, or change one that was added."""
        book = self._notify.book
        if book.is_configured(settings.name):
            raise Refusal(409, f"the rule {settings.name!r} stands in the configuration", "change it there and restart")
        self._compiled(settings)
        if unknown := sorted(set(settings.to) - set(self._notify.all_endpoints)):
            raise Refusal(400, f"to: there is no endpoint {unknown[0]!r}", "add it first: wirewatch webhooks add")
        order = RulePut(order_id=_order_id(), name=settings.name, rule=settings.model_dump_json())
        await self._order(settings.name, order)

    async def remove_rule(self, name: str) -> None:
        """Forget a rule."""
        self._rule(name)
        if self._notify.book.is_configured(name):
            raise Refusal(409, f"the rule {name!r} stands in the configuration", "change it there and restart")
        await self._order(name, RuleRemoved(order_id=_order_id(), name=name))

    async def try_rule(self, given: str | RuleSettings, since: datetime) -> dict[str, Any]:
        """What a rule would have sent since then; one of those in effect by its name, or any other."""
        trial = Trial(self._rule(given) if isinstance(given, str) else self._compiled(given))
        async for _, event in self._events(ALERTS, since):
            if isinstance(event, Alert):
                trial.add(event)
        return trial.result()

    # Silences and verdicts

    def silences(self) -> list[dict[str, Any]]:
        """The silences that have not ended, those that end first first."""
        found = sorted(self._notify.silences(), key=lambda one: (one.ends_at, one.id))
        return [msgspec.structs.asdict(one) for one in found]

    async def put_silence(self, wanted: SilenceBody) -> str:
        """Begin a silence; returns its id."""
        if wanted.rule:
            self._rule(wanted.rule)
        now, order_id = self._parts.clock(), _order_id()
        fields = wanted.model_dump(exclude={"length"})
        silence = Silence(id=f"sil_{order_id}", begins_at=now, ends_at=now + wanted.length, **fields)
        await self._order(silence.id, SilencePut(order_id=order_id, silence=silence))
        return silence.id

    async def lift_silence(self, name: str) -> None:
        """End a silence now."""
        if name not in {one.id for one in self._notify.silences()}:
            raise Refusal(404, f"there is no silence {name[:70]!r}", "see /api/v1/silences")
        await self._order(name, SilenceLifted(order_id=_order_id(), id=name))

    def verdicts(self) -> list[dict[str, Any]]:
        """By the week of the alerts, how many were judged, and how often the service was right."""
        return precision(self._notify.verdicts())

    async def judge(self, alert_id: str, word: VerdictWord, author: str, comment: str) -> None:
        """Keep a verdict on an alert, and heed it."""
        alert = await self._alert(alert_id)
        order = VerdictGiven(
            order_id=_order_id(),
            alert_id=alert_id,
            word=word,
            author=author,
            comment=comment,
            at=self._parts.clock(),
            alerted_at=alert.at,
            story=alert.story.id,
            article=alert.article.id,
            source=alert.article.source,
        )
        await self._order(alert_id, order)

    async def _alert(self, alert_id: str) -> Alert:
        for shown in self._parts.view.latest(KEPT_ALERTS):
            if shown.alert_id == alert_id and isinstance(shown, Alert):
                return shown
        async for _, event in self._events(ALERTS, None):
            if isinstance(event, Alert) and event.alert_id == alert_id:
                return event
        raise Refusal(
            404, f"there is no alert {alert_id[:70]!r}", "give the alert_id of a story.matched of the last 90 days"
        )

    def _rule(self, name: str) -> Rule:
        known = {rule.name: rule for rule in self._notify.book.rules}
        if name not in known:
            raise Refusal(404, f"there is no rule {name[:70]!r}", f"known: {', '.join(known)}")
        return known[name]

    def _compiled(self, settings: RuleSettings) -> Rule:
        try:
            return Rule(settings, self._notify.book.sources)
        except ValueError as error:
            raise Refusal(400, str(error), "see [groups] in the configuration") from None

    # Dead letters

    async def dead_letters(self, limit: int) -> list[dict[str, Any]]:
        """The latest dead letters, newest first."""
        kept = await self._history.latest(DEAD_LETTERS, 0, limit)
        return [_letter(one, whole=False) for one in reversed(kept)]

    async def dead_letter(self, number: int) -> dict[str, Any]:
        """One dead letter, whole."""
        return _letter(await self._kept_letter(number), whole=True)

    async def resend(self, number: int) -> str:
        """Put a dead letter back where it came from; returns the name of the topic."""
        letter = _decoded(await self._kept_letter(number))
        try:
            event = decode(letter.value)
        except EventError as error:
            raise Refusal(
                409, f"it would fail again: {error}", "nothing can be done with it but to look at it"
            ) from None
        if isinstance(event, Delivery):
            await self._send([(event.endpoint, Redelivery(order_id=_order_id(), delivery=event))])
            return DELIVERIES.name
        (topic,) = [one for one in TOPICS if one.name == letter.topic]
        await self._notify.send(Message(topic, letter.key.decode(), event, letter.partition))
        return topic.name

    async def _kept_letter(self, number: int) -> Kept:
        for kept in await self._history.after(DEAD_LETTERS, 0, number, 1):
            if kept.offset == number:
                return kept
        raise Refusal(404, f"there is no dead letter {number}", "see /api/v1/dead-letters; they are kept for 90 days")

    # Alerts

    async def alerts_after(self, cursor: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """The alert events after a cursor, oldest first, and the cursor of what follows them."""
        page = await self._history.after(ALERTS, 0, cursor, limit)
        events = [_event_of(kept) for kept in page]
        found = [alert_event(event) for event in events if isinstance(event, AnyAlert)]
        return found, page[-1].offset + 1 if page else cursor

    # Common

    @property
    def _notify(self) -> Notify:
        for role in self._roles:
            if isinstance(role, Notify):
                return role
        raise Refusal(503, "the role 'notify' does not run in this process", "ask the process that runs it")

    def _known(self, name: str) -> Endpoint:
        known = self._notify.all_endpoints
        if name not in known:
            raise Refusal(404, f"there is no endpoint {name[:70]!r}", f"known: {', '.join(sorted(known)) or 'none'}")
        return known[name]

    def _must_be_added(self, name: str) -> None:
        if self._notify.is_configured(name):
            raise Refusal(409, f"the endpoint {name!r} stands in the configuration", "change it there and restart")

    async def _order(self, key: str, order: Order) -> None:
        """Send an order and wait until it is carried out."""
        with self._parts.waits.expect(order.order_id) as applied:
            await self._notify.send(Message(ORDERS, key, order))
            try:
                async with asyncio.timeout(APPLIED_S):
                    await applied
            except TimeoutError:
                raise Refusal(504, "the order is taken but not carried out yet", "look again in a moment") from None

    async def _send(self, events: Iterable[tuple[str, Delivery | Redelivery]]) -> None:
        batch: list[Message] = []
        for key, event in events:
            batch.append(Message(DELIVERIES, key, event))
            if len(batch) == BATCH:
                await self._notify.send(*batch)
                batch = []
        await self._notify.send(*batch)

    async def _log(self, endpoint: str | None, since: datetime | None) -> DeliveryLog:
        log = DeliveryLog()
        async for _, event in self._events(DELIVERIES, since, endpoint):
            log.add(event)
        return log

    async def _bodies(self, endpoint: str | None, since: datetime | None, wanted: set[str]) -> AsyncIterator[Delivery]:
        """The deliveries of these ids with their bodies, each once."""
        left = set(wanted)
        async for _, event in self._events(DELIVERIES, since, endpoint):
            delivery = event.delivery if isinstance(event, Redelivery) else event
            if isinstance(delivery, Delivery) and delivery.webhook_id in left:
                left.discard(delivery.webhook_id)
                yield delivery

    async def _events(
        self, topic: Topic, since: datetime | None, endpoint: str | None = None
    ) -> AsyncIterator[tuple[Kept, AnyEvent]]:
        key = endpoint.encode() if endpoint is not None else None
        async for kept in self._history.since(topic, since, key=key):
            event = _event_of(kept)
            if event is not None:
                yield kept, event


def _order_id() -> str:
    return secrets.token_hex(8)


def _is_of(choice: Choice, delivery: Delivery) -> bool:
    if choice.endpoint is not None and delivery.endpoint != choice.endpoint:
        return False
    return not choice.ids or delivery.webhook_id in choice.ids


def _event_of(kept: Kept) -> AnyEvent | None:
    """The event of a message; what is none became a dead letter when it was handled."""
    try:
        return decode(kept.value)
    except EventError:
        return None


def _decoded(kept: Kept) -> DeadLetter:
    event = _event_of(kept)
    if not isinstance(event, DeadLetter):
        raise Refusal(409, f"the dead letter {kept.offset} cannot be read", "another version of the program wrote it")
    return event


def _letter(kept: Kept, *, whole: bool) -> dict[str, Any]:
    letter = _decoded(kept)
    shown: dict[str, Any] = {
        "number": kept.offset,
        "at": letter.at,
        "stage": letter.stage,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "key": letter.key.decode("utf-8", "replace"),
        "reason": letter.reason,
        "bytes": len(letter.value),
    }
    return shown | {"value": letter.value.decode("utf-8", "replace")} if whole else shown
