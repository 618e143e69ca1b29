"""The topics on Apache Kafka: made where they are missing, checked where they are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from yarl import URL

from agents.topics import MAX_MESSAGE_BYTES, TOPICS
from monitor.base.errors import BrokerError
from monitor.base.settings import BrokerSettings

REQUEST_TIMEOUT_MS = 15_000
LOOK_S = 0.05


async def create_topics(broker: BrokerSettings) -> None:
    """Make every topic that is not there yet.

    Raises: BrokerError: nobody answers, the broker refuses, or a topic has another number of partitions than the
        configuration says, so that keys would change their place.
    """
    client = AIOKafkaAdminClient(bootstrap_servers=servers(broker.url), request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        await client.start()
    except (KafkaError, OSError) as error:
        await client.close()
        raise BrokerError(
            f"{broker.url}: no Kafka answers there ({error}); start it, or give another broker.url (--broker)"
        ) from None
    try:
        await _create(client, broker)
        _check(broker, await _partitions(client))
    except KafkaError as error:
        raise BrokerError(f"{broker.url}: Kafka did not make the topics ({error!r})") from None
    finally:
        await client.close()


def servers(url: str) -> str:
    """`host:port` of a `kafka://` URL."""
    parsed = URL(url)
    return f"{parsed.host}:{parsed.port or 9092}"


async def _create(client: AIOKafkaAdminClient, broker: BrokerSettings) -> None:
    wanted = [
        NewTopic(
            topic.name,
            topic.partitions(broker),
            broker.replication,
            topic_configs={
                "retention.ms": str(int(topic.retention_s * 1000)),
                "max.message.bytes": str(MAX_MESSAGE_BYTES),
            },
        )
        for topic in TOPICS
    ]
    answer = await client.create_topics(wanted)
    for name, code, *rest in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise BrokerError(
                f"{broker.url}: Kafka did not make the topic {name!r} ({error.__name__}: {' '.join(map(str, rest))})"
            )


async def _partitions(client: AIOKafkaAdminClient) -> dict[str, int]:
    """Number of partitions of each topic; one that was made a moment ago may take a moment to show."""
    deadline = time.monotonic() + REQUEST_TIMEOUT_MS / 1000
    while True:
        described = await client.describe_topics([topic.name for topic in TOPICS])
        partitions = {str(topic["topic"]): len(topic["partitions"]) for topic in described}
        if all(partitions.values()) or time.monotonic() > deadline:
            return partitions
        await asyncio.sleep(LOOK_S)


def _check(broker: BrokerSettings, partitions: Mapping[str, int]) -> None:
    for topic in TOPICS:
        there, wanted = partitions.get(topic.name, 0), topic.partitions(broker)
        if there != wanted:
            raise BrokerError(
                f"{broker.url}: topic {topic.name!r} has {there} partitions, the configuration says {wanted}; "
                f"set broker.partitions and broker.shards as they were when the topics were made"
            )
