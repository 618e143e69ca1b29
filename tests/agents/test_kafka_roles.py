"""Roles on a real Apache Kafka: every event once and in order, whatever dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from faust.types import TP

from agents import role as role_module
from agents.kafka import create_topics
from agents.topics import ARTICLES, POLLS
from monitor.base.events import Article, FeedEntry, encode
from monitor.base.settings import BrokerSettings
from tests.agents.brokers import Broker, beside
from tests.agents.recorder import PARTITIONS, Recorder, article
from tests.agents.stage import LIMIT_S, START, Stage, staged, until

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).resolve().parents[2]


async def put(broker: Broker, numbers: Sequence[int]) -> None:
    """Append articles, one after another to each partition."""
    for partition in range(PARTITIONS):
        mine = [encode(article(number)) for number in numbers if number % PARTITIONS == partition]
        await broker.append(TP(ARTICLES.name, partition), b"", mine, START.timestamp())


def seen(stage: Stage) -> dict[str, list[int]]:
    """What was recorded of each article: its counts, in order."""
    found = defaultdict(list)
    for entry in stage.read(POLLS, FeedEntry):
        found[entry.article.id].append(entry.article.revision)
    return found


def ids(numbers: Sequence[int]) -> list[str]:
    return [article(number).id for number in numbers]


async def test_each_event_is_handled_once_and_in_order_over_restarts(kafka: str, tmp_path: Path) -> None:
    for run in range(3):
        async with staged(tmp_path, Recorder, broker__url=kafka, broker__partitions=PARTITIONS) as stage:
            await put(stage.broker, range(run * 400, (run + 1) * 400))
            await stage.settled()
            recorded = [entry.article for entry in stage.read(POLLS, FeedEntry)]
    # `read` goes through the partitions, and an article's number says which partition it is in.
    assert [one.id for one in recorded] == sorted(ids(range(1200)), key=lambda name: (int(name[4:]) % PARTITIONS, name))
    assert {one.revision for one in recorded} == {1}


async def test_a_table_is_recovered_by_the_next_worker(kafka: str, tmp_path: Path) -> None:
    for run in (1, 2, 3):
        async with staged(tmp_path, Recorder, broker__url=kafka, broker__partitions=PARTITIONS) as stage:
            await put(stage.broker, range(40))
            await stage.settled()
            assert seen(stage) == {name: list(range(1, run + 1)) for name in ids(range(40))}


async def test_what_a_worker_was_at_when_it_was_cancelled_is_handled_by_the_next(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_hand = asyncio.Event()
    handle = Recorder.article

    async def stuck(self: Recorder, one: Article, partition: int) -> None:
        if one.id in ids(range(20, 24)):
            at_hand.set()
            await asyncio.Event().wait()
        await handle(self, one, partition)

    async def work() -> None:
        async with staged(tmp_path, Recorder, broker__url=kafka, broker__partitions=PARTITIONS) as stage:
            await put(stage.broker, range(40))
            await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "article", stuck)
        patch.setattr(role_module, "GRACE_S", 0.1)
        task = asyncio.create_task(work())
        await asyncio.wait_for(at_hand.wait(), LIMIT_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with staged(tmp_path, Recorder, broker__url=kafka, broker__partitions=PARTITIONS) as stage:
        await stage.settled()
        assert seen(stage) == {name: [1] for name in ids(range(40))}


async def test_a_worker_takes_over_from_one_that_is_killed_and_nothing_is_lost(kafka: str) -> None:
    broker = BrokerSettings(url=kafka, partitions=PARTITIONS)
    await create_topics(broker)
    async with beside(broker) as plain, Worker(kafka) as first, Worker(kafka) as second:
        await until(lambda: sorted(first.has + second.has) == list(range(PARTITIONS)) and first.has and second.has)
        await put(plain, range(400))

        def recorded() -> list[str]:
            return [
                value.split(b'"id":"')[1][:9].decode()
                for n in range(PARTITIONS)
                for value in plain.read(TP(POLLS.name, n))
            ]

        await until(lambda: 100 < len(recorded()))
        first.kill()
        await until(lambda: second.has == list(range(PARTITIONS)))
        # However slow this machine is, there is work left of the dead worker's partitions.
        await put(plain, range(400, 800))
        await until(lambda: set(recorded()) == set(ids(range(800))))
        # What nobody had committed when the worker died is repeated, and nothing that came after.
        assert all(recorded().count(name) == 1 for name in ids(range(400, 800)))


class Worker:
    """A process that runs the recorder and says which partitions it has."""

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self.has: list[int] = []

    async def __aenter__(self) -> Worker:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.agents.recorder", self._broker, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.has = [int(number) for number in line.split()]

    def kill(self) -> None:
        """Like a machine that loses its power."""
        os.kill(self._process.pid, signal.SIGKILL)

    async def __aexit__(self, *_: Any) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader
