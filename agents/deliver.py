"""The role that delivers: signed webhooks, tried again until they end as delivered or as a dead letter."""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from aiokafka.errors import KafkaError
from faust.exceptions import FaustError
from faust.types import TP

from agents.channels import Channels, check_extra
from agents.role import BROKER_RETRY_S, Message, Role
from agents.sweep import Sweep
from agents.topics import DEAD_LETTERS, DELIVERIES, ORDERS, partition_of
from monitor.alerts.delivery import attempt
from monitor.alerts.endpoint import EndpointRecord, EndpointState, after_attempt, configured
from monitor.alerts.task import Task, again, attempted, begun
from monitor.base.events import (
    DeadLetter,
    Delivery,
    DeliveryAttempt,
    EndpointPut,
    EndpointRemoved,
    Notice,
    Redelivery,
    Tick,
    encode,
)
from monitor.base.ids import notice_id
from monitor.base.network import guarded_session

logger = logging.getLogger(__name__)

TIMER_S = 0.5
SWEEP_TIMER_S = 1.0
REMEMBERED = timedelta(days=14)
"""How long an ended delivery is known: a repeat of its alert later than that would be sent again."""
_EVER = datetime.max.replace(tzinfo=UTC)

_decode = msgspec.msgpack.Decoder(Task).decode
_decode_record = msgspec.msgpack.Decoder(EndpointRecord).decode
_encode = msgspec.msgpack.Encoder().encode


class Deliver(Role):
    """A shell around `monitor/alerts`; the partitions are those of the endpoints."""

    name = "deliver"

    def define(self) -> None:
        """What waits and what is done, and how each endpoint does; what is due is found again after every recovery."""
        self.tasks = self.table("tasks", DELIVERIES)
        self.endpoints = self.table("endpoints", DELIVERIES)
        self.tasks.on_recover(self.rebuild)
        # Of its own: names of dead feeds must not hold up the look-up of an endpoint's.
        self._session = guarded_session(
            allow_private_addresses=self.settings.fetch.allow_private_addresses,
            user_agent=self.settings.fetch.user_agent,
        )
        check_extra(self.settings)
        self._channels = Channels(self.settings.delivery)
        self._configured = {endpoint.name: configured(endpoint) for endpoint in self.settings.webhooks}
        self._records: dict[str, EndpointRecord] = {}
        """The table of endpoints, decoded."""
        self._due: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        """A heap an endpoint: when which delivery is due. An entry that is out of date is passed over."""
        self._waiting: dict[str, set[str]] = defaultdict(set)
        """The deliveries of each endpoint that have not ended."""
        self._under_way: dict[str, set[str]] = defaultdict(set)
        self._sweeps: dict[int, Sweep[bytes]] = {}
        self.consume(
            DELIVERIES,
            {
                Delivery: self.delivery,
                Redelivery: self.redelivery,
                DeliveryAttempt: self.attempted,
                EndpointPut: self.endpoint_put,
                EndpointRemoved: self.endpoint_removed,
                Tick: self.tick,
            },
        )
        self.every(TIMER_S, self.start_due)
        self.every(SWEEP_TIMER_S, self.call_time)

    async def delivery(self, new: Delivery, partition: int) -> None:
        """Note a delivery and begin with it; one that is known is a repeat after a crash."""
        if new.webhook_id.encode() in self.tasks:
            return
        limit = self.settings.delivery.max_waiting
        if len(self._waiting[new.endpoint]) >= limit:
            reason = f"backlog: {limit} deliveries wait for this endpoint already; send it again when it is up"
            await self.send(Message(DELIVERIES, new.endpoint, self._refusal(begun(new), reason)))
        self._put(begun(new))
        self._start(new.endpoint)

    async def redelivery(self, order: Redelivery, partition: int) -> None:
        """Send a delivery once more, whatever became of it."""
        stored = self.tasks.get(order.delivery.webhook_id.encode())
        task = again(_decode(stored) if stored else None, order, self.parts.clock())
        if task is not None:
            self._put(task)
            self._start(order.delivery.endpoint)

    async def attempted(self, done: DeliveryAttempt, partition: int) -> None:
        """Note how an attempt ended, for its delivery and for its endpoint.

        What was given up becomes a dead letter with its body, and whoever can still be told learns of an endpoint that
        was disabled.
        """
        stored = self.tasks.get(done.webhook_id.encode())
        task = _decode(stored) if stored else None
        after = attempted(task, done) if task else None
        if task is None or after is None:
            return
        before = self.state(done.endpoint)
        state = after_attempt(before, done, timedelta(seconds=self.settings.delivery.disable_after_s))
        if state.disabled != before.disabled:
            await self.send(Message(ORDERS, done.endpoint, self._turned(done, state)))
        if done.outcome == "drop":
            await self.send(Message(DEAD_LETTERS, DELIVERIES.name, self._given_up(task, done, partition)))
            self.metrics.dead_lettered.labels(stage=self.name).inc()
        self._put(after)
        if state != before:
            self._put_record(done.endpoint, msgspec.structs.replace(self._record(done.endpoint), state=state))
        self.metrics.deliveries.labels(done.outcome).inc()
        published_at = task.delivery.published_at
        if done.outcome == "sent" and published_at is not None:
            late_s = (self.parts.clock() - published_at).total_seconds()
            self.metrics.publication_to_webhook_seconds.observe(max(0.0, late_s))
        self._start(done.endpoint)
        self.parts.waits.fulfil(done.webhook_id, done)

    async def endpoint_put(self, order: EndpointPut, partition: int) -> None:
        """Deliver to an endpoint that was added or changed; at another address it begins anew."""
        known, name = self._record(order.endpoint.name), order.endpoint.name
        moved = known.endpoint is not None and known.endpoint.url != order.endpoint.url
        state = EndpointState() if moved else known.state
        self._put_record(name, EndpointRecord(endpoint=order.endpoint, state=state))

    async def endpoint_removed(self, order: EndpointRemoved, partition: int) -> None:
        """Forget an endpoint: what waits for it ends as it comes up."""
        self._records.pop(order.name, None)
        if order.name.encode() in self.endpoints:
            del self.endpoints[order.name.encode()]

    async def tick(self, tick: Tick, partition: int) -> None:
        """Forget deliveries that ended long ago."""
        for key in self._sweep(partition).part(tick.at):
            stored = self.tasks.get(key)
            ended_at = _decode(stored).ended_at if stored else None
            if ended_at is not None and tick.at - ended_at > REMEMBERED:
                del self.tasks[key]

    async def call_time(self) -> None:
        """Send the time to each partition in which something may be old."""
        now = self.parts.clock()
        due = [number for number in self.assigned(DELIVERIES) if self._sweep(number).is_due(now)]
        await self.send(*(Message(DELIVERIES, "tick", Tick(at=now), number) for number in due))

    async def start_due(self) -> None:
        """Start the attempts that are due at any endpoint."""
        for endpoint in tuple(self._due):
            self._start(endpoint)

    def revoked(self, partitions: set[TP]) -> None:
        """Start nothing more of what may be another worker's now."""
        super().revoked(partitions)
        self._forget()

    async def rebuild(self) -> None:
        """Read from the tables what waits, and how the endpoints do."""
        self._forget()
        for stored in self.tasks.values():
            self._schedule(_decode(stored))

    async def stop(self) -> None:
        """Also close the connections."""
        await super().stop()
        await self._session.close()
        await self._channels.close()

    def _forget(self) -> None:
        self._due.clear()
        self._waiting.clear()
        self._records.clear()

    def state(self, endpoint: str) -> EndpointState:
        """How an endpoint does, as of its latest attempt."""
        return self._record(endpoint).state

    def waiting(self, endpoint: str) -> int:
        """How many deliveries to an endpoint have not ended."""
        return len(self._waiting.get(endpoint, ()))

    def _record(self, endpoint: str) -> EndpointRecord:
        if endpoint not in self._records:
            stored = self.endpoints.get(endpoint.encode())
            self._records[endpoint] = _decode_record(stored) if stored else EndpointRecord()
        return self._records[endpoint]

    def _put_record(self, endpoint: str, record: EndpointRecord) -> None:
        self._records[endpoint] = record
        self.endpoints[endpoint.encode()] = _encode(record)

    def _put(self, task: Task) -> None:
        self.tasks[task.delivery.webhook_id.encode()] = _encode(task)
        self._schedule(task)

    def _schedule(self, task: Task) -> None:
        endpoint, webhook_id = task.delivery.endpoint, task.delivery.webhook_id
        if task.due_at is None:
            self._waiting[endpoint].discard(webhook_id)
            return
        partition = partition_of(endpoint.encode(), DELIVERIES.partitions(self.settings.broker))
        if partition in self.assigned(DELIVERIES):
            self._waiting[endpoint].add(webhook_id)
            heapq.heappush(self._due[endpoint], (task.due_at, webhook_id))

    def _start(self, endpoint: str) -> None:
        """Start the attempts that are due, as many at a time as the endpoint may have: no other one waits for it."""
        now, heap, under_way = self.parts.clock(), self._due[endpoint], self._under_way[endpoint]
        state = self.state(endpoint)
        # What waits for a disabled endpoint ends now, not when it would have been tried.
        until = _EVER if state.disabled else now
        free = self.settings.delivery.concurrency if state.disabled else self._parallel(state, now)
        while heap and heap[0][0] <= until and len(under_way) < free and not self._stopping:
            due_at, webhook_id = heapq.heappop(heap)
            stored = self.tasks.get(webhook_id.encode())
            task = _decode(stored) if stored else None
            if task is not None and task.due_at == due_at and webhook_id not in under_way:
                under_way.add(webhook_id)
                self.background(self._attempt(task))

    def _parallel(self, state: EndpointState, now: datetime) -> int:
        return state.parallel(now, self.settings.delivery.concurrency)

    async def _attempt(self, task: Task) -> None:
        endpoint = task.delivery.endpoint
        try:
            done = await self._attempted(task)
            while not await self._is_noted(done):
                await asyncio.sleep(BROKER_RETRY_S)
        finally:
            self._under_way[endpoint].discard(task.delivery.webhook_id)

    async def _is_noted(self, done: DeliveryAttempt) -> bool:
        """Whether the broker has taken the end of an attempt; without it the receiver would get the webhook again."""
        try:
            await self.send(Message(DELIVERIES, done.endpoint, done))
        except (KafkaError, FaustError, OSError) as error:
            logger.error("%s: the broker did not take the end of a delivery (%s); trying again", self.name, error)
            return False
        return True

    async def _attempted(self, task: Task) -> DeliveryAttempt:
        now, state = self.parts.clock(), self.state(task.delivery.endpoint)
        endpoint = self._configured.get(task.delivery.endpoint) or self._record(task.delivery.endpoint).endpoint
        if endpoint is None:
            return self._refusal(task, "unknown_endpoint: it was removed")
        if state.disabled and not task.delivery.is_test:
            return self._refusal(task, f"disabled: {state.disabled_reason}")
        try:
            number, spread = task.attempts - task.before + 1, random.random()
            if endpoint.format in ("apprise", "kafka"):
                done = await self._channels.attempt(task.whole, endpoint, number=number, now=now, spread=spread)
            else:
                done = await attempt(
                    self._session,
                    task.whole,
                    endpoint,
                    number=number,
                    now=now,
                    spread=spread,
                    settings=self.settings.delivery,
                )
        except Exception as error:  # the shell: without an end it would wait until the next start, unseen
            logger.exception("%s: %s", self.name, task.delivery.webhook_id)
            return self._refusal(task, f"bug: {type(error).__name__}: {error}; report it")
        return msgspec.structs.replace(done, attempt=task.attempts + 1)

    def _refusal(self, task: Task, reason: str) -> DeliveryAttempt:
        """The end of a delivery that is not even attempted."""
        return DeliveryAttempt(
            webhook_id=task.delivery.webhook_id,
            endpoint=task.delivery.endpoint,
            attempt=task.attempts + 1,
            at=self.parts.clock(),
            outcome="drop",
            reason=reason,
        )

    def _turned(self, done: DeliveryAttempt, state: EndpointState) -> Notice:
        """That an endpoint was disabled, or is enabled again."""
        kind: Literal["endpoint.disabled", "endpoint.enabled"]
        kind = "endpoint.disabled" if state.disabled else "endpoint.enabled"
        return Notice(
            notice_id=notice_id(kind, done.endpoint, done.at),
            at=done.at,
            kind=kind,
            about=done.endpoint,
            reason=state.disabled_reason or "a test was delivered",
        )

    def _given_up(self, task: Task, done: DeliveryAttempt, partition: int) -> DeadLetter:
        return DeadLetter(
            topic=DELIVERIES.name,
            partition=partition,
            # Not one message but a series of attempts.
            offset=-1,
            key=done.endpoint.encode(),
            value=encode(task.whole),
            stage=self.name,
            reason=done.reason,
            at=done.at,
        )

    def _sweep(self, partition: int) -> Sweep[bytes]:
        def places() -> list[bytes]:
            parts = DELIVERIES.partitions(self.settings.broker)
            return [
                key
                for key, stored in self.tasks.items()
                if partition_of(_decode(stored).delivery.endpoint.encode(), parts) == partition
            ]

        return self._sweeps.setdefault(partition, Sweep(places))
