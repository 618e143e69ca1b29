"""The script that starts and stops a Kafka, as users without containers call it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.kafka import SCRIPT, run, start

# They have brokers of their own, so that they need not wait for the tests that share one.
pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka script")]


def refused(data: Path, *command: str, path: str | None = None) -> str:
    """What the script says when it fails."""
    environ = dict(os.environ) if path is None else {"PATH": path}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--data", str(data), *command],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_broker_starts_is_known_and_stops_and_keeps_its_data(tmp_path: Path) -> None:
    address = start(tmp_path)
    port = address.rpartition(":")[2]
    try:
        pid = int((tmp_path / "pid").read_text())
        assert run(tmp_path, "status") == f"{address} (process {pid})"
        assert f"a broker runs with {tmp_path} already" in refused(tmp_path, "start", "--port", "0")
        assert f"port {port} of 127.0.0.1 cannot be had" in refused(tmp_path / "other", "start", "--port", port)
        os.kill(pid, signal.SIGKILL)
        while "process" in _status(tmp_path):
            time.sleep(0.05)
        identity = (tmp_path / "log" / "meta.properties").read_text()
        run(tmp_path, "start", "--port", port)
        assert (tmp_path / "log" / "meta.properties").read_text() == identity
    finally:
        assert run(tmp_path, "stop") == "stopped"
    assert run(tmp_path, "stop") == "nothing runs"
    assert f"no broker runs with {tmp_path}" in refused(tmp_path, "status")


def _status(data: Path) -> str:
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--data", str(data), "status"], capture_output=True, text=True, check=False
    ).stdout


def test_a_broker_that_dies_says_why(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "meta.properties").write_text("version=1\n")
    said = refused(tmp_path, "start", "--port", "0")
    assert "the broker ended with code 1" in said and "Exiting Kafka due to fatal exception" in said


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    assert "there is no java; install Java 17" in refused(tmp_path, "start", path=str(tmp_path))


def test_an_old_java_is_named(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    assert 'is openjdk version "11.0.2" 2019-01-15; install Java 17' in refused(tmp_path, "start", path=f"{tmp_path}")
