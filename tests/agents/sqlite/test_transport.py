"""The Faust transport over the embedded log, with a real Faust app on it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from faust.types import TP

from agents.role import Message, Role
from agents.sqlite.log import Log
from agents.sqlite.transport import READ_LIMIT, TOMBSTONE_S, Consumer, Producer, log_path
from agents.topics import ANSWERS, FINGERPRINTS, partition_of
from monitor.base.errors import BrokerError
from monitor.base.events import Tick, encode
from tests.agents.embedded import log_of
from tests.agents.stage import START, Stage, staged

GROUP = "wirewatch-keeper"
FIRST, SECOND = TP(FINGERPRINTS.name, 0), TP(FINGERPRINTS.name, 1)
CHANGELOG = TP("wirewatch-keeper-last-changelog", 0)
TICK = Tick(at=START)


class Keeper(Role):
    """Keeps the number of events of its partition in a table, under one key."""

    name = "keeper"

    def define(self) -> None:
        """A table that one key is written to again and again."""
        self.last = self.table("last", FINGERPRINTS)
        self.handled = 0
        self.consume(FINGERPRINTS, {Tick: self.tick})

    async def tick(self, tick: Tick, partition: int) -> None:
        """Count."""
        self.handled += 1
        self.last[b"count"] = str(int(self.last.get(b"count") or 0) + 1).encode()


@asynccontextmanager
async def keeper(folder: Path) -> AsyncIterator[tuple[Stage, Keeper, Consumer, Producer]]:
    """The role on two partitions, with the parts of its transport."""
    async with staged(folder, Keeper, broker__shards=2) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, Keeper)
        consumer, producer = role.app.consumer, role.app.producer
        assert isinstance(consumer, Consumer) and isinstance(producer, Producer)
        await stage.settled()
        yield stage, role, consumer, producer


async def test_one_process_is_assigned_every_partition_and_its_changelogs(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (_, _, consumer, _):
        assert consumer.assignment() == {FIRST, SECOND, CHANGELOG, TP(CHANGELOG.topic, 1)}


async def test_more_than_one_reading_comes_whole(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (stage, role, _, _):
        await stage.put(FINGERPRINTS, "k", *[TICK] * (2 * READ_LIMIT + 1))
        assert role.handled == 2 * READ_LIMIT + 1


async def test_a_send_is_acknowledged_with_its_offset_once_it_is_durable(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (stage, _, _, producer):
        acknowledgement = await producer.send(ANSWERS.name, b"k", b"v", 0, None, None)
        assert log_of(stage).end(TP(ANSWERS.name, 0)) == 0
        sent = await acknowledgement
        assert (sent.topic, sent.partition, sent.offset) == (ANSWERS.name, 0, 0)
        assert log_of(stage).end(TP(ANSWERS.name, 0)) == 1


async def test_a_flush_waits_for_everything_that_was_sent(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (stage, _, _, producer):
        for _ in range(3):
            await producer.send(ANSWERS.name, b"k", b"v", 0, None, None)
        await producer.flush()
        assert log_of(stage).end(TP(ANSWERS.name, 0)) == 3


async def test_without_a_partition_the_key_decides_as_everywhere(tmp_path: Path) -> None:
    keys = [str(number).encode() for number in range(20)]
    async with keeper(tmp_path) as (stage, _, consumer, producer):
        for key in keys:
            await producer.send_and_wait(FINGERPRINTS.name, key, encode(TICK), None, None, None)
        for number, tp in enumerate((FIRST, SECOND)):
            there = [record.key for record in log_of(stage).read(tp, 0, 100)]
            assert there == [key for key in keys if partition_of(key, 2) == number] and there
        assert [consumer.key_partition(FINGERPRINTS.name, key) for key in keys] == [partition_of(k, 2) for k in keys]


async def test_what_a_handler_writes_without_waiting_is_one_transaction(tmp_path: Path) -> None:
    """A message and the table change after it, both before the next turn of the loop, are durable together."""

    class Writer(Keeper):
        async def tick(self, tick: Tick, partition: int) -> None:
            log = log_of(stage)
            waiting = len(log._queue)
            sending = asyncio.ensure_future(self.send(Message(ANSWERS, "k", tick)))
            await asyncio.sleep(0)
            self.last[b"k"] = b"v"
            queued.append(len(log._queue) - waiting)
            await sending

    queued: list[int] = []
    async with staged(tmp_path, Writer, broker__shards=2) as stage:
        await stage.put(FINGERPRINTS, "k", TICK)
    assert queued == [2]


async def test_a_changelog_keeps_the_last_value_of_a_key_only(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (stage, _, _, _):
        await stage.put(FINGERPRINTS, "k", *[TICK] * 50)
        (record,) = log_of(stage).read(CHANGELOG, 0, 100)
        assert (record.offset, record.key, record.value) == (49, b"count", b"50")


async def test_what_a_table_has_deleted_leaves_the_changelog_for_good(tmp_path: Path) -> None:
    """Every article passes the tables of `decide`; what each leaves behind must not stay for ever."""

    class Passing(Keeper):
        async def tick(self, tick: Tick, partition: int) -> None:
            self.handled += 1
            self.last[str(self.handled).encode()] = b"v"
            if self.handled > 1:
                del self.last[str(self.handled - 1).encode()]

    async with staged(tmp_path, Passing, broker__shards=2) as stage:
        await stage.put(FINGERPRINTS, "k", *[TICK] * 50)
        # A table's changes carry the time of the machine, from which the clock of the tests departs.
        log, later = log_of(stage), time.time() + TOMBSTONE_S + 60
        assert len(log.read(CHANGELOG, 0, 100)) == 50
        log.expire(later)
        assert [(one.key, one.value) for one in log.read(CHANGELOG, 0, 100)] == [(b"50", b"v"), (b"49", None)]
    async with staged(tmp_path, Passing, broker__shards=2) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, Passing) and dict(role.last) == {b"50": b"v"}


async def test_a_group_begins_at_the_oldest_message_and_goes_on_where_it_committed(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db")
    log.create_topic(FINGERPRINTS.name, 2, retention_s=FINGERPRINTS.retention_s)
    for at in (0.0, START.timestamp()):
        await log.append(FINGERPRINTS.name, 0, b"k", encode(TICK), at=at)
    log.expire(START.timestamp())
    log.close()
    async with keeper(tmp_path) as (stage, role, consumer, _):
        assert role.handled == 1
        await consumer.commit()
        assert log_of(stage).committed(GROUP, [FIRST, SECOND]) == {FIRST: 2, SECOND: None}
        assert await consumer.seek_to_committed() == {FIRST: 2, SECOND: 0}


async def test_ends_and_beginnings_are_those_of_the_log(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (stage, _, consumer, _):
        await stage.put(FINGERPRINTS, "k", TICK, TICK)
        assert consumer.highwater(FIRST) == 2 and await consumer.highwaters(FIRST, SECOND) == {FIRST: 2, SECOND: 0}
        assert await consumer.earliest_offsets(FIRST) == {FIRST: 0}
        assert await consumer.position(FIRST) == 2
        assert consumer.topic_partitions(FINGERPRINTS.name) == 2


async def test_a_topic_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (_, _, consumer, producer):
        for ask in (
            lambda: consumer.key_partition("none", b"k"),
            lambda: producer.key_partition("none", b"k"),
        ):
            with pytest.raises(BrokerError, match="there is no topic 'none'"):
                ask()


def test_a_service_on_a_file_that_another_one_holds_is_refused_with_one_message(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db")
    code = (
        "import asyncio, sys\n"
        "from agents.app import running\n"
        "from agents.decide import Decide\n"
        "from monitor.base.errors import BrokerError\n"
        "from monitor.base.settings import load\n"
        "async def main():\n"
        "    async with running(load(None, environ={}, broker__url=sys.argv[1]), [Decide], with_web=False):\n"
        "        print('runs')\n"
        "try:\n"
        "    asyncio.run(main())\n"
        "except BrokerError as error:\n"
        "    sys.exit(str(error))\n"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{log.path}"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    log.close()
    assert refused.stderr == f"{log.path}: is in use by another Wirewatch process; stop it, or use another file\n"
    assert refused.returncode == 1


def test_a_url_names_a_relative_or_an_absolute_path() -> None:
    assert log_path("sqlite:///wirewatch.db") == Path("wirewatch.db")
    assert log_path("sqlite:////var/lib/wirewatch.db") == Path("/var/lib/wirewatch.db")
    assert log_path("sqlite:////srv/my%20news/a%3Fb%23c.db") == Path("/srv/my news/a?b#c.db")
