"""What every role does with its events: one at a time, finished or told, and after a restart where it stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from faust.types import TP

from agents import role as role_module
from agents.role import Message, Role
from agents.topics import ANSWERS, DAY_S, DEAD_LETTERS, FINGERPRINTS, MAX_EVENT_BYTES
from monitor.base.events import Article, DeadLetter, Tick, encode
from tests.agents.embedded import log_of
from tests.agents.stage import START, Stage, staged

FIRST, SECOND = TP(FINGERPRINTS.name, 0), TP(FINGERPRINTS.name, 1)


def event(number: int) -> Tick:
    """An event with a number."""
    return Tick(at=START + timedelta(seconds=number))


class Clerk(Role):
    """Counts each event in a table and answers it; what a test hangs in comes first."""

    name = "clerk"
    before: Callable[[int, int], Awaitable[None]]
    """Called with the event's number and partition."""

    def define(self) -> None:
        """One table, one topic."""
        self.counts = self.table("counts", FINGERPRINTS)
        self.handled: list[tuple[int, int]] = []
        self.consume(FINGERPRINTS, {Tick: self.tick})

    async def tick(self, tick: Tick, partition: int) -> None:
        """Answer, then count."""
        number = round((tick.at - START).total_seconds())
        await self.before(number, partition)
        await self.send(Message(ANSWERS, "answer", tick))
        key = f"{partition}:{number}".encode()
        self.counts[key] = str(int(self.counts.get(key) or 0) + 1).encode()
        self.handled.append((partition, number))


@asynccontextmanager
async def clerk(
    folder: Path, before: Callable[[int, int], Awaitable[None]] | None = None
) -> AsyncIterator[tuple[Stage, Clerk]]:
    """The role on two partitions."""

    async def nothing(_: int, __: int) -> None:
        pass

    made = type("MadeClerk", (Clerk,), {"before": staticmethod(before or nothing)})
    async with staged(folder, made, broker__shards=2) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, Clerk)
        yield stage, role


def counts(role: Clerk) -> dict[str, int]:
    """What the table holds."""
    return {key.decode(): int(value) for key, value in role.counts.items()}


async def committed(stage: Stage, tp: TP) -> int | None:
    """The offset that is durable after a commit of all that may be committed."""
    await stage.service.roles[0].app.consumer.commit()
    return log_of(stage).committed("wirewatch-clerk", [tp])[tp]


async def put(stage: Stage, *events: Tick | bytes, partition: int = 0) -> None:
    """Append events without waiting for the role."""
    for one in events:
        log_of(stage).append(
            FINGERPRINTS.name, partition, b"k", one if isinstance(one, bytes) else encode(one), at=START.timestamp()
        )
    await log_of(stage).drained()


async def test_events_of_a_partition_are_handled_one_at_a_time_in_their_order(tmp_path: Path) -> None:
    at_hand: Counter[int] = Counter()
    most: Counter[str] = Counter()

    async def slow(_: int, partition: int) -> None:
        at_hand[partition] += 1
        most["partition"] = max(most["partition"], at_hand[partition])
        for _ in range(5):
            await asyncio.sleep(0)
        at_hand[partition] -= 1

    async with clerk(tmp_path, slow) as (stage, role):
        await put(stage, *map(event, range(300)), partition=0)
        await put(stage, *map(event, range(300)), partition=1)
        await stage.settled()
        for partition in (0, 1):
            assert [number for part, number in role.handled if part == partition] == list(range(300))
    assert most == {"partition": 1}


async def test_an_event_is_finished_when_its_handler_returned_and_not_before(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def third_waits(number: int, _: int) -> None:
        if number == 2:
            await gate.wait()

    async with clerk(tmp_path, third_waits) as (stage, role):
        await put(stage, *map(event, range(5)))
        await stage.until(lambda: len(role.handled) == 2)
        assert await committed(stage, FIRST) == 2 and role.lag() == 3
        gate.set()
        await stage.settled()
        assert await committed(stage, FIRST) == 5


async def test_what_an_event_causes_is_durable_before_its_offset(tmp_path: Path) -> None:
    """The log is cut after each commit, as a crash would do, and read again."""
    async with clerk(tmp_path) as (stage, role):
        for number in range(20):
            await put(stage, event(number))
            offset = await committed(stage, FIRST) or 0
            changelog = TP(role.counts.changelog_topic.get_topic_name(), 0)
            written = {record.key for record in log_of(stage).read(changelog, 0, 1000)}
            assert {f"0:{done}".encode() for done in range(offset)} <= written
            assert len(stage.read(ANSWERS, Tick)) >= offset
        await stage.settled()
        assert await committed(stage, FIRST) == 20


async def test_a_handler_that_raises_makes_a_dead_letter_and_the_stream_goes_on(tmp_path: Path) -> None:
    async def second_fails(number: int, _: int) -> None:
        if number == 1:
            raise ZeroDivisionError("one too few")

    async with clerk(tmp_path, second_fails) as (stage, role):
        await stage.put(FINGERPRINTS, "k", *map(event, range(3)), partition=1)
        assert [number for _, number in role.handled] == [0, 2]
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        assert letter == DeadLetter(
            topic=FINGERPRINTS.name,
            partition=1,
            offset=1,
            key=b"k",
            value=encode(event(1)),
            stage="clerk",
            reason="ZeroDivisionError: one too few",
            at=START,
        )
        assert stage.count("dead_lettered.clerk") == 1
        assert await committed(stage, SECOND) == 3


@pytest.mark.parametrize("value", [b"", b"\xff\x00", b"{}", b'{"type":"tick"}', b'{"type":"unknown"}'])
async def test_bytes_that_are_no_event_become_a_dead_letter(tmp_path: Path, value: bytes) -> None:
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", value, event(1))
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        assert (letter.offset, letter.value) == (0, value) and letter.reason.startswith("not a Wirewatch event")
        assert role.handled == [(0, 1)]


async def test_a_message_without_a_value_becomes_a_dead_letter(tmp_path: Path) -> None:
    async with clerk(tmp_path) as (stage, _):
        await log_of(stage).append(FINGERPRINTS.name, 0, None, None, at=0.0)
        await stage.settled()
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        assert (letter.key, letter.value, letter.reason) == (b"", b"", "not a Wirewatch event (no value)")


async def test_an_event_that_is_for_another_role_is_passed_over(tmp_path: Path) -> None:
    article = Article(id="art_1", url="https://a.example/1", first_seen_at=START, text="")
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", article, event(1))
        assert role.handled == [(0, 1)] and not stage.read(DEAD_LETTERS, DeadLetter)


async def test_an_event_that_causes_too_large_a_one_becomes_a_dead_letter(tmp_path: Path) -> None:
    async def too_much(number: int, _: int) -> None:
        article = Article(id="art_1", url="https://a.example/1", first_seen_at=START, text="x" * MAX_EVENT_BYTES)
        await roles[0].send(Message(ANSWERS, "k", article))

    async with clerk(tmp_path, too_much) as (stage, role):
        roles = [role]
        await stage.put(FINGERPRINTS, "k", event(1))
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        assert letter.reason.endswith("at most 8388608 fit") and letter.value == encode(event(1))


async def test_an_event_is_handled_again_while_the_broker_does_not_take_what_it_causes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_module, "BROKER_RETRY_S", 0.0)
    failures = [ConnectionError("away"), ConnectionError("still away")]

    async def away(_: int, __: int) -> None:
        if failures:
            raise failures.pop()

    async with clerk(tmp_path, away) as (stage, role):
        await stage.put(FINGERPRINTS, "k", event(1))
        assert role.handled == [(0, 1)] and not failures and not stage.read(DEAD_LETTERS, DeadLetter)


async def test_a_dead_letter_is_tried_again_while_the_broker_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_module, "BROKER_RETRY_S", 0.0)
    failures = [ConnectionError("away")]
    async with clerk(tmp_path) as (stage, role):
        send = role.send

        async def away(*messages: Message) -> None:
            if failures:
                raise failures.pop()
            await send(*messages)

        monkeypatch.setattr(role, "send", away)
        await stage.put(FINGERPRINTS, "k", b"no event")
        assert len(stage.read(DEAD_LETTERS, DeadLetter)) == 1 and not failures


async def test_tables_are_recovered_after_a_restart(tmp_path: Path) -> None:
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", event(0), event(1), event(1))
        await stage.put(FINGERPRINTS, "k", event(0), partition=1)
    async with clerk(tmp_path) as (stage, role):
        await stage.settled()
        assert counts(role) == {"0:0": 1, "0:1": 2, "1:0": 1}
        await stage.put(FINGERPRINTS, "k", event(1))
        assert counts(role)["0:1"] == 3


async def test_a_key_that_was_deleted_stays_deleted(tmp_path: Path) -> None:
    class Forgetful(Clerk):
        async def tick(self, tick: Tick, partition: int) -> None:
            for key in list(self.counts):
                self.counts.pop(key, None)
            await super().tick(tick, partition)

        @staticmethod
        async def before(_: int, __: int) -> None:
            pass

    async with staged(tmp_path, Forgetful, broker__shards=2) as stage:
        await stage.put(FINGERPRINTS, "k", *map(event, range(3)))
    async with staged(tmp_path, Forgetful, broker__shards=2) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, Forgetful) and counts(role) == {"0:2": 1}


async def test_a_restart_goes_on_after_the_last_event_and_repeats_none(tmp_path: Path) -> None:
    async with clerk(tmp_path) as (stage, _):
        await stage.put(FINGERPRINTS, "k", *map(event, range(50)))
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", event(50))
        assert role.handled == [(0, 50)]
        assert len(stage.read(ANSWERS, Tick)) == 51


async def test_an_event_that_was_not_finished_at_the_stop_is_handled_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_module, "GRACE_S", 0.05)

    async def for_ever(number: int, _: int) -> None:
        if number == 1:
            await asyncio.Event().wait()

    async with clerk(tmp_path, for_ever) as (stage, role):
        await put(stage, *map(event, range(3)))
        await stage.until(lambda: len(role.handled) == 1)
    async with clerk(tmp_path) as (stage, role):
        await stage.settled()
        assert role.handled == [(0, 1), (0, 2)] and counts(role) == {"0:0": 1, "0:1": 1, "0:2": 1}


async def test_a_stop_waits_for_the_event_at_hand_and_begins_no_other(tmp_path: Path) -> None:
    at_hand, gate = asyncio.Event(), asyncio.Event()

    async def waits(_: int, __: int) -> None:
        at_hand.set()
        await gate.wait()

    async with clerk(tmp_path, waits) as (stage, role):
        await put(stage, *map(event, range(200)))
        await at_hand.wait()
        stopped = asyncio.ensure_future(role.stop())
        # As often as Faust needs to cancel an agent, and more.
        for _ in range(100):
            await asyncio.sleep(0)
        assert not stopped.done()
        gate.set()
        await stopped
        assert role.handled == [(0, 0)]
    async with clerk(tmp_path) as (stage, role):
        await stage.settled()
        assert [number for _, number in role.handled] == list(range(1, 200))
        assert len(stage.read(ANSWERS, Tick)) == 200


async def test_a_stop_does_not_wait_for_a_broker_that_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def away(_: int, __: int) -> None:
        raise ConnectionError("away")

    async with clerk(tmp_path, away) as (stage, _):
        await put(stage, event(0))
        await stage.until(lambda: "the broker did not take an event" in caplog.text)
    async with clerk(tmp_path) as (stage, role):
        await stage.settled()
        assert role.handled == [(0, 0)]


async def test_work_in_the_background_gets_a_moment_at_the_stop_and_is_then_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role_module, "GRACE_S", 0.2)
    ended = []

    async def work(name: str, until: Awaitable[object]) -> None:
        try:
            await until
            ended.append(f"{name} done")
        except asyncio.CancelledError:
            ended.append(f"{name} cut off")
            raise

    async with clerk(tmp_path) as (_, role):
        role.background(work("short", asyncio.sleep(0.001)))
        role.background(work("endless", asyncio.Event().wait()))
    assert ended == ["short done", "endless cut off"]


async def test_a_fault_in_the_background_is_told_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise ZeroDivisionError("one too few")

    async with clerk(tmp_path) as (stage, role):
        role.background(fails())
        await stage.put(FINGERPRINTS, "k", event(1))
        assert role.handled == [(0, 1)] and "ZeroDivisionError: one too few; it will be tried again" in caplog.text


async def test_events_that_were_not_delivered_are_read_again_in_their_order(tmp_path: Path) -> None:
    """Faust loses fetched events at a rebalance; here the position jumps ahead instead."""
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", event(0))
        await role.app.consumer.seek(FIRST, 4)
        await stage.put(FINGERPRINTS, "k", *map(event, range(1, 8)))
        assert [number for _, number in role.handled] == list(range(8))


async def test_events_that_are_delivered_again_are_passed_over(tmp_path: Path) -> None:
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", *map(event, range(5)))
        await role.app.consumer.seek(FIRST, 1)
        await stage.put(FINGERPRINTS, "k", event(5))
        assert [number for _, number in role.handled] == list(range(6))


async def test_events_that_expired_before_they_were_read_do_not_stop_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a week without power: the service goes on with what is still there."""
    monkeypatch.setattr(role_module, "GRACE_S", 0.05)

    async def for_ever(number: int, _: int) -> None:
        if number == 1:
            await asyncio.Event().wait()

    async with clerk(tmp_path, for_ever) as (stage, role):
        await put(stage, *map(event, range(6)))
        await stage.until(lambda: len(role.handled) == 1)
        assert log_of(stage).expire(START.timestamp() + 3 * DAY_S) == 5
    async with clerk(tmp_path) as (stage, role):
        await stage.put(FINGERPRINTS, "k", event(6))
        assert [number for _, number in role.handled] == [5, 6]


async def test_a_timer_runs_while_the_role_is_up_and_a_fault_in_it_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Timed(Clerk):
        runs = 0

        def define(self) -> None:
            super().define()
            self.every(0.001, self.look)

        async def look(self) -> None:
            self.runs += 1
            raise ConnectionError("the broker is away")

        @staticmethod
        async def before(_: int, __: int) -> None:
            pass

    async with staged(tmp_path, Timed, broker__shards=2) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, Timed)
        await stage.until(lambda: role.runs >= 3)
        await stage.put(FINGERPRINTS, "k", event(1))
        assert role.handled == [(0, 1)]
    assert "the broker is away" in caplog.text


async def test_lag_and_health_say_how_far_a_role_is(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def waits(_: int, __: int) -> None:
        await gate.wait()

    async with clerk(tmp_path, waits) as (stage, role):
        health, name = stage.service.parts.health, f"clerk:{FINGERPRINTS.name}"
        await put(stage, *map(event, range(3)))
        await stage.until(lambda: role.lag() == 3)
        await role.report_progress()
        assert health.ready()[1]["stages"][name]["lag"] == 3
        gate.set()
        await stage.settled()
        assert role.lag() == 0 and health.ready()[1]["stages"][name]["lag"] == 0
