"""One role of the service: a Faust app of its own, whose agents are thin shells around pure functions.

A subclass says which topic it consumes and how it handles each event. The shell here does the rest: decode at the
edge, one event at a time, dead letters with the reason, offsets that count only finished events, metrics.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
import faust
from aiokafka.errors import KafkaError
from faust.exceptions import FaustError
from faust.types import TP, EventT, TableT

from agents import faust_defences
from agents.topics import DEAD_LETTERS, MAX_EVENT_BYTES, MAX_MESSAGE_BYTES, Topic, partition_of
from agents.waits import Waits
from monitor.base.errors import EventError
from monitor.base.events import AnyEvent, DeadLetter, Event, decode, encode
from monitor.base.metrics import Metrics
from monitor.base.settings import Settings
from monitor.web.health import Health
from monitor.web.view import View

logger = logging.getLogger(__name__)

BROKER_RETRY_S = 1.0
PROGRESS_S = 5.0
GRACE_S = 3.0
"""A webhook or an event under way at shutdown is worth this wait: cut off, it would be done again at the next start."""
REVOKE_WAIT_S = 10.0
"""How long a rebalance waits for the event at hand; one that the broker does not let end must not hold up the others."""
LOOK_S = 0.01
SESSION_TIMEOUT_S = 20.0
"""After this silence Kafka gives a dead worker's partitions to the others. Heartbeats have a thread of their own, so
that long work is no silence."""
METADATA_AGE_MS = 10_000
"""How long a worker may not know of a new topic or a new leader; until then it cannot read or write there."""
COMMIT_INTERVAL_S = 0.25
"""A crash repeats what was done since the last commit, so commit often: repeats cost more than commits."""


def utc_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


@dataclass
class Parts:
    """What the roles of one process share."""

    settings: Settings
    session: aiohttp.ClientSession
    metrics: Metrics = field(default_factory=Metrics)
    health: Health = field(default_factory=Health)
    view: View = field(default_factory=View)
    waits: Waits = field(default_factory=Waits)
    clock: Callable[[], datetime] = utc_now


class Message(NamedTuple):
    """An event on its way to a topic; without `partition` the key decides."""

    topic: Topic
    key: str
    event: Event
    partition: int | None = None


Handler = Callable[[Any, int], Awaitable[None]]
"""Handles one decoded event of a partition; when it returns, all that the event causes is written."""


class App(faust.App):
    """A Faust app that knows what it has finished."""

    # Faust would log its comings and goings under our name.
    logger = logging.getLogger("faust")
    finished: faust_defences.Finished

    def _create_directories(self) -> None:
        """Nothing is kept beside the broker, so the folders that Faust makes for local tables stay away."""


class Role(ABC):
    """Base of all roles."""

    name: str

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.settings = parts.settings
        self.metrics = parts.metrics
        broker = self.settings.broker
        self.app = App(
            f"wirewatch-{self.name}",
            broker=broker.url,
            # Rebuilt from the changelog at start: a local copy could be ahead of the log after a crash.
            store="memory://",
            autodiscover=False,
            web_enabled=False,
            key_serializer="raw",
            value_serializer="raw",
            topic_disable_leader=True,
            topic_replication_factor=broker.replication,
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=COMMIT_INTERVAL_S,
            broker_session_timeout=SESSION_TIMEOUT_S,
            consumer_metadata_max_age_ms=METADATA_AGE_MS,
            producer_acks=-1,
            producer_max_request_size=MAX_MESSAGE_BYTES,
            consumer_max_fetch_size=MAX_MESSAGE_BYTES,
            # Bounds what is fetched but not yet processed: memory, and what a crash repeats.
            stream_buffer_maxsize=256,
            stream_wait_empty=False,
            reply_create_topic=False,
        )
        self.app.finished = faust_defences.Finished()
        handler: Callable[..., Awaitable[None]] = self._on_revoked
        self.app.on_partitions_revoked.connect(handler)
        self.consumed: list[Topic] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_hand: set[TP] = set()
        self._stopping = False
        self.define()
        self.every(PROGRESS_S, self.report_progress)

    @abstractmethod
    def define(self) -> None:
        """Declare the tables, call `consume` for each topic and `every` for each timer."""

    def table(self, name: str, topic: Topic) -> TableT[bytes, bytes]:
        """A keyed state that lives in a compacted changelog, in as many parts as the topic that it follows."""
        return self.app.Table(
            name,
            partitions=topic.partitions(self.settings.broker),
            key_type=bytes,
            value_type=bytes,
            extra_topic_configs={"max.message.bytes": MAX_MESSAGE_BYTES},
        )

    def consume(self, topic: Topic, handlers: Mapping[type[Event], Handler]) -> None:
        """Handle the events of a topic, one at a time; other types on it are none of this role's business."""
        channel = self.app.topic(
            topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=topic.partitions(self.settings.broker),
        )

        async def agent(stream: Any) -> None:
            async for event in stream.noack().events():
                await self._process(topic, handlers, event)

        self.app.agent(channel, name=f"{self.name}-{topic.name}")(agent)
        self.consumed.append(topic)
        self.parts.health.expect(self._stage(topic))

    def _stage(self, topic: Topic) -> str:
        return f"{self.name}:{topic.name}"

    async def _on_revoked(self, _: object, partitions: set[TP], **__: object) -> None:
        # The next owner must not read the tables before the event at hand has written them.
        await self._hand_is_free(REVOKE_WAIT_S)
        self.revoked(partitions)

    async def _hand_is_free(self, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        while self._at_hand and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_S)

    def revoked(self, partitions: set[TP]) -> None:
        """Partitions went to another worker; a role that keeps more of them than its tables drops it here too."""
        self.app.finished.forget(partitions)
        for topic in self.consumed:
            for tp in partitions:
                if tp.topic == topic.name:
                    self.parts.health.forget(self._stage(topic), tp.partition)

    async def report_progress(self) -> None:
        """Tell the health check how far each partition is, also while nothing moves."""
        now = self.parts.clock()
        for topic in self.consumed:
            # A worker without a partition of the topic is up too, and waits for its turn.
            self.parts.health.beat(self._stage(topic), now, 0)
            for tp in self._assigned(topic):
                self.parts.health.progress(
                    self._stage(topic), tp.partition, self._position(tp), self.app.consumer.highwater(tp), now
                )

    def _position(self, tp: TP) -> int:
        """Offset of the first event of a partition that is not finished."""
        return self.app.finished.position(tp, self._committed(tp)) or 0

    def _committed(self, tp: TP) -> int | None:
        # Faust has no public name for it.
        consumer: Any = self.app.consumer
        offset: int | None = consumer._committed_offset.get(tp)
        return offset

    def lag(self) -> int | None:
        """Events that wait to be handled, None while the role is not ready.

        On Kafka it is what the last answer of the broker said, so what was sent a moment ago may not be counted yet.
        """
        if not self.app.rebalancing_count or self.app.rebalancing or self.app.in_recovery:
            return None
        ends = {tp: self.app.consumer.highwater(tp) for topic in self.consumed for tp in self._assigned(topic)}
        if None in ends.values():
            return None
        return sum(end - self._position(tp) for tp, end in ends.items())

    def positions(self) -> dict[TP, int]:
        """Offset of the first event that is not finished, of each partition that this role reads."""
        return {tp: self._position(tp) for topic in self.consumed for tp in self._assigned(topic)}

    async def _process(self, topic: Topic, handlers: Mapping[type[Event], Handler], event: EventT[bytes]) -> None:
        message = event.message
        tp, offset, generation = message.tp, message.offset, self.app.consumer_generation_id
        # A stop can also begin while the broker is asked which event is the next one.
        if self._stopping or not await self._is_next(tp, offset) or self._stopping:
            return
        self._at_hand.add(tp)
        try:
            while not await self._handled(topic, handlers, event):
                if self._stopping:
                    return
                await asyncio.sleep(BROKER_RETRY_S)
        finally:
            self._at_hand.discard(tp)
        if generation != self.app.consumer_generation_id:
            # The partition was taken away meanwhile: whoever has it now begins where its offset was committed.
            return
        self.app.finished.done(tp, offset)
        self.parts.health.progress(
            self._stage(topic), tp.partition, offset + 1, self.app.consumer.highwater(tp), self.parts.clock()
        )

    async def _is_next(self, tp: TP, offset: int) -> bool:
        """Whether this is the first event that is not finished; when those before it are missing, read them again."""
        finished, generation = self.app.finished, self.app.consumer_generation_id
        expected = finished.position(tp, self._committed(tp))
        if expected is not None and (offset <= expected or not finished.is_gap(tp, offset)):
            return offset == expected
        while generation == self.app.consumer_generation_id:
            try:
                return await self._read_again(tp, offset, expected or 0)
            except (KafkaError, FaustError, OSError) as error:
                logger.error("%s: the broker does not say where %s begins (%s); trying again", self.name, tp, error)
                await asyncio.sleep(BROKER_RETRY_S)
        return False

    async def _read_again(self, tp: TP, offset: int, expected: int) -> bool:
        """Go back to the first event that is not finished, unless it is this one after all."""
        # What expired before it was read is no reason to wait for it: then the topic begins later.
        first = max(expected, (await self.app.consumer.earliest_offsets(tp))[tp])
        self.app.finished.begin(tp, first)
        if offset > first:
            logger.warning("%s: %s: events %d to %d did not come; reading again", self.name, tp, first, offset - 1)
            await self.app.consumer.seek_wait({tp: first})
        return offset == first

    async def _handled(self, topic: Topic, handlers: Mapping[type[Event], Handler], event: EventT[bytes]) -> bool:
        """False when the broker could not take what the event caused, so that it must be handled again."""
        started = time.perf_counter()
        try:
            decoded = self._decode(event.message.value)
            handler = handlers.get(type(decoded))
            if handler is not None:
                await handler(decoded, event.message.partition)
        except (KafkaError, FaustError, OSError) as error:
            logger.error("%s: the broker did not take an event (%s); trying again", self.name, error)
            return False
        except Exception as error:  # the shell: whatever one event causes must not stop the stream
            reason = str(error) if isinstance(error, EventError) else f"{type(error).__name__}: {error}"
            logger.exception("%s: dead letter from %s@%d", self.name, event.message.tp, event.message.offset)
            return await self._dead_letter(topic, event, reason)
        self.metrics.stage_seconds.labels(stage=self.name).observe(time.perf_counter() - started)
        return True

    @staticmethod
    def _decode(value: bytes | None) -> AnyEvent:
        if value is None:
            raise EventError("not a Wirewatch event (no value)")
        return decode(value)

    async def _dead_letter(self, topic: Topic, event: EventT[bytes], reason: str) -> bool:
        message = event.message
        letter = DeadLetter(
            topic=topic.name,
            partition=message.partition,
            offset=message.offset,
            key=message.key or b"",
            value=message.value or b"",
            stage=self.name,
            reason=reason[:2000],
            at=self.parts.clock(),
        )
        try:
            await self.send(Message(DEAD_LETTERS, topic.name, letter))
        except (KafkaError, FaustError, OSError) as error:
            logger.error("%s: the broker did not take a dead letter (%s); trying again", self.name, error)
            return False
        self.metrics.dead_lettered.labels(stage=self.name).inc()
        return True

    async def send(self, *messages: Message) -> None:
        """Write events to their topics; returns when the broker has them all."""
        acknowledgements = [await self._send(message) for message in messages]
        for acknowledgement in acknowledgements:
            await acknowledgement

    async def _send(self, message: Message) -> Awaitable[Any]:
        key, value = message.key.encode(), encode(message.event)
        if len(value) > MAX_EVENT_BYTES and not isinstance(message.event, DeadLetter):
            raise EventError(f"event of {len(value)} bytes for {message.topic.name}; at most {MAX_EVENT_BYTES} fit")
        partition = message.partition
        if partition is None:
            partition = partition_of(key, message.topic.partitions(self.settings.broker))
        producer = self.app.producer
        return await producer.send(message.topic.name, key, value, partition, None, None)

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that waits for the outside world, beside the stream; what it finds out returns as an event."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s: %s: %s; it will be tried again", self.name, type(error).__name__, error, exc_info=error)

    async def stop(self) -> None:
        """Stop after the event at hand; it and what runs in the background get a moment to end."""
        self._stopping = True
        # Faust would cancel the event at hand half-way, and the next start would do it again.
        await asyncio.gather(self._background_ended(), self._hand_is_free(GRACE_S))
        await self.app.stop()

    async def _background_ended(self) -> None:
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=GRACE_S)
            for task in left:
                task.cancel()

    def assigned(self, topic: Topic) -> list[int]:
        """Partitions of a topic that are this worker's at the moment."""
        return [tp.partition for tp in self._assigned(topic)]

    def _assigned(self, topic: Topic) -> list[TP]:
        return sorted(tp for tp in self.app.consumer.assignment() if tp.topic == topic.name)

    @property
    def is_up(self) -> bool:
        """Whether the tables are there and nobody stops this role: the state of the moment, to begin something or not."""
        return not (self._stopping or self.app.rebalancing or self.app.in_recovery)

    def every(self, interval_s: float, run: Callable[[], Awaitable[None]]) -> None:
        """Run something while this app is up and its tables are recovered."""

        async def timer() -> None:
            if not self.is_up:
                return
            try:
                await run()
            except (KafkaError, FaustError, OSError) as error:
                logger.error("%s: the broker did not take an event (%s); trying again", self.name, error)

        self.app.timer(interval_s, name=f"{self.name}-{run.__name__}")(timer)
