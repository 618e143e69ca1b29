"""A real Apache Kafka for tests, started and stopped by the script that users have too (deploy/kafka/kafka.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

SCRIPT = Path(__file__).resolve().parents[1] / "deploy" / "kafka" / "kafka.py"


def run(data: Path, *command: str) -> str:
    """What the script prints; a test fails with what it says when it fails."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--data", str(data), *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{command[0]} of a Kafka for tests: {done.stderr.strip()}", pytrace=False)
    return done.stdout.strip()


def start(data: Path) -> str:
    """`host:port` of a broker on a free port; tried again, since another process can take the port before the broker."""
    for _ in range(2):
        with suppress(pytest.fail.Exception):
            return run(data, "start", "--port", "0")
    return run(data, "start", "--port", "0")


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a broker of this test session, on a free port.

    All tests that use it run in one process (tests/conftest.py), so that there is one Kafka, however many processes.
    """
    data = tmp_path_factory.mktemp("kafka")
    yield start(data)
    run(data, "stop")


@pytest.fixture
async def kafka(kafka_broker: str) -> AsyncIterator[str]:
    """`kafka://` URL of a broker without topics; deleting them deletes the offsets that groups had in them."""
    yield f"kafka://{kafka_broker}"
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_broker)
    await client.start()
    try:
        await client.delete_topics([name for name in await client.list_topics() if not name.startswith("__")])
    finally:
        await client.close()
