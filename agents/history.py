"""What topics hold, for those who ask later: pages of messages from a moment or an offset on, on either broker.

Nothing of it is kept in memory or beside the broker, so it is there after a restart, and on any worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP
from yarl import URL

from agents.kafka import servers
from agents.sqlite.log import Log, open_log
from agents.sqlite.transport import log_path
from agents.topics import MAX_MESSAGE_BYTES, Topic
from monitor.base.errors import BrokerError
from monitor.base.settings import BrokerSettings

PAGE = 500
"""Messages that are read at a time; between two pages the service goes on."""


class Kept(NamedTuple):
    """One message of a partition."""

    offset: int
    at: float
    """Unix time, seconds."""
    key: bytes
    value: bytes


class Reader(Protocol):
    """One partition on one broker."""

    async def bounds(self) -> tuple[int, int]:
        """Offsets of the oldest message and of the one that will come next."""

    async def first_since(self, at: float) -> int:
        """Offset of the first message that is not older than a Unix time; the end when there is none."""

    async def page(self, offset: int, end: int) -> list[Kept]:
        """Up to `PAGE` messages from an offset on, all before `end`; none when there are no more."""


class History:
    """Reads the topics of a broker."""

    def __init__(self, broker: BrokerSettings) -> None:
        self._broker = broker

    async def since(self, topic: Topic, at: datetime | None, *, key: bytes | None = None) -> AsyncIterator[Kept]:
        """The messages of a topic that are not older than `at` (None: all), partition by partition, in order.

        Args: key: reads only the partition of this key; other keys' messages in it come too.
        Raises: BrokerError: the broker does not answer.
        """
        for partition in topic.partitions_of(key, self._broker):
            async with self._reader(TP(topic.name, partition)) as reader:
                begin, end = await reader.bounds()
                offset = begin if at is None else max(begin, await reader.first_since(at.timestamp()))
                async for kept in _pages(reader, offset, end):
                    yield kept

    async def after(self, topic: Topic, partition: int, offset: int, number: int) -> list[Kept]:
        """The first messages of a partition from an offset on, in order."""
        async with self._reader(TP(topic.name, partition)) as reader:
            begin, end = await reader.bounds()
            first = max(begin, offset)
            return [kept async for kept in _pages(reader, first, min(end, first + number))]

    async def latest(self, topic: Topic, partition: int, number: int) -> list[Kept]:
        """The last messages of a partition, in order."""
        async with self._reader(TP(topic.name, partition)) as reader:
            begin, end = await reader.bounds()
            return [kept async for kept in _pages(reader, max(begin, end - number), end)]

    @asynccontextmanager
    async def _reader(self, tp: TP) -> AsyncIterator[Reader]:
        if URL(self._broker.url).scheme == "sqlite":
            yield _Embedded(open_log(log_path(self._broker.url)), tp)
            return
        consumer = AIOKafkaConsumer(
            bootstrap_servers=servers(self._broker.url),
            enable_auto_commit=False,
            max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
        )
        try:
            await consumer.start()
            consumer.assign([TopicPartition(*tp)])
            yield _Kafka(consumer, TopicPartition(*tp))
        except KafkaError as error:
            raise BrokerError(f"{self._broker.url}: {tp.topic} cannot be read ({error!r})") from None
        finally:
            await consumer.stop()


async def _pages(reader: Reader, offset: int, end: int) -> AsyncIterator[Kept]:
    while offset < end and (page := await reader.page(offset, end)):
        for kept in page:
            yield kept
        offset = page[-1].offset + 1
        await asyncio.sleep(0)


class _Embedded:
    def __init__(self, log: Log, tp: TP) -> None:
        self._log = log
        self._tp = tp

    async def bounds(self) -> tuple[int, int]:
        return self._log.beginning(self._tp), self._log.end(self._tp)

    async def first_since(self, at: float) -> int:
        """By bisection: times are those of the appends, in order but for a clock that was set back."""
        low, high = await self.bounds()
        while low < high:
            middle = (low + high) // 2
            found = self._log.read(self._tp, middle, 1)
            if found and found[0].at < at:
                low = found[0].offset + 1
            else:
                high = middle
        return low

    async def page(self, offset: int, end: int) -> list[Kept]:
        read = self._log.read(self._tp, offset, PAGE)
        return [
            Kept(record.offset, record.at, record.key or b"", record.value or b"")
            for record in read
            if record.offset < end
        ]


class _Kafka:
    def __init__(self, consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
        self._consumer = consumer
        self._tp = tp

    async def bounds(self) -> tuple[int, int]:
        begin = await self._consumer.beginning_offsets([self._tp])
        end = await self._consumer.end_offsets([self._tp])
        return begin[self._tp], end[self._tp]

    async def first_since(self, at: float) -> int:
        found = await self._consumer.offsets_for_times({self._tp: int(at * 1000)})
        if found[self._tp] is None:
            return (await self.bounds())[1]
        return int(found[self._tp].offset)

    async def page(self, offset: int, end: int) -> list[Kept]:
        self._consumer.seek(self._tp, offset)
        while True:
            batch = await self._consumer.getmany(self._tp, timeout_ms=1000, max_records=PAGE)
            records = batch.get(self._tp, [])
            if records:
                return [
                    Kept(record.offset, record.timestamp / 1000, record.key or b"", record.value or b"")
                    for record in records
                    if record.offset < end
                ]
            if await self._consumer.position(self._tp) >= end:
                return []
