"""The role that delivers: alerts in, signed webhooks out, tried again until they end as delivered or a dead letter."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from datetime import datetime, timedelta

import msgspec
from faust.types import TP

from agents.role import Message, Role
from agents.sweep import Sweep
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES, partition_of
from monitor.alerts.delivery import attempt
from monitor.alerts.task import Task, attempted, begun, delivery
from monitor.base.events import Alert, AnyAlert, DeadLetter, Delivery, DeliveryAttempt, StoryUpdated, Tick, encode

TIMER_S = 0.5
SWEEP_TIMER_S = 1.0
REMEMBERED = timedelta(days=14)
"""How long an ended delivery is known: a repeat of its alert later than that would be sent again."""

_decode = msgspec.json.Decoder(Task).decode
_encode = msgspec.json.Encoder().encode


class Deliver(Role):
    """A shell around `monitor/alerts`; the partitions are those of the endpoints."""

    name = "deliver"

    def define(self) -> None:
        """One table of deliveries; what is due is read from it again after every recovery."""
        self.tasks = self.table("tasks", DELIVERIES)
        self.tasks.on_recover(self.rebuild)
        self._endpoints = {endpoint.name: endpoint for endpoint in self.settings.webhooks}
        self._due: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        """A heap an endpoint: when which delivery is due."""
        self._under_way: dict[str, set[str]] = defaultdict(set)
        self._sweeps: dict[int, Sweep[bytes]] = {}
        self.consume(ALERTS, {Alert: self.alert, StoryUpdated: self.alert})
        self.consume(DELIVERIES, {Delivery: self.delivery, DeliveryAttempt: self.attempted, Tick: self.tick})
        self.every(TIMER_S, self.start_due)
        self.every(SWEEP_TIMER_S, self.call_time)

    async def alert(self, alert: AnyAlert, partition: int) -> None:
        """Make a delivery for each endpoint."""
        now = self.parts.clock()
        made = [delivery(alert, endpoint, now) for endpoint in self._endpoints]
        await self.send(*(Message(DELIVERIES, one.endpoint, one) for one in made))

    async def delivery(self, new: Delivery, partition: int) -> None:
        """Note a delivery and begin with it; one that is known is a repeat after a crash."""
        if new.webhook_id.encode() not in self.tasks:
            self._put(begun(new))
            await self.start_due()

    async def attempted(self, done: DeliveryAttempt, partition: int) -> None:
        """Note how an attempt ended; what was given up becomes a dead letter with its body."""
        stored = self.tasks.get(done.webhook_id.encode())
        task = _decode(stored) if stored else None
        after = attempted(task, done) if task else None
        if task is None or after is None:
            return
        if done.outcome == "drop":
            await self.send(Message(DEAD_LETTERS, DELIVERIES.name, self._given_up(task, done, partition)))
            self.metrics.dead_lettered.labels(stage=self.name).inc()
        self._put(after)
        self.metrics.deliveries.labels(done.outcome).inc()
        published_at = task.delivery.published_at
        if done.outcome == "sent" and published_at is not None:
            late_s = (self.parts.clock() - published_at).total_seconds()
            self.metrics.publication_to_webhook_seconds.observe(max(0.0, late_s))

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
        """Start the attempts that are due, as many at a time as an endpoint may have."""
        now = self.parts.clock()
        for endpoint, heap in self._due.items():
            under_way = self._under_way[endpoint]
            while heap and heap[0][0] <= now and len(under_way) < self.settings.delivery.concurrency:
                webhook_id = heapq.heappop(heap)[1]
                stored = self.tasks.get(webhook_id.encode())
                if stored is not None and webhook_id not in under_way:
                    under_way.add(webhook_id)
                    self.background(self._attempt(_decode(stored)))

    def revoked(self, partitions: set[TP]) -> None:
        """Start nothing more of what may be another worker's now."""
        super().revoked(partitions)
        self._due.clear()

    async def rebuild(self) -> None:
        """Read from the table what is due."""
        self._due.clear()
        for stored in self.tasks.values():
            self._schedule(_decode(stored))

    def _put(self, task: Task) -> None:
        self.tasks[task.delivery.webhook_id.encode()] = _encode(task)
        self._schedule(task)

    def _schedule(self, task: Task) -> None:
        endpoint = task.delivery.endpoint
        partition = partition_of(endpoint.encode(), DELIVERIES.partitions(self.settings.broker))
        if task.due_at is not None and partition in self.assigned(DELIVERIES):
            heapq.heappush(self._due[endpoint], (task.due_at, task.delivery.webhook_id))

    async def _attempt(self, task: Task) -> None:
        webhook_id, endpoint = task.delivery.webhook_id, task.delivery.endpoint
        try:
            done = await self._attempted(task)
            await self.send(Message(DELIVERIES, endpoint, done))
        except BaseException:
            # The receiver may have it already; it knows the id when it comes again.
            self._schedule(msgspec.structs.replace(task, due_at=self.parts.clock() + timedelta(seconds=5)))
            raise
        finally:
            self._under_way[endpoint].discard(webhook_id)

    async def _attempted(self, task: Task) -> DeliveryAttempt:
        number, now = task.attempts + 1, self.parts.clock()
        endpoint = self._endpoints.get(task.delivery.endpoint)
        if endpoint is None:
            return DeliveryAttempt(
                webhook_id=task.delivery.webhook_id,
                endpoint=task.delivery.endpoint,
                attempt=number,
                at=now,
                outcome="drop",
                reason="unknown_endpoint: it is no longer in the configuration",
            )
        return await attempt(
            self.parts.session,
            task.delivery,
            endpoint,
            number=number,
            now=now,
            spread=random.random(),
            settings=self.settings.delivery,
        )

    def _given_up(self, task: Task, done: DeliveryAttempt, partition: int) -> DeadLetter:
        return DeadLetter(
            topic=DELIVERIES.name,
            partition=partition,
            # Not one message but a series of attempts.
            offset=-1,
            key=done.endpoint.encode(),
            value=encode(task.delivery),
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
