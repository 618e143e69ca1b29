"""The broker: there, ours, of a version that is known, and its topics as the configuration says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from agents.doctor.finding import Finding, fault, ok, warning
from agents.kafka import REQUEST_TIMEOUT_MS, servers
from agents.sqlite.log import APPLICATION_ID, SCHEMA_VERSION
from agents.sqlite.transport import log_path
from agents.topics import MAX_MESSAGE_BYTES, TOPICS
from monitor.base.settings import BrokerSettings

STORED = "wirewatch-match-fingerprints-changelog"
"""The changelog that holds one message for each stored article."""
LEAST_KAFKA = (2, 1)
"""The oldest whose protocol the client speaks in full; tested are 4.x."""
BEGIN_AGAIN = "begin with a new file, or set broker.partitions and broker.shards as they were"


class Looked(NamedTuple):
    """What was found at a broker."""

    findings: list[Finding]
    articles: int | None
    """Stored articles, None when they cannot be counted."""


async def look(broker: BrokerSettings) -> Looked:
    """Findings on the broker of a configuration; nothing of it is changed."""
    return embedded(broker) if broker.url.startswith("sqlite:") else await kafka(broker)


def embedded(broker: BrokerSettings) -> Looked:
    """Findings on an embedded broker's file."""
    path = log_path(broker.url)
    if not path.exists():
        return Looked([ok("broker", f"embedded; {path} will be made at the first start")], 0)
    # Without a write-ahead log nobody has it open; a reader that knows so leaves no files of its own behind.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    try:
        db = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=0.1)
    except sqlite3.Error as error:
        return Looked([fault("broker", f"{path}: {error}", "give the user of the service the right to read it")], None)
    try:
        return Looked(list(_file(path, db, broker)), _stored(db))
    except sqlite3.Error as error:
        if "locked" in str(error):
            return Looked([ok("broker", f"embedded; {path} is in use by a running service")], None)
        return Looked([fault("broker", f"{path}: {error}", "restore a backup, or give another file")], None)
    finally:
        db.close()


def _file(path: Path, db: sqlite3.Connection, broker: BrokerSettings) -> Iterator[Finding]:
    (application,), (version,) = (
        db.execute(f"PRAGMA {pragma}").fetchone() for pragma in ("application_id", "user_version")
    )
    if application != APPLICATION_ID:
        yield fault("broker", f"{path} belongs to another program", "give another file")
        return
    if version > SCHEMA_VERSION:
        yield fault(
            "broker", f"{path} was written by a newer Wirewatch (schema {version})", "install that version again"
        )
        return
    (word,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if word != "ok":
        yield fault("broker", f"{path} is damaged: {word}", "restore a backup: wirewatch restore")
        return
    yield ok("broker", f"embedded; {path}, {path.stat().st_size / 1024**2:.0f} MB, SQLite {sqlite3.sqlite_version}")
    yield from _partitions(broker, dict(db.execute("SELECT name, partitions FROM topic")))


def _stored(db: sqlite3.Connection) -> int | None:
    (number,) = db.execute(
        "SELECT COUNT(*) FROM latest JOIN topic ON topic.id = latest.topic WHERE name = ? AND value IS NOT NULL",
        (STORED,),
    ).fetchone()
    return int(number)


def _partitions(broker: BrokerSettings, there: Mapping[str, int]) -> Iterator[Finding]:
    wrong = [
        f"{topic.name} has {there[topic.name]} partitions instead of {topic.partitions(broker)}"
        for topic in TOPICS
        if topic.name in there and there[topic.name] != topic.partitions(broker)
    ]
    if wrong:
        yield fault("topics", "; ".join(wrong), BEGIN_AGAIN)
    elif there:
        yield ok("topics", f"{len(there)} topics, partitions as configured")


async def kafka(broker: BrokerSettings) -> Looked:
    """Findings on a Kafka and the topics there."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers(broker.url), request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        await client.start()
        cluster = await client.describe_cluster()
        names = set(await client.list_topics())
        ours = sorted(name for name in names if name.startswith("wirewatch-"))
        described = await client.describe_topics(ours) if ours else []
        settings = await _settings(client, ours)
    except (KafkaError, OSError) as error:
        return Looked([fault("broker", f"{broker.url}: {error}", "start Kafka, or give another broker.url")], None)
    finally:
        await client.close()
    nodes = len(cluster["brokers"])
    findings = [*_cluster(broker, nodes, _version(client)), *_topics(broker, described, settings)]
    return Looked(findings, await _kept(broker) if STORED in names else 0)


def _version(client: AIOKafkaAdminClient) -> tuple[int, ...]:
    # The client has no public name for it.
    version: tuple[int, ...] = tuple(client._client.api_version)
    return version


def _cluster(broker: BrokerSettings, nodes: int, version: tuple[int, ...]) -> Iterator[Finding]:
    said = f"Kafka with {nodes} broker{'s' if nodes > 1 else ''}, protocol of {'.'.join(map(str, version))} or newer"
    if version < LEAST_KAFKA:
        yield fault("broker", said, "upgrade Kafka; 4.x is what Wirewatch is tested with")
    elif nodes < broker.replication:
        yield fault("broker", f"{said}; broker.replication is {broker.replication}", "start more, or set it lower")
    elif nodes > 1 and broker.replication == 1:
        yield warning(
            "broker", f"{said}; one copy of each topic is kept", "set broker.replication = 3 before the start"
        )
    else:
        yield ok("broker", said)


async def _settings(client: AIOKafkaAdminClient, topics: list[str]) -> dict[str, dict[str, str]]:
    """Settings of each topic, by topic and name."""
    if not topics:
        return {}
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in topics])
    return {
        resource[3]: {entry[0]: str(entry[1]) for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }


def _topics(
    broker: BrokerSettings, described: list[dict[str, Any]], settings: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    yield from _partitions(broker, {topic["topic"]: len(topic["partitions"]) for topic in described})
    ours = {topic.name: topic for topic in TOPICS}
    wrong = []
    for name, found in settings.items():
        wanted = {"max.message.bytes": MAX_MESSAGE_BYTES}
        if name in ours:
            wanted["retention.ms"] = int(ours[name].retention_s * 1000)
        elif name.endswith("-changelog") and "compact" not in found.get("cleanup.policy", ""):
            wrong.append((name, "cleanup.policy", found.get("cleanup.policy", ""), "compact"))
        wrong += [
            (name, key, found[key], str(least))
            for key, least in wanted.items()
            if key in found and 0 <= int(found[key]) < least
        ]
    for name, key, has, least in wrong:
        yield fault(
            f"topic {name}",
            f"{key} is {has}, and must be {least}" + ("" if key == "cleanup.policy" else " at least"),
            f"kafka-configs.sh --alter --topic {name} --add-config {key}={least}",
        )
    short = [
        f"{topic['topic']}-{partition['partition']}"
        for topic in described
        for partition in topic["partitions"]
        if len(partition["isr"]) < len(partition["replicas"])
    ]
    if short:
        yield warning(
            "replicas", f"not in step: {', '.join(short[:5])}", "see why a broker of the cluster lags or is gone"
        )
    if settings and not wrong:
        yield ok("topic settings", f"{len(settings)} topics keep what they must")


async def _kept(broker: BrokerSettings) -> int | None:
    """Messages of the changelog of stored articles: a little more than there are, until Kafka compacts it."""
    async with AIOKafkaConsumer(bootstrap_servers=servers(broker.url)) as consumer:
        partitions = [TopicPartition(STORED, number) for number in consumer.partitions_for_topic(STORED) or ()]
        if not partitions:
            return None
        ends, begins = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
        return int(sum(ends[partition] - begins[partition] for partition in partitions))
