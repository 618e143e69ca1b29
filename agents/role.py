"""One role of the service: a Faust app of its own, whose agents are thin shells around pure functions.

A subclass says which topic it consumes and how it handles each event. The shell here does the rest: decode at the
edge, one event at a time, dead letters with the reason, offsets that count only finished events, metrics.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
import faust
from faust.exceptions import FaustError
from aiokafka.errors import KafkaError
from faust.types import TP, EventT

from agents import faust_defences
from agents.topics import DEAD_LETTERS, Topic, partition_of
from monitor.base.errors import EventError
from monitor.base.events import AnyEvent, DeadLetter, Event, decode, encode
from monitor.base.metrics import Metrics
from monitor.base.settings import Settings
from monitor.web.health import Health
from monitor.web.view import View

logger = logging.getLogger(__name__)

BROKER_RETRY_S = 1.0
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Largest message on any topic; articles are cut far below it."""
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

    finished: faust_defences.Finished


class Role:
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
            producer_acks=-1,
            producer_max_request_size=MAX_MESSAGE_BYTES,
            consumer_max_fetch_size=MAX_MESSAGE_BYTES,
            # Bounds what is fetched but not yet processed: memory, and what a crash repeats.
            stream_buffer_maxsize=256,
            stream_wait_empty=False,
            reply_create_topic=False,
        )
        self.app.finished = faust_defences.Finished()
        self.define()

    def define(self) -> None:
        """Declare the tables and call `consume` for each topic."""
        raise NotImplementedError

    def table(self, name: str, topic: Topic) -> faust.Table[bytes, bytes]:
        """A keyed state that lives in a compacted changelog, in as many parts as the topic that it follows."""
        return self.app.Table(
            name,
            partitions=topic.partitions(self.settings.broker),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
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

        async def agent(stream: faust.Stream[bytes]) -> None:
            async for event in stream.noack().events():
                await self._process(topic, handlers, event)

        self.app.agent(channel, name=f"{self.name}-{topic.name}")(agent)

    async def _process(self, topic: Topic, handlers: Mapping[type[Event], Handler], event: EventT[bytes]) -> None:
        message = event.message
        tp, offset = message.tp, message.offset
        consumer, finished = self.app.consumer, self.app.finished
        committed = consumer._committed_offset.get(tp)
        if not finished.expects(tp, offset, committed):
            lost = finished.gap(tp, offset, committed)
            if lost is not None:
                logger.warning("%s: events %d to %d of %s were not delivered; reading again", self.name, lost, offset, tp)
                await consumer.seek(tp, lost)
            return
        while not await self._handled(topic, handlers, event):
            await asyncio.sleep(BROKER_RETRY_S)
        finished.done(tp, offset)
        self.parts.health.progress(
            f"{self.name}:{topic.name}", tp.partition, offset + 1, consumer.highwater(tp), self.parts.clock()
        )

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
        key = message.key.encode()
        partition = message.partition
        if partition is None:
            partition = partition_of(key, message.topic.partitions(self.settings.broker))
        producer = self.app.producer
        return await producer.send(message.topic.name, key, encode(message.event), partition, None, None)

    def assigned(self, topic: Topic) -> list[int]:
        """Partitions of a topic that are this worker's at the moment."""
        return sorted(tp.partition for tp in self.app.consumer.assignment() if tp.topic == topic.name)

    def every(self, interval_s: float, run: Callable[[], Awaitable[None]]) -> None:
        """Run something while this app is up and its tables are recovered."""

        @self.app.timer(interval_s, name=f"{self.name}-{run.__name__}")
        async def timer() -> None:
            if not self.app.rebalancing and not self.app.in_recovery:
                await run()
