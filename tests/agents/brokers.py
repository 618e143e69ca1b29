"""What tests do with a broker beside the service: put events in, read topics, know that nothing waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from faust.types import TP

from agents.app import Service
from agents.kafka import servers
from agents.sqlite.log import Log, open_log
from agents.sqlite.transport import log_path
from agents.topics import MAX_MESSAGE_BYTES, TOPICS
from monitor.base.settings import BrokerSettings


class Broker(Protocol):
    """A broker as a test sees it."""

    async def append(self, tp: TP, key: bytes, values: Iterable[bytes], at: float) -> None:
        """Add messages; they are there when this returns."""

    def read(self, tp: TP) -> Sequence[bytes]:
        """The values of a partition, in order."""

    async def is_quiet(self, service: Service) -> bool:
        """True when the roles have handled all that is in the topics, and `read` shows all of it."""


class Embedded:
    """The log of this process."""

    def __init__(self, log: Log) -> None:
        self.log = log

    async def append(self, tp: TP, key: bytes, values: Iterable[bytes], at: float) -> None:
        for value in values:
            self.log.append(tp.topic, tp.partition, key, value, at=at)
        await self.log.drained()

    def read(self, tp: TP) -> Sequence[bytes]:
        return [record.value or b"" for record in self.log.read(tp, 0, 100_000)]

    async def is_quiet(self, service: Service) -> bool:
        return service.lag() == 0


class Kafka:
    """A plain Kafka client without Faust, which reads all topics as they grow."""

    def __init__(self, producer: AIOKafkaProducer, consumer: AIOKafkaConsumer) -> None:
        self._producer = producer
        self._consumer = consumer
        self._values: dict[tuple[str, int], list[bytes]] = defaultdict(list)

    async def append(self, tp: TP, key: bytes, values: Iterable[bytes], at: float) -> None:
        at_ms = int(at * 1000)
        for sent in [await self._producer.send(tp.topic, value, key, tp.partition, at_ms) for value in values]:
            await sent

    def read(self, tp: TP) -> Sequence[bytes]:
        return self._values[tp.topic, tp.partition]

    async def is_quiet(self, service: Service) -> bool:
        if service.lag() != 0:
            return False
        positions = [position for role in service.roles for position in role.positions().items()]
        # After the positions: when they are where the topics end now, nothing was under way in between.
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        return all(ends[TopicPartition(*tp)] == position for tp, position in positions) and all(
            end == len(self._values[tp.topic, tp.partition]) for tp, end in ends.items()
        )

    async def follow(self) -> None:
        """Read on until cancelled."""
        async for record in self._consumer:
            self._values[record.topic, record.partition].append(record.value or b"")


@asynccontextmanager
async def beside(settings: BrokerSettings) -> AsyncIterator[Broker]:
    """The broker of a service that runs."""
    if settings.url.startswith("sqlite:"):
        yield Embedded(open_log(log_path(settings.url)))
        return
    address = servers(settings.url)
    producer = AIOKafkaProducer(bootstrap_servers=address, max_request_size=MAX_MESSAGE_BYTES)
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    async with producer, consumer:
        consumer.assign([TopicPartition(topic.name, n) for topic in TOPICS for n in range(topic.partitions(settings))])
        kafka = Kafka(producer, consumer)
        task = asyncio.create_task(kafka.follow())
        try:
            yield kafka
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
