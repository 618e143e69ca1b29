"""A durable log of topics in one SQLite file, for the one process that holds it.

Everything that the process writes (messages and committed offsets alike) goes through one queue into one
transaction a turn of the event loop, in the order in which it was handed over. A crash therefore loses a suffix of
what was done and never a part of its middle: an offset is never durable without all that was sent before it.

WAL mode with `synchronous=NORMAL`: a killed process loses nothing that was acknowledged; a power failure may take
the last moments back, the offsets and feed states with them, so that they are fetched and processed again.
Cost: about 60 µs a transaction and 8 µs a message (Faust adds ten times that).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from faust.types import TP

from monitor.base.errors import BrokerError

logger = logging.getLogger(__name__)

APPLICATION_ID = 0x57697265
"""In the file's header: what tells our file from every other SQLite database."""
SCHEMA_VERSION = 1
RETRY_S = 1.0
"""Wait before a failed transaction (a full disk, say) is tried again."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS topic (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL, compacted INTEGER NOT NULL,
    retention_s REAL);
CREATE TABLE IF NOT EXISTS message (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, at REAL NOT NULL,
    key BLOB, value BLOB, PRIMARY KEY (topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, at REAL NOT NULL,
    key BLOB NOT NULL, value BLOB, UNIQUE (topic, partition, key));
CREATE INDEX IF NOT EXISTS latest_offset ON latest (topic, partition, offset);
CREATE TABLE IF NOT EXISTS committed (
    consumer_group TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID;
"""


class Topic(NamedTuple):
    """One topic: a compacted one keeps the last value of each key, another expires messages by age."""

    id: int
    name: str
    partitions: int
    compacted: bool
    retention_s: float | None

    @property
    def table(self) -> str:
        return "latest" if self.compacted else "message"


class Record(NamedTuple):
    """One message as it is read."""

    tp: TP
    offset: int
    at: float
    key: bytes | None
    value: bytes | None


class _Append(NamedTuple):
    topic: Topic
    partition: int
    at: float
    key: bytes | None
    value: bytes | None
    done: asyncio.Future[int]


class _Commit(NamedTuple):
    rows: list[tuple[str, int, int, int]]
    done: asyncio.Future[int]


class Log:
    """The log of one file; `open_log` gives the one object that a process has for it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises: BrokerError: the folder is missing, the file is not ours, or another process holds it.
        """
        self.path = path
        self._db = _connect(path)
        self._topics: dict[str, Topic] = {}
        self._ends: dict[TP, int] = {}
        self._queue: list[_Append | _Commit] = []
        self._flush_scheduled = False
        self._changed = asyncio.Event()
        for row in self._db.execute("SELECT id, name, partitions, compacted, retention_s FROM topic"):
            self._know(Topic(row[0], row[1], row[2], bool(row[3]), row[4]))

    def _know(self, topic: Topic) -> None:
        self._topics[topic.name] = topic
        for partition in range(topic.partitions):
            self._ends[TP(topic.name, partition)] = 0
        ends = f"SELECT partition, MAX(offset) + 1 FROM {topic.table} WHERE topic = ? GROUP BY partition"
        for partition, end in self._db.execute(ends, (topic.id,)):
            self._ends[TP(topic.name, partition)] = end

    def create_topic(
        self, name: str, partitions: int, *, compacted: bool = False, retention_s: float | None = None
    ) -> None:
        """Make a topic; one that is there stays as it is.

        Raises: BrokerError: it is there with another number of partitions, so that keys would change their place; or the
            file cannot be written.
        """
        known = self._topics.get(name)
        if known is None:
            try:
                with self._db:
                    cursor = self._db.execute(
                        "INSERT INTO topic (name, partitions, compacted, retention_s) VALUES (?, ?, ?, ?)",
                        (name, partitions, compacted, retention_s),
                    )
            except sqlite3.DatabaseError as error:
                raise _refusal(self.path, error) from None
            self._know(Topic(int(cursor.lastrowid or 0), name, partitions, compacted, retention_s))
        elif known.partitions != partitions:
            raise BrokerError(
                f"{self.path}: topic {name!r} has {known.partitions} partitions, the configuration says {partitions}; "
                f"set broker.partitions and broker.shards as they were, or begin with a new file"
            )

    def partitions(self, topic: str) -> int | None:
        """Number of partitions of a topic, None when there is no such topic."""
        known = self._topics.get(topic)
        return known.partitions if known else None

    def append(
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, *, at: float
    ) -> asyncio.Future[int]:
        """Queue a message; the future gives its offset once it is durable.

        Args: at: Unix time, seconds.
        Raises: BrokerError: there is no such topic or partition, or a compacted one gets a message without a key.
        """
        known = self._topics.get(topic)
        if known is None or not 0 <= partition < known.partitions:
            raise BrokerError(f"{self.path}: there is no partition {partition} of topic {topic!r}")
        if known.compacted and key is None:
            raise BrokerError(f"{self.path}: a message of the compacted topic {topic!r} needs a key")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._enqueue(_Append(known, partition, at, key, value, done))
        return done

    def commit(self, group: str, offsets: Mapping[TP, int]) -> asyncio.Future[int]:
        """Queue a group's offsets (of the next message to read); the future ends once they are durable."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        rows = [(group, self._topics[tp.topic].id, tp.partition, offset) for tp, offset in offsets.items()]
        self._enqueue(_Commit(rows, done))
        return done

    def _enqueue(self, entry: _Append | _Commit) -> None:
        self._queue.append(entry)
        if not self._flush_scheduled:
            self._flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Write the queue in one transaction; when that fails, keep it and try again."""
        self._flush_scheduled = False
        if not self._queue:
            return
        batch, self._queue = self._queue, []
        ends = dict(self._ends)
        results: list[int] = []
        try:
            with self._db:
                results += [self._write(entry, ends) for entry in batch]
        except sqlite3.DatabaseError as error:
            # Whatever it is, dropping the writes would be worse; a full disk is most likely and can be mended.
            logger.error("%s cannot be written (%s); %d writes wait for it", self.path, error, len(batch))
            self._queue = batch + self._queue
            self._flush_scheduled = True
            asyncio.get_running_loop().call_later(RETRY_S, self._flush)
            return
        self._ends = ends
        for entry, result in zip(batch, results, strict=True):
            if not entry.done.done():
                entry.done.set_result(result)
        self._changed.set()
        self._changed = asyncio.Event()

    def _write(self, entry: _Append | _Commit, ends: dict[TP, int]) -> int:
        if isinstance(entry, _Commit):
            self._db.executemany("INSERT OR REPLACE INTO committed VALUES (?, ?, ?, ?)", entry.rows)
            return 0
        tp = TP(entry.topic.name, entry.partition)
        offset = ends[tp]
        ends[tp] = offset + 1
        self._db.execute(
            f"INSERT OR REPLACE INTO {entry.topic.table} (topic, partition, offset, at, key, value)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (entry.topic.id, entry.partition, offset, entry.at, entry.key, entry.value),
        )
        return offset

    async def drained(self) -> None:
        """Wait until everything queued so far is durable."""
        pending = [entry.done for entry in self._queue]
        if pending:
            await asyncio.wait(pending)

    def read(self, tp: TP, offset: int, limit: int) -> list[Record]:
        """Messages from `offset` on, in order; a compacted topic has gaps."""
        topic = self._topics[tp.topic]
        rows = self._db.execute(
            f"SELECT offset, at, key, value FROM {topic.table}"
            " WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?",
            (topic.id, tp.partition, offset, limit),
        )
        return [Record(tp, *row) for row in rows]

    async def wait_for_messages(self, positions: Mapping[TP, int], timeout_s: float) -> bool:
        """Wait until a partition has a message at or after its position; False when time ran out."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not any(self._ends[tp] > position for tp, position in positions.items()):
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                return False
            try:
                await asyncio.wait_for(self._changed.wait(), remaining)
            except TimeoutError:
                return False
        return True

    def end(self, tp: TP) -> int:
        """Offset that the next message will have."""
        return self._ends.get(tp, 0)

    def beginning(self, tp: TP) -> int:
        """Offset of the oldest message that is kept, or the end when there is none."""
        topic = self._topics[tp.topic]
        row = self._db.execute(
            f"SELECT MIN(offset) FROM {topic.table} WHERE topic = ? AND partition = ?", (topic.id, tp.partition)
        ).fetchone()
        return self.end(tp) if row[0] is None else int(row[0])

    def committed(self, group: str, tps: Iterable[TP]) -> dict[TP, int | None]:
        """Offset of the next message to read for each partition, None where the group has none yet."""
        found: dict[TP, int | None] = {}
        for tp in tps:
            row = self._db.execute(
                "SELECT offset FROM committed WHERE consumer_group = ? AND topic = ? AND partition = ?",
                (group, self._topics[tp.topic].id, tp.partition),
            ).fetchone()
            found[tp] = row[0] if row else None
        return found

    def expire(self, now: float) -> int:
        """Delete messages past their topic's retention, and old tombstones; the last message of a partition stays.

        The last one stays because the next offset is known from it. Returns: the number deleted.
        """
        try:
            with self._db:
                return sum(
                    self._expire(topic, now - topic.retention_s) for topic in self._topics.values() if topic.retention_s
                )
        except sqlite3.DatabaseError as error:
            logger.error("%s: nothing was expired (%s); it will be tried again", self.path, error)
            return 0

    def _expire(self, topic: Topic, before: float) -> int:
        return self._db.execute(
            f"DELETE FROM {topic.table} WHERE topic = :topic AND at < :before"
            + (" AND value IS NULL" if topic.compacted else "")
            + f" AND offset < (SELECT MAX(offset) FROM {topic.table} AS last"
            f" WHERE last.topic = :topic AND last.partition = {topic.table}.partition)",
            {"topic": topic.id, "before": before},
        ).rowcount

    def close(self) -> None:
        """Write what is queued and close the file; `open_log` opens it anew."""
        self._flush()
        _open.pop(self.path, None)
        self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    if not path.parent.is_dir():
        raise BrokerError(f"{path}: there is no folder {path.parent}; make it, or set broker.url to another file")
    try:
        db = sqlite3.connect(path, isolation_level="IMMEDIATE", timeout=1.0)
    except sqlite3.DatabaseError as error:
        raise _refusal(path, error) from None
    try:
        # One process owns the file: two would not see each other's writes in time.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        _check(path, db)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
        db.executescript(f"BEGIN; {_SCHEMA} {marks} COMMIT;")
    except sqlite3.DatabaseError as error:
        db.close()
        raise _refusal(path, error) from None
    except BrokerError:
        db.close()
        raise
    return db


def _refusal(path: Path, error: sqlite3.DatabaseError) -> BrokerError:
    if "locked" in str(error):
        return BrokerError(f"{path}: is in use by another Wirewatch process; stop it, or use another file")
    return BrokerError(f"{path}: cannot be used as the embedded broker ({error}); give another file")


def _check(path: Path, db: sqlite3.Connection) -> None:
    """Refuse a database that is not ours before anything of it is changed."""
    application, version, tables = db.execute(
        "SELECT application_id, user_version, (SELECT COUNT(*) FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise BrokerError(f"{path}: belongs to another program; give another file")
    if version not in (0, SCHEMA_VERSION):
        raise BrokerError(f"{path}: has schema version {version}, this program reads {SCHEMA_VERSION}; upgrade it")


_open: WeakValueDictionary[Path, Log] = WeakValueDictionary()


def open_log(path: Path) -> Log:
    """The process's one log of a file: all apps share it, or one would not see the other's writes."""
    path = path.resolve()
    log = _open.get(path)
    if log is None:
        log = _open[path] = Log(path)
    return log
