"""The embedded log: order, durability, compaction, expiry, and what it says when the file cannot be used."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faust.types import TP

from agents.sqlite import log as log_module
from agents.sqlite.log import Log, open_log
from monitor.base.errors import BrokerError
from tests.agents.stage import LIMIT_S

NEWS, STATE = TP("news", 0), TP("state", 0)
WEEK_S = 7 * 86_400.0


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log with two topics: one that expires after a week in two partitions, and a compacted one."""
    made = with_topics(Log(tmp_path / "log.db"))
    yield made
    made.close()


def with_topics(log: Log) -> Log:
    log.create_topic("news", 2, retention_s=WEEK_S)
    log.create_topic("state", 1, compacted=True, retention_s=WEEK_S)
    return log


def reopened(log: Log) -> Log:
    log.close()
    return Log(log.path)


async def written(log: Log, tp: TP, *messages: tuple[str, str | None], at: float = 0.0) -> list[int]:
    """Append messages and give their offsets, once they are durable."""
    futures = [
        log.append(tp.topic, tp.partition, key.encode(), None if value is None else value.encode(), at=at)
        for key, value in messages
    ]
    return list(await asyncio.gather(*futures))


def values(log: Log, tp: TP) -> list[tuple[int, str, str | None]]:
    """All that a partition holds: offset, key, value."""
    return [
        (one.offset, (one.key or b"").decode(), None if one.value is None else one.value.decode())
        for one in log.read(tp, 0, 1000)
    ]


def elsewhere(path: Path) -> str:
    """What another process says when it opens the same file."""
    code = "import sys; from pathlib import Path; from agents.sqlite.log import Log; Log(Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


async def test_messages_are_read_in_the_order_in_which_they_were_handed_over(log: Log) -> None:
    assert await written(log, NEWS, ("a", "1"), ("b", "2"), ("a", "3")) == [0, 1, 2]
    assert await written(log, NEWS, ("a", "4")) == [3]
    assert values(log, NEWS) == [(0, "a", "1"), (1, "b", "2"), (2, "a", "3"), (3, "a", "4")]


async def test_each_partition_counts_its_own_offsets(log: Log) -> None:
    await written(log, NEWS, ("a", "1"))
    assert await written(log, TP("news", 1), ("b", "2")) == [0]
    assert (values(log, NEWS), values(log, TP("news", 1))) == ([(0, "a", "1")], [(0, "b", "2")])


async def test_reading_begins_at_an_offset_and_stops_at_a_limit(log: Log) -> None:
    await written(log, NEWS, *(("k", str(number)) for number in range(5)))
    assert [one.offset for one in log.read(NEWS, 1, 3)] == [1, 2, 3]


async def test_bytes_come_back_as_they_were(log: Log) -> None:
    await log.append("news", 0, None, bytes(range(256)), at=12.5)
    (record,) = log.read(NEWS, 0, 10)
    assert (record.key, record.value, record.at, record.tp) == (None, bytes(range(256)), 12.5, NEWS)


async def test_everything_is_there_after_reopening(log: Log) -> None:
    await written(log, NEWS, ("a", "1"), ("b", "2"))
    await written(log, STATE, ("a", "1"), ("a", "2"))
    await log.commit("group", {NEWS: 1})
    again = reopened(log)
    assert (values(again, NEWS), values(again, STATE)) == ([(0, "a", "1"), (1, "b", "2")], [(1, "a", "2")])
    assert again.committed("group", [NEWS]) == {NEWS: 1}
    assert (again.partitions("news"), again.end(NEWS), again.end(STATE)) == (2, 2, 2)
    assert await written(again, NEWS, ("c", "3")) == [2]
    again.close()


async def test_closing_writes_what_is_queued(log: Log) -> None:
    queued = log.append("news", 0, b"a", b"1", at=0.0)
    again = reopened(log)
    assert queued.result() == 0 and values(again, NEWS) == [(0, "a", "1")]
    await asyncio.sleep(0)
    again.close()


async def test_a_message_is_acknowledged_when_it_is_durable_and_not_before(log: Log) -> None:
    queued = log.append("news", 0, b"a", b"1", at=0.0)
    assert not queued.done() and values(log, NEWS) == [] and log.end(NEWS) == 0
    await log.drained()
    assert queued.done() and log.end(NEWS) == 1


async def test_what_is_queued_together_is_written_together_or_not_at_all(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So an offset is never durable without all that was sent before it."""
    monkeypatch.setattr(log_module, "RETRY_S", 0.01)
    write, failures = log._write, [sqlite3.OperationalError("database or disk is full")]

    def broken_at_the_commit(entry: Any, ends: dict[TP, int]) -> int:
        if isinstance(entry, log_module._Commit) and failures:
            assert values(log, NEWS) == [(0, "a", "1")], "within the transaction it is there"
            raise failures.pop()
        return write(entry, ends)

    monkeypatch.setattr(log, "_write", broken_at_the_commit)
    sent, committed = log.append("news", 0, b"a", b"1", at=0.0), log.commit("group", {NEWS: 7})
    await asyncio.sleep(0)
    assert not failures and values(log, NEWS) == [] and log.end(NEWS) == 0 and not sent.done()
    async with asyncio.timeout(LIMIT_S):
        await committed
    assert values(log, NEWS) == [(0, "a", "1")] and log.committed("group", [NEWS]) == {NEWS: 7}


async def test_a_compacted_topic_keeps_the_last_value_of_each_key(log: Log) -> None:
    assert await written(log, STATE, ("a", "1"), ("b", "2"), ("a", "3"), ("b", None)) == [0, 1, 2, 3]
    assert values(log, STATE) == [(2, "a", "3"), (3, "b", None)]
    assert log.end(STATE) == 4


async def test_a_compacted_topic_refuses_a_message_without_a_key(log: Log) -> None:
    with pytest.raises(BrokerError, match="'state'.*needs a key"):
        log.append("state", 0, None, b"1", at=0.0)


async def test_expiry_deletes_what_is_past_its_retention(log: Log) -> None:
    await written(log, NEWS, ("a", "old"), ("b", "old"), at=0.0)
    await written(log, NEWS, ("c", "new"), at=1.0)
    assert log.expire(WEEK_S + 1) == 2
    assert values(log, NEWS) == [(2, "c", "new")]


async def test_expiry_keeps_the_last_message_so_that_offsets_go_on(log: Log) -> None:
    await written(log, NEWS, ("a", "1"), ("b", "2"))
    await written(log, TP("news", 1), ("c", "3"))
    log.expire(10 * WEEK_S)
    again = reopened(log)
    assert values(again, NEWS) == [(1, "b", "2")] and values(again, TP("news", 1)) == [(0, "c", "3")]
    assert await written(again, NEWS, ("d", "4")) == [2]
    again.close()


async def test_expiry_of_a_compacted_topic_takes_old_tombstones_only(log: Log) -> None:
    await written(log, STATE, ("a", "1"), ("b", "2"), ("b", None), ("c", None), at=0.0)
    assert log.expire(10 * WEEK_S) == 1
    assert values(log, STATE) == [(0, "a", "1"), (3, "c", None)]


async def test_a_topic_without_retention_keeps_everything(log: Log) -> None:
    log.create_topic("archive", 1)
    await written(log, TP("archive", 0), ("a", "1"), ("b", "2"))
    assert log.expire(1e12) == 0


async def test_beginning_and_end_follow_what_is_kept(log: Log) -> None:
    assert (log.beginning(NEWS), log.end(NEWS)) == (0, 0)
    await written(log, NEWS, ("a", "1"), at=0.0)
    await written(log, NEWS, ("b", "2"), at=WEEK_S)
    log.expire(WEEK_S + 1)
    assert (log.beginning(NEWS), log.end(NEWS)) == (1, 2)


async def test_a_group_has_its_own_offsets_and_none_before_the_first(log: Log) -> None:
    await log.commit("one", {NEWS: 3, STATE: 1})
    await log.commit("one", {NEWS: 5})
    assert log.committed("one", [NEWS, STATE]) == {NEWS: 5, STATE: 1}
    assert log.committed("two", [NEWS]) == {NEWS: None}


async def test_waiting_ends_with_the_first_message(log: Log) -> None:
    waiting = asyncio.ensure_future(log.wait_for_messages({NEWS: 0, STATE: 0}, 60.0))
    await asyncio.sleep(0)
    assert not waiting.done()
    await written(log, STATE, ("a", "1"))
    assert await asyncio.wait_for(waiting, LIMIT_S)


async def test_waiting_ends_without_one_when_its_time_is_up(log: Log) -> None:
    await written(log, NEWS, ("a", "1"))
    assert not await log.wait_for_messages({NEWS: 1}, 0.01)
    assert await log.wait_for_messages({NEWS: 0}, 0.0)


async def test_a_topic_with_other_partitions_is_refused(log: Log) -> None:
    log.create_topic("news", 2)
    with pytest.raises(BrokerError, match=r"'news' has 2 partitions, the configuration says 3; set broker\.partitions"):
        log.create_topic("news", 3)


async def test_a_topic_that_cannot_be_written_is_told_in_one_message(log: Log) -> None:
    log._db.execute("PRAGMA query_only = on")
    with pytest.raises(BrokerError, match="cannot be used as the embedded broker .*readonly"):
        log.create_topic("more", 1)
    assert log.partitions("more") is None


async def test_what_goes_nowhere_is_refused(log: Log) -> None:
    for topic, partition in (("news", 2), ("news", -1), ("nothing", 0)):
        with pytest.raises(BrokerError, match=f"no partition {partition} of topic '{topic}'"):
            log.append(topic, partition, b"", b"", at=0.0)


def limited(log: Log) -> None:
    """As if the disk were full: the file may not grow by a page."""
    log._db.execute(f"PRAGMA max_page_count = {log._db.execute('PRAGMA page_count').fetchone()[0]}")


async def test_a_full_disk_keeps_the_queue_and_its_order_and_tries_again(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log_module, "RETRY_S", 0.01)
    await written(log, NEWS, ("a", "1"))
    limited(log)
    large = log.append("news", 0, b"b", b"x" * 100_000, at=0.0)
    async with asyncio.timeout(LIMIT_S):
        while "cannot be written (database or disk is full); 1 writes wait" not in caplog.text:
            await asyncio.sleep(0.001)
    small = log.append("news", 0, b"c", b"3", at=0.0)
    assert not large.done() and [key for _, key, _ in values(log, NEWS)] == ["a"] and log.end(NEWS) == 1
    log._db.execute("PRAGMA max_page_count = 1000000")
    async with asyncio.timeout(LIMIT_S):
        assert (await large, await small) == (1, 2)
    assert [key for _, key, _ in values(log, NEWS)] == ["a", "b", "c"]


async def test_a_broken_file_is_no_silence(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What SQLite does not call an operational fault is told and tried again too, and the writes are kept."""
    monkeypatch.setattr(log_module, "RETRY_S", 0.01)
    write = log._write

    def broken(*_: object) -> int:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(log, "_write", broken)
    queued = log.append("news", 0, b"a", b"1", at=0.0)
    async with asyncio.timeout(LIMIT_S):
        while "malformed" not in caplog.text:
            await asyncio.sleep(0.001)
        monkeypatch.setattr(log, "_write", write)
        assert await queued == 0


async def test_an_expiry_that_a_full_disk_stops_is_told_and_left_for_later(
    log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    await written(log, NEWS, ("a", "1"), ("b", "2"))
    log._db.execute("PRAGMA query_only = on")
    with caplog.at_level(logging.ERROR):
        assert log.expire(10 * WEEK_S) == 0
    assert "nothing was expired" in caplog.text
    log._db.execute("PRAGMA query_only = off")
    assert log.expire(10 * WEEK_S) == 1


async def test_a_process_has_one_log_of_a_file_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    first = open_log(path)
    assert open_log(tmp_path / ".." / tmp_path.name / "log.db") is first
    first.close()
    second = open_log(path)
    assert second is not first and second.partitions("news") is None
    second.close()


def test_another_process_is_refused_and_may_go_on_after_this_one(log: Log) -> None:
    assert "is in use by another Wirewatch process; stop it, or use another file" in elsewhere(log.path)
    log.close()
    assert elsewhere(log.path) == ""


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=f"there is no folder {tmp_path / 'none'}; make it"):
        Log(tmp_path / "none" / "log.db")


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one " * 100)
    before = path.read_bytes()
    with pytest.raises(BrokerError, match="cannot be used as the embedded broker"):
        Log(path)
    assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="cannot be used as the embedded broker"):
        Log(tmp_path)


@pytest.mark.parametrize("version", [0, 1])
def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "bookmarks.db"
    db = sqlite3.connect(path)
    db.executescript(f"CREATE TABLE bookmark (url TEXT); PRAGMA user_version = {version};")
    db.close()
    before = path.read_bytes()
    with pytest.raises(BrokerError, match="belongs to another program; give another file"):
        Log(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    Log(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(BrokerError, match="has schema version 7, this program reads 1; upgrade it"):
        Log(path)


def test_a_refusal_leaves_the_file_free(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    Log(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 7")
    gc.disable()
    try:
        with pytest.raises(BrokerError) as refused:
            Log(path)
        db.execute("PRAGMA user_version = 1")
    finally:
        gc.enable()
        db.close()
    assert refused.value
