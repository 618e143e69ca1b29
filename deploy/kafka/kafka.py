#!/usr/bin/env python3
"""Starts and stops an Apache Kafka on this machine, without containers: `kafka.py start`, `status`, `stop`.

Needs Java 17 and Maven, which fetches the broker's jars (pom.xml) into build/kafka/jars at the first start. One node
that is broker and controller, on loopback; its log, its configuration and what it prints stand in the data folder, and
several brokers with a folder and a port each can run at once. Python's standard library is enough for this script.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build" / "kafka"
JARS = BUILD / "jars"
HOST = "127.0.0.1"
PORT = 9092
JAVA_VERSION = 17
HEAP = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Small, and quick to start: three seconds. A broker for much load is configured by who knows the load."""
READY = "Kafka Server started"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
LOOK_S = 0.05


class Failed(Exception):
    """What went wrong and how to mend it, for the user."""


def main() -> None:
    """Exit codes: 0 done, 1 failed (of `status`: nothing runs), 2 wrong usage."""
    parser = argparse.ArgumentParser(description="An Apache Kafka on this machine, without containers.")
    parser.add_argument("--data", type=Path, default=BUILD / "data", help="folder of the broker, default %(default)s")
    commands = parser.add_subparsers(required=True)
    start_parser = commands.add_parser("start", help="start, wait until it is ready, print its address")
    start_parser.add_argument("--port", type=int, default=PORT, help="default %(default)s; 0 takes a free one")
    start_parser.set_defaults(run=lambda data, options: start(data, options.port))
    commands.add_parser("stop", help="stop, wait for the end").set_defaults(run=lambda data, options: stop(data))
    commands.add_parser("status", help="print the address of what runs").set_defaults(
        run=lambda data, options: status(data)
    )
    options = parser.parse_args()
    try:
        print(options.run(options.data.absolute(), options))
    except Failed as failed:
        sys.exit(f"kafka.py: {failed}")


def start(data: Path, port: int) -> str:
    """The address of a broker that is ready for clients."""
    java = _java()
    data.mkdir(parents=True, exist_ok=True)
    with (data / "pid").open("a+") as held:
        # The broker inherits the lock and has it for as long as it lives, so that nobody mistakes another process that
        # has got its number for it.
        if not _lock(held):
            raise Failed(f"a broker runs with {data} already; stop it, or give another --data")
        classpath = _classpath()
        port = _free_port(port)
        _configure(data, port)
        _format(java, classpath, data)
        process = _launch(java, classpath, data, held)
        held.truncate(0)
        held.write(str(process.pid))
    try:
        _wait_until_ready(process, data)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return f"{HOST}:{port}"


def stop(data: Path) -> str:
    """Stop the broker of a folder, by its process id, and wait for its end."""
    pid = _running(data)
    if pid is None:
        return "nothing runs"
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while _running(data) is not None:
        if time.monotonic() > deadline:
            raise Failed(f"process {pid} has not ended within {STOP_TIMEOUT_S:g} s\n{_end_of_log(data)}")
        time.sleep(LOOK_S)
    return "stopped"


def status(data: Path) -> str:
    """The address and the process of what runs."""
    pid = _running(data)
    if pid is None:
        raise Failed(f"no broker runs with {data}")
    found = re.search(r"^listeners=PLAINTEXT://([^,\s]+)", _properties(data).read_text(), re.MULTILINE)
    return f"{found[1] if found else '?'} (process {pid})"


def _properties(data: Path) -> Path:
    return data / "server.properties"


def _output(data: Path) -> Path:
    return data / "output.log"


def _lock(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _running(data: Path) -> int | None:
    """The process id of the broker of a folder."""
    with suppress(FileNotFoundError), (data / "pid").open() as held:
        if not _lock(held):
            return int(held.read() or 0) or None
    return None


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    mend = f"install Java {JAVA_VERSION} or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless)"
    if java is None:
        raise Failed(f"there is no java; {mend}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failed(f"{java} does not run ({error}); {mend}") from None
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < JAVA_VERSION:
        raise Failed(f"{java} is {said.splitlines()[0] if said else 'of no version'}; {mend}")
    return java


def _classpath() -> str:
    """The jars; Maven fetches them when they are not those of pom.xml."""
    pom, stamp = HERE / "pom.xml", JARS / "pom.xml"
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "jars.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stamp.is_file() and stamp.read_bytes() == pom.read_bytes()):
            shutil.rmtree(JARS, ignore_errors=True)
            _fetch(pom)
            # Last, so that a fetch that was broken off is begun again.
            shutil.copyfile(pom, stamp)
    return f"{JARS}{os.sep}*"


def _fetch(pom: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Failed("there is no mvn; install Maven (Debian, Ubuntu: apt-get install maven)")
    print(f"Maven fetches the jars of Kafka into {JARS} (45 MB, once, about half a minute) …", file=sys.stderr)
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(pom), f"-Djars={JARS}", "package"],
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise Failed(f"Maven could not fetch the jars; it says:\n{done.stdout.strip()}")


def _free_port(port: int) -> int:
    """The port if it is free; for 0, any that is.

    Another process can still take it before the broker does; the broker then says so and ends.
    """
    with socket.socket() as probe:
        # As the broker does: a port whose last connections are just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise Failed(f"port {port} of {HOST} cannot be had ({error}); give another --port") from None
        return int(probe.getsockname()[1])


def _configure(data: Path, port: int) -> None:
    controller = _free_port(0)
    _properties(data).write_text(
        (HERE / "server.properties").read_text(encoding="utf-8")
        + f"\nlisteners=PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller}\n"
        + f"controller.quorum.voters=1@{HOST}:{controller}\n"
        + f"log.dirs={data / 'log'}\n",
        encoding="utf-8",
    )


def _format(java: str, classpath: str, data: Path) -> None:
    """Write the identity of a new cluster into the log's folder; one that has it stays as it is."""
    if (data / "log" / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [java, *HEAP, "-cp", classpath, "kafka.tools.StorageTool"]
    done = subprocess.run(
        [*tool, "format", "--config", str(_properties(data)), "--cluster-id", cluster],
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise Failed(f"Kafka could not format {data / 'log'}; it says:\n{done.stdout.strip()}")


def _launch(java: str, classpath: str, data: Path, held: IO[str]) -> subprocess.Popen[bytes]:
    with _output(data).open("wb") as output:
        return subprocess.Popen(
            [java, *HEAP, f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}", "-cp", classpath]
            + ["kafka.Kafka", str(_properties(data))],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[held.fileno()],
            # Ctrl-C in this terminal is not meant for it.
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path) -> None:
    """Return when the broker has said that it is: its ports are open and the controller has let it in (unfenced)."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while READY not in _output(data).read_text(errors="replace"):
        if process.poll() is not None:
            raise Failed(f"the broker ended with code {process.returncode}\n{_end_of_log(data)}")
        if time.monotonic() > deadline:
            raise Failed(f"the broker was not ready within {START_TIMEOUT_S:g} s\n{_end_of_log(data)}")
        time.sleep(LOOK_S)


def _end_of_log(data: Path) -> str:
    lines = _output(data).read_text(errors="replace").splitlines()
    return "\n".join([f"The end of {_output(data)}:", *lines[-20:]])


if __name__ == "__main__":
    main()
