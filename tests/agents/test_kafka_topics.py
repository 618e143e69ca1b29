"""Topics on a real Apache Kafka: made as they are listed, and never changed behind the user's back."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from agents.app import ROLES
from agents.kafka import create_topics, servers
from agents.topics import DAY_S, MAX_MESSAGE_BYTES, TOPICS
from monitor.base.errors import BrokerError
from monitor.base.settings import BrokerSettings
from tests.agents.stage import staged

pytestmark = pytest.mark.kafka


async def settings_of(url: str, *names: str) -> dict[str, tuple[int, dict[str, str]]]:
    """Number of partitions and configuration of topics, as Kafka tells them."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers(url))
    await client.start()
    try:
        described: list[dict[str, Any]] = await client.describe_topics(list(names))
        (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    finally:
        await client.close()
    configs = {name: {key: value for key, value, *_ in entries} for _, _, _, name, entries in answer.resources}
    return {topic["topic"]: (len(topic["partitions"]), configs[topic["topic"]]) for topic in described}


async def test_each_topic_has_its_partitions_retention_and_message_size(kafka: str) -> None:
    broker = BrokerSettings(url=kafka, partitions=3, shards=2)
    await create_topics(broker)
    await create_topics(broker)
    made = await settings_of(kafka, *(topic.name for topic in TOPICS))
    for topic in TOPICS:
        partitions, config = made[topic.name]
        assert partitions == topic.partitions(broker)
        assert float(config["retention.ms"]) == topic.retention_s * 1000
        assert int(config["max.message.bytes"]) == MAX_MESSAGE_BYTES
        assert config["cleanup.policy"] == "delete"
    assert float(made["wirewatch-articles"][1]["retention.ms"]) == 14 * DAY_S * 1000


async def test_changelogs_are_compacted_and_divided_like_the_topic_that_they_follow(kafka: str, tmp_path: Path) -> None:
    async with staged(tmp_path, *ROLES, broker__url=kafka, broker__partitions=3, broker__shards=2) as stage:
        tables = {role.app.conf.id: set(role.app.tables) for role in stage.service.roles}
    partitions = {"poll": 3, "match": 2, "decide": 1, "notify": 1, "deliver": 3, "view": 0}
    names = {
        f"{app}-{table}-changelog": partitions[app.removeprefix("wirewatch-")]
        for app, tables_of in tables.items()
        for table in tables_of
        if app != "wirewatch-view"
    }
    made = await settings_of(kafka, *names)
    assert {name: found for name, (found, _) in made.items()} == names
    for _, config in made.values():
        assert config["cleanup.policy"] == "compact"
        assert int(config["max.message.bytes"]) == MAX_MESSAGE_BYTES


async def test_other_partitions_than_configured_are_refused(kafka: str) -> None:
    await create_topics(BrokerSettings(url=kafka, partitions=3))
    with pytest.raises(BrokerError, match="topic 'wirewatch-polls' has 3 partitions, the configuration says 5"):
        await create_topics(BrokerSettings(url=kafka, partitions=5))


async def test_more_replicas_than_brokers_are_refused(kafka: str) -> None:
    with pytest.raises(BrokerError, match="did not make the topic .*3 cannot be reached because only 1 broker"):
        await create_topics(BrokerSettings(url=kafka, replication=3))


async def test_a_broker_that_is_not_there_is_one_message() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(BrokerError, match=f"{address}.*no Kafka answers there"):
            await create_topics(BrokerSettings(url=f"kafka://{address}"))
    # Kafka clients try for 40 s and more; here it takes none.
    assert time.monotonic() - started < 30
