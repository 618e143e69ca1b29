"""`wirewatch doctor` at a real Apache Kafka."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from agents.doctor import broker
from agents.doctor.finding import Finding
from agents.kafka import create_topics, servers
from agents.topics import ALERTS, MAX_MESSAGE_BYTES
from monitor.base.settings import BrokerSettings
from tests.agents.stage import LIMIT_S

LARGE = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}


async def faults_of(settings: BrokerSettings) -> dict[str, Finding]:
    return {finding.check: finding for finding in (await broker.look(settings)).findings if finding.word == "fault"}


@pytest.mark.kafka
async def test_a_topic_that_keeps_too_little_is_found_with_the_command_that_mends_it(kafka: str) -> None:
    settings = BrokerSettings(url=kafka)
    await create_topics(settings)
    client = AIOKafkaAdminClient(bootstrap_servers=servers(kafka))
    await client.start()
    try:
        sound = await broker.look(settings)
        assert {finding.check: finding.word for finding in sound.findings} == {
            "broker": "ok", "topics": "ok", "topic settings": "ok",
        }  # fmt: skip
        assert sound.articles == 0
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, ALERTS.name, {"retention.ms": "1000"})])
        await client.create_topics([NewTopic("wirewatch-x-changelog", 1, 1, topic_configs=LARGE)])
        wrong = settings.model_copy(update={"shards": 2, "replication": 3})
        expected = {"broker", "topics", f"topic {ALERTS.name}", "topic wirewatch-x-changelog"}
        # Kafka shows new topics and settings a moment later.
        async with asyncio.timeout(LIMIT_S):
            while set(faults := await faults_of(wrong)) != expected:
                await asyncio.sleep(0.1)
    finally:
        await client.close()
    assert "retention.ms=" in faults[f"topic {ALERTS.name}"].mend
    assert "cleanup.policy=compact" in faults["topic wirewatch-x-changelog"].mend
