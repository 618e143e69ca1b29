"""A whole copy of the embedded broker's file: every topic, every changelog, every committed offset, as of one moment.

The copy is an embedded broker's file itself, so that it can be looked at, kept and started like any other. It appears
under its name only once it is whole and on the disk. Source: the backup API of SQLite.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from agents.sqlite.log import APPLICATION_ID, SCHEMA_VERSION
from monitor.base.errors import BrokerError, InputError

PAGES = 4096
"""Copied between two looks of `progress`; 16 MiB."""


def copy(source: Path, target: Path, progress: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Copy a broker's file that no service has open; returns the bytes of the copy, which only its owner can read.

    Args: progress: is told pages done and pages in all.
    Raises: BrokerError: a service has the source open. InputError: the source is not there, not ours, of a newer version
        or damaged; or the target is there already or cannot be written. What is there is never changed.
    Cost: that of reading and writing the file.
    """
    _must_be_free(target)
    if not source.is_file():
        raise InputError(f"{source}: is not there; give the file of an embedded broker")
    partial = _partial(target)
    try:
        with closing(sqlite3.connect(source, timeout=1.0)) as ours, closing(sqlite3.connect(partial)) as copied:
            _must_be_ours(source, ours)
            ours.backup(copied, pages=PAGES, progress=lambda _, left, number: progress(number - left, number))
            # The journal of the source is a property of the file; a copy that is only read needs no second one.
            copied.execute("PRAGMA journal_mode = DELETE")
            _must_be_sound(source, copied)
        _put(partial, target)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise BrokerError(f"{source}: is in use by a running service; stop it for the copy") from None
        raise InputError(f"{source}: cannot be copied ({error})") from None
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror})") from None
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _must_be_free(target: Path) -> None:
    # A log beside a file that is gone would be read into the copy.
    for place in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        if place.exists():
            raise InputError(f"{place}: is there already, and was left as it is; move it away, or give another name")
    if not target.parent.is_dir():
        raise InputError(f"{target}: there is no folder {target.parent}; make it")


def _partial(target: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror})") from None
    os.close(handle)
    return Path(name)


def _must_be_ours(path: Path, db: sqlite3.Connection) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise InputError(f"{path}: is no file of an embedded broker")
    if version > SCHEMA_VERSION:
        raise InputError(f"{path}: was written by a newer Wirewatch (schema {version}); use that version")


def _must_be_sound(path: Path, db: sqlite3.Connection) -> None:
    (word,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if word != "ok":
        raise InputError(f"{path}: is damaged ({word}); take an earlier backup")


def _put(partial: Path, target: Path) -> None:
    """Give the whole copy its name, both durable; a file that has come under the name meanwhile stays."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.link(partial, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
