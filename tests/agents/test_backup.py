"""A backup holds all that the service knows: restored into an empty place, the service recognises what it had read."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.app import ROLES
from agents.cli.main import command
from agents.sqlite.log import open_log
from agents.topics import ALERTS, ARTICLES
from monitor.base.errors import BrokerError, InputError
from monitor.base.events import Alert
from tests.agents.articles import article, prose
from tests.agents.embedded import log_of
from tests.agents.stage import staged


def wirewatch(verb: str, file: Path, broker: Path) -> Result:
    return CliRunner().invoke(command, [verb, str(file), "--broker", f"sqlite:///{broker}"])


async def test_a_restored_service_knows_the_articles_and_repeats_no_work(tmp_path: Path) -> None:
    old, new, kept = tmp_path / "old", tmp_path / "new", tmp_path / "kept.db"
    old.mkdir()
    new.mkdir()
    async with staged(old, *ROLES, poll__feeds_file="") as stage:
        await stage.put(ARTICLES, "a", article("first", prose(1)), article("copy", prose(1)))
        (told,) = stage.read(ALERTS, Alert)
        refused = wirewatch("backup", kept, old / "log.db")
        assert isinstance(refused.exception, BrokerError) and "stop it" in str(refused.exception)
        assert not kept.exists()
    assert wirewatch("backup", kept, old / "log.db").exit_code == 0
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600, "secrets of endpoints are in it"
    assert wirewatch("restore", kept, new / "log.db").exit_code == 0
    async with staged(new, *ROLES, poll__feeds_file="") as stage:
        await stage.settled()
        assert stage.read(ALERTS, Alert) == [told]
        assert stage.count("alerts") == 0, "what was decided is not decided again"
        await stage.put(ARTICLES, "b", article("second", prose(1)))
        again = stage.read(ALERTS, Alert)
        assert again[0] == told and [one.article.id for one in again[1:]] == ["art_second"]
        assert again[1].story.id == told.story.id and again[1].story.articles == 3
        # The same file: what is in it is as it was, and new events follow.
        assert log_of(stage).path == (new / "log.db").resolve()


def test_nothing_that_is_there_is_written_over_and_no_half_copy_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "log.db", tmp_path / "kept.db"
    open_log(source).close()
    target.write_bytes(b"mine")
    refused = wirewatch("backup", target, source)
    assert isinstance(refused.exception, InputError) and "was left as it is" in str(refused.exception)
    assert target.read_bytes() == b"mine"
    target.unlink()
    target.with_name("kept.db-wal").write_bytes(b"of another file")
    assert isinstance(wirewatch("backup", target, source).exception, InputError)
    assert {path.name for path in tmp_path.iterdir()} == {"log.db", "kept.db-wal"}


@pytest.mark.parametrize(
    ("pragma", "told"), [("application_id = 1", "is no file of an embedded broker"), ("user_version = 99", "a newer")]
)
def test_a_file_that_is_not_ours_is_not_restored(tmp_path: Path, pragma: str, told: str) -> None:
    backup, target = tmp_path / "kept.db", tmp_path / "log.db"
    open_log(backup).close()
    db = sqlite3.connect(backup)
    db.execute(f"PRAGMA {pragma}")
    db.close()
    refused = wirewatch("restore", backup, target)
    assert isinstance(refused.exception, InputError) and told in str(refused.exception)
    assert not target.exists()


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_a_damaged_or_foreign_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    backup = tmp_path / "kept.db"
    backup.write_bytes(content)
    assert isinstance(wirewatch("restore", backup, tmp_path / "log.db").exception, InputError)
    assert isinstance(wirewatch("restore", tmp_path / "none.db", tmp_path / "log.db").exception, InputError)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.db"]


def test_a_kafka_is_named_as_what_cannot_be_copied(tmp_path: Path) -> None:
    ended = CliRunner().invoke(command, ["backup", str(tmp_path / "x"), "--broker", "kafka://h:9092"])
    assert ended.exit_code == 2 and "embedded" in ended.output
