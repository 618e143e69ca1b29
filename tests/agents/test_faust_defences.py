"""Each patch of Faust: what would be lost without it. On both brokers where both need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.structs import TopicPartition
from faust.transport.consumer import Consumer, ThreadDelegateConsumer
from faust.transport.producer import ProducerBuffer
from faust.types import TP

from agents import app as app_module
from agents import faust_defences
from agents import role as role_module
from agents.faust_defences import Finished
from agents.kafka import servers
from agents.sqlite.transport import Consumer as Embedded
from agents.topics import ARTICLES, POLLS
from monitor.base.errors import BrokerError
from monitor.base.events import FeedEntry, encode
from tests.agents.recorder import Recorder, article
from tests.agents.stage import LIMIT_S, START, Stage, staged

SLOW_S = 0.3
COMMITS_S = 1.0
"""Four commits."""
LOOK_S = 0.05
ZERO = TP(ARTICLES.name, 0)
Staged = Callable[[], Any]


@pytest.fixture(autouse=True)
def patient_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, the event at hand is finished before a role stops."""
    monkeypatch.setattr(role_module, "GRACE_S", LIMIT_S)
    monkeypatch.setattr(app_module, "STOP_TIMEOUT_S", LIMIT_S)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Staged:
    """Starts a recorder, again and again on the same broker."""
    url = {"broker__url": request.getfixturevalue("kafka")} if request.param == "kafka" else {}
    return lambda: staged(tmp_path, Recorder, **url)


@pytest.fixture
def recording_on_kafka(kafka: str, tmp_path: Path) -> Staged:
    """The same, on Kafka only."""
    return lambda: staged(tmp_path, Recorder, broker__url=kafka)


async def put(stage: Stage, first: int, last: int) -> None:
    """Append a series of articles, and do not wait for them to be handled."""
    values = [encode(article(number)) for number in range(first, last)]
    await stage.broker.append(ZERO, b"", values, START.timestamp())


def recorded(stage: Stage) -> list[tuple[str, int]]:
    return [(entry.article.id, entry.article.revision) for entry in stage.read(POLLS, FeedEntry)]


def once_each(first: int, last: int) -> list[tuple[str, int]]:
    return [(article(number).id, 1) for number in range(first, last)]


async def test_nothing_is_fetched_while_a_recovery_seeks(
    recording: Staged, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """216, 221, 502: the drain loop went on meanwhile, and dropped or repeated what it had fetched."""
    perform_seek = Consumer.perform_seek
    seeking, fetching, at_once = 0, 0, 0

    async def slow_seek(self: Consumer) -> None:
        nonlocal seeking, at_once
        seeking += 1
        at_once += fetching
        try:
            await asyncio.sleep(SLOW_S)
            await perform_seek(self)
            await asyncio.sleep(SLOW_S)
        finally:
            seeking -= 1

    def watched(fetch: Any) -> Any:
        async def fetched(self: Consumer, *arguments: Any, **named: Any) -> Any:
            nonlocal fetching, at_once
            fetching += 1
            at_once += seeking
            try:
                return await fetch(self, *arguments, **named)
            finally:
                fetching -= 1

        return fetched

    monkeypatch.setattr(Consumer, "perform_seek", slow_seek)
    for driver in (ThreadDelegateConsumer, Embedded):
        monkeypatch.setattr(driver, "_getmany", watched(driver._getmany))
    async with recording() as stage:
        await put(stage, 0, 100)
        await stage.settled()
        await put(stage, 100, 1000)
    async with recording() as stage:
        await stage.settled()
        assert recorded(stage) == once_each(0, 1000)
    assert not at_once
    assert "did not come" not in caplog.text


async def test_a_recovery_waits_for_what_is_fetched(recording: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was fetched before a seek must not be delivered after it."""
    under_way = 0

    def counted(fetch: Any) -> Any:
        async def fetched(self: Consumer, *arguments: Any, **named: Any) -> Any:
            nonlocal under_way
            under_way += 1
            records = await fetch(self, *arguments, **named)
            await asyncio.sleep(SLOW_S)
            under_way -= 1
            return records

        return fetched

    for driver in (ThreadDelegateConsumer, Embedded):
        monkeypatch.setattr(driver, "_getmany", counted(driver._getmany))
    async with recording() as stage:
        await stage.until(lambda: under_way)
        consumer = stage.service.roles[0].app.consumer
        consumer.stop_flow()
        await asyncio.wait_for(faust_defences.parked(consumer).wait(), LIMIT_S)
        assert not under_way
        consumer.resume_flow()
        await put(stage, 0, 10)
        await stage.settled()
        assert recorded(stage) == once_each(0, 10)


async def test_a_stop_commits_what_was_finished_while_a_commit_was_under_way(
    recording: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust let the commit under way do for the last one."""
    under_way, go_on = asyncio.Event(), asyncio.Event()

    def held(commit: Any) -> Any:
        async def committed(self: Consumer, offsets: Any) -> Any:
            under_way.set()
            await go_on.wait()
            return await commit(self, offsets)

        return committed

    for driver in (ThreadDelegateConsumer, Embedded):
        monkeypatch.setattr(driver, "_commit", held(driver._commit))
    async with recording() as stage:
        await put(stage, 0, 10)
        await asyncio.wait_for(under_way.wait(), LIMIT_S)
        await put(stage, 10, 20)
        await stage.settled()
        stopped = asyncio.ensure_future(stage.service.roles[0].stop())
        await asyncio.sleep(SLOW_S)
        go_on.set()
        await stopped
    async with recording() as stage:
        await stage.settled()
        assert recorded(stage) == once_each(0, 20)


async def test_a_rebalance_waits_for_the_event_at_hand(recording: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand, go_on = asyncio.Event(), asyncio.Event()
    handle = Recorder.article

    async def held(self: Recorder, *arguments: Any) -> None:
        at_hand.set()
        await go_on.wait()
        await handle(self, *arguments)

    monkeypatch.setattr(Recorder, "article", held)
    async with recording() as stage:
        await put(stage, 0, 1)
        await asyncio.wait_for(at_hand.wait(), LIMIT_S)
        revoked = asyncio.ensure_future(stage.service.roles[0].app.on_partitions_revoked.send({ZERO}))
        await asyncio.sleep(SLOW_S)
        assert not revoked.done()
        go_on.set()
        await asyncio.wait_for(revoked, LIMIT_S)
        await stage.until(lambda: recorded(stage) == once_each(0, 1))


@pytest.mark.kafka
async def test_offsets_are_committed_after_the_table_changes_of_their_events(
    recording_on_kafka: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust's flush gave up after 0.1 s; a crash then lost the change for good."""
    go_on = asyncio.Event()
    send_pending = ProducerBuffer._send_pending

    async def held(self: ProducerBuffer, change: Any) -> None:
        await go_on.wait()
        await send_pending(self, change)

    monkeypatch.setattr(ProducerBuffer, "_send_pending", held)
    async with recording_on_kafka() as stage:
        await put(stage, 0, 3)
        await stage.settled()
        await asyncio.sleep(COMMITS_S)
        committed = await _committed(stage)
        go_on.set()
        assert committed in (None, 0)
        async with asyncio.timeout(LIMIT_S):
            while await _committed(stage) != 3:
                await asyncio.sleep(LOOK_S)


@pytest.mark.kafka
async def test_a_table_change_that_is_refused_ends_the_role_and_its_event_is_handled_again(
    recording_on_kafka: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust only logged it."""

    async def refused(self: ProducerBuffer, change: Any) -> None:
        change.set_exception(MessageSizeTooLargeError())

    with monkeypatch.context() as patch:
        patch.setattr(ProducerBuffer, "_send_pending", refused)
        async with recording_on_kafka() as stage:
            await put(stage, 0, 1)
            with pytest.raises(BrokerError, match="the role 'recorder' stopped: .*MessageSizeTooLarge"):
                await asyncio.wait_for(stage.service.failed(), LIMIT_S)
    async with recording_on_kafka() as stage:
        await stage.settled()
        assert recorded(stage) == [*once_each(0, 1), *once_each(0, 1)]


async def _committed(stage: Stage) -> int | None:
    client = AIOKafkaAdminClient(bootstrap_servers=servers(stage.settings.broker.url))
    await client.start()
    try:
        offsets = await client.list_consumer_group_offsets("wirewatch-recorder")
    finally:
        await client.close()
    found = offsets.get(TopicPartition(*ZERO))
    return None if found is None else found.offset


@pytest.mark.kafka
async def test_a_new_changelog_is_waited_for_until_kafka_shows_it(
    recording_on_kafka: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that joins its group before gets no partition of it."""
    fetch = AIOKafkaClient.fetch_all_metadata
    asked = 0

    async def late(self: AIOKafkaClient) -> ClusterMetadata:
        nonlocal asked
        asked += 1
        return ClusterMetadata() if asked < 4 else await fetch(self)

    monkeypatch.setattr(AIOKafkaClient, "fetch_all_metadata", late)
    async with recording_on_kafka() as stage:
        await put(stage, 0, 10)
        await stage.settled()
        assert recorded(stage) == once_each(0, 10)
    assert asked >= 4


@pytest.mark.kafka
async def test_events_that_expired_on_kafka_before_they_were_read_do_not_stop_the_stream(
    recording_on_kafka: Staged,
) -> None:
    async with recording_on_kafka() as stage:
        await put(stage, 0, 10)
        await stage.settled()
        url = stage.settings.broker.url
        await stage.service.roles[0].stop()
        await put(stage, 10, 30)
    client = AIOKafkaAdminClient(bootstrap_servers=servers(url))
    await client.start()
    try:
        await client.delete_records({TopicPartition(*ZERO): RecordsToDelete(before_offset=20)})
    finally:
        await client.close()
    async with recording_on_kafka() as stage:
        await stage.until(lambda: recorded(stage) == [*once_each(0, 10), *once_each(20, 30)])


def test_another_version_of_faust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faust_defences, "version", lambda _: "0.16.0")
    with pytest.raises(BrokerError, match="faust-streaming 0.16.0 is installed"):
        faust_defences.install()


def test_a_gap_is_told_once_and_again_when_reading_again_did_not_help() -> None:
    finished = Finished()
    finished.done(ZERO, 4)
    assert [finished.is_gap(ZERO, offset) for offset in (7, 8, 9)] == [True, False, False]
    assert [finished.is_gap(ZERO, offset) for offset in (8, 9)] == [True, False]
    finished.done(ZERO, 5)
    assert finished.is_gap(ZERO, 20)


def test_only_offsets_that_moved_are_committed_and_what_was_taken_away_is_not() -> None:
    finished, one = Finished(), TP(ARTICLES.name, 1)
    finished.done(ZERO, 4)
    finished.done(one, 7)
    assert finished.committable({}) == {ZERO: 5, one: 8}
    assert finished.committable({ZERO: 5, one: 7}) == {one: 8}
    finished.forget([one])
    assert finished.committable({}) == {ZERO: 5}
    assert finished.position(one, 3) == 3 and finished.position(ZERO, 3) == 5
