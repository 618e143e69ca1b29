"""Faust transport over the embedded log: one process, every partition assigned to it, no rebalance but the first.

What a Faust transport must do and its documentation does not say is noted where it is done; all of it was read in
faust-streaming 0.15.3 and tried.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

from faust.assignor.client_assignment import ClientAssignment
from faust.transport import base
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.producer import Producer as BaseProducer
from faust.types import TP, ConsumerMessage
from faust.types.tuples import FutureMessage, RecordMetadata
from yarl import URL

from agents.sqlite.log import Log, Record, open_log
from agents.topics import partition_of
from monitor.base.errors import BrokerError

READ_LIMIT = 200
"""Messages read of one partition at a time: bounds memory, and lets the other partitions have their turn."""
TOMBSTONE_S = 3600.0
"""How long a changelog holds what a table deleted. A table is always read whole, so that a tombstone has nothing left to
delete; and every article leaves one in `decide`."""


class Consumer(BaseConsumer):
    """Reads the log for one app; the app's id is the consumer group."""

    logger = logging.getLogger("faust")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log: Log = cast(Transport, self.transport).log
        self._group: str = self.app.conf.id
        self._assigned: set[TP] = set()
        self._positions: dict[TP, int] = {}

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Take every partition of the topics and of the app's changelogs."""
        names = {*topics, *self.app.tables.changelog_topics}
        assigned = {TP(name, number) for name in names for number in range(self._partitions(name))}
        # As a task: Faust's conductor must see this call return before it handles the assignment, or the worker
        # hangs in 'Executing _on_partitions_assigned'.
        self.add_future(self._rebalance(assigned))

    def _partitions(self, topic: str) -> int:
        partitions = self._log.partitions(topic)
        if partitions is None:
            raise BrokerError(f"{self._log.path}: there is no topic {topic!r}")
        return partitions

    async def _rebalance(self, assigned: set[TP]) -> None:
        revoked, self._assigned = self._assigned, assigned
        self.app.on_rebalance_start()
        await self.on_partitions_revoked(revoked)
        self._positions = dict.fromkeys(assigned, 0)
        by_topic: dict[str, list[int]] = {}
        for tp in sorted(assigned):
            by_topic.setdefault(tp.topic, []).append(tp.partition)
        # Table recovery asks the assignor, which on Kafka learns this from the group's leader.
        cast(Any, self.app.assignor)._assignment = ClientAssignment(actives=by_topic, standbys={})
        await self.on_partitions_assigned(assigned, self.app.consumer_generation_id)

    def assignment(self) -> set[TP]:
        return self._assigned

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Record]]:
        positions = {
            tp: self._positions[tp] for tp in self._assigned if active_partitions is None or tp in active_partitions
        }
        if not await self._log.wait_for_messages(positions, timeout):
            return {}
        records = {}
        for tp, position in positions.items():
            # A seek that came while we waited decides, not the position that we began with.
            if self._positions.get(tp) == position and self._log.end(tp) > position:
                read = self._log.read(tp, position, READ_LIMIT)
                self._positions[tp] = read[-1].offset + 1 if read else self._log.end(tp)
                if read:
                    records[tp] = read
        return records

    def _to_message(self, tp: TP, record: Record) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.offset,
            record.at,
            0,
            [],
            record.key,
            record.value,
            None,
            len(record.key or b""),
            len(record.value or b""),
            tp,
            # Without it, streams silently skip the message.
            generation_id=self.app.consumer_generation_id,
        )

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        await self._log.commit(self._group, offsets)
        return True

    async def seek_to_committed(self) -> Mapping[TP, int]:
        committed = self._log.committed(self._group, self._assigned)
        positions = {}
        for tp, offset in committed.items():
            if not self._is_changelog_tp(tp):
                self._positions[tp] = positions[tp] = self._log.beginning(tp) if offset is None else offset
        return positions

    async def _seek(self, partition: TP, offset: int) -> None:
        self._positions[partition] = offset

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            self._positions[tp] = offset
            # The read offset is that of the last message; at the beginning there is none.
            self._read_offset[tp] = offset or None

    async def position(self, tp: TP) -> int | None:
        return self._positions.get(tp)

    def highwater(self, tp: TP) -> int:
        return self._log.end(tp)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        return {tp: self._log.end(tp) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        return {tp: self._log.beginning(tp) for tp in partitions}

    def topic_partitions(self, topic: str) -> int | None:
        return self._log.partitions(topic)

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        return partition if partition is not None else partition_of(key or b"", self._partitions(topic))

    async def create_topic(self, topic: str, partitions: int, replication: int, **kwargs: Any) -> None:
        _create_topic(self._log, topic, partitions, **kwargs)


class Producer(BaseProducer):
    """Appends to the log; a send is acknowledged when its transaction is durable."""

    logger = logging.getLogger("faust")

    def __post_init__(self) -> None:
        self._log: Log = cast(Transport, self.transport).log

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
        *,
        transactional_id: str | None = None,
    ) -> Awaitable[RecordMetadata]:
        number = self.key_partition(topic, key or b"").partition if partition is None else partition
        durable = self._log.append(topic, number, key, value, at=timestamp or time.time())

        async def acknowledged() -> RecordMetadata:
            return RecordMetadata(topic, number, TP(topic, number), await durable, timestamp, 0)

        return self.loop.create_task(acknowledged())

    def send_soon(self, fut: FutureMessage) -> None:
        """Hand over a change of a table in the same step in which it is made.

        Faust would buffer it; so all that a handler writes without waiting is in one transaction.
        """
        message = fut.message
        self._log.append(
            message.channel.get_topic_name(),
            cast(int, message.partition),
            cast("bytes | None", message.key),
            cast("bytes | None", message.value),
            at=time.time(),
        )

    async def send_and_wait(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
        *,
        transactional_id: str | None = None,
    ) -> RecordMetadata:
        return await (await self.send(topic, key, value, partition, timestamp, headers))

    async def flush(self) -> None:
        """Wait until all that was sent is durable, table changes too: Faust calls this before it commits offsets."""
        await self._log.drained()

    async def create_topic(self, topic: str, partitions: int, replication: int, **kwargs: Any) -> None:
        _create_topic(self._log, topic, partitions, **kwargs)

    def key_partition(self, topic: str, key: bytes) -> TP:
        partitions = self._log.partitions(topic)
        if partitions is None:
            raise BrokerError(f"{self._log.path}: there is no topic {topic!r}")
        return TP(topic, partition_of(key, partitions))

    def supports_headers(self) -> bool:
        return False


def _create_topic(log: Log, topic: str, partitions: int, **kwargs: Any) -> None:
    """What Faust declares by itself (table changelogs); our topics are made before it starts."""
    if log.partitions(topic) is None:
        compacted = bool(kwargs.get("compacting"))
        log.create_topic(topic, partitions, compacted=compacted, retention_s=TOMBSTONE_S if compacted else None)


class Transport(base.Transport):
    """Registered for `sqlite://` through the entry-point group `faust.transports`."""

    Consumer: ClassVar[type[Consumer]] = Consumer
    Producer: ClassVar[type[Producer]] = Producer
    driver_version = "wirewatch-sqlite"

    def __init__(self, url: list[URL], app: Any, loop: Any = None) -> None:
        super().__init__(url, app, loop)
        self.log = open_log(log_path(str(url[0])))


def log_path(url: str) -> Path:
    """File of a `sqlite:///PATH` URL: three slashes for a relative path, four for an absolute one."""
    return Path(URL(url).path[1:])
