"""Every topic of Wirewatch, once: what travels on it, under which key, who writes it and who reads it.

`docs/architecture.md` shows the same table; a test holds the two against each other and against the agents.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

from monitor.base.settings import BrokerSettings

DAY_S = 86_400.0
MAX_EVENT_BYTES = 8 * 1024 * 1024
"""Largest event; articles are cut far below it."""
MAX_MESSAGE_BYTES = 2 * MAX_EVENT_BYTES
"""Largest message that the broker must take: a dead letter holds an event as base64."""


@dataclass(frozen=True)
class Topic:
    """One topic; `parts` says which setting gives its number of partitions."""

    name: str
    events: str
    key: str
    producer: str
    consumer: str
    parts: Literal["partitions", "shards", "one"]
    retention_s: float

    def partitions(self, settings: BrokerSettings) -> int:
        """Number of partitions, fixed for the life of the topic."""
        return {"partitions": settings.partitions, "shards": settings.shards, "one": 1}[self.parts]

    def partitions_of(self, key: bytes | None, settings: BrokerSettings) -> list[int]:
        """The partition of a key, or all of them without one."""
        number = self.partitions(settings)
        return list(range(number)) if key is None else [partition_of(key, number)]


POLLS = Topic(
    "wirewatch-polls",
    "FeedEntries, FeedEntry, FeedPolled, FeedHealth, Tick",
    "feed host",
    "poll",
    "poll, view",
    "partitions",
    2 * DAY_S,
)
ARTICLES = Topic("wirewatch-articles", "Article", "article id", "poll", "fingerprint", "partitions", 14 * DAY_S)
FINGERPRINTS = Topic(
    "wirewatch-fingerprints",
    "Fingerprint, Tick",
    "article id, a copy a shard",
    "fingerprint",
    "match",
    "shards",
    2 * DAY_S,
)
ANSWERS = Topic(
    "wirewatch-answers", "ShardAnswer, StorySplit, Tick", "article id", "match, notify", "decide", "one", 2 * DAY_S
)
ALERTS = Topic(
    "wirewatch-alerts", "Alert, StoryUpdated, ArticleRevised", "alert id", "decide", "notify, view", "one", 90 * DAY_S
)
ORDERS = Topic(
    "wirewatch-orders",
    "EndpointPut, EndpointRemoved, RulePut, RuleRemoved, SilencePut, SilenceLifted, VerdictGiven, Notice, Tick",
    "what it is about",
    "deliver, the API",
    "notify",
    "one",
    90 * DAY_S,
)
DELIVERIES = Topic(
    "wirewatch-deliveries",
    "EndpointPut, EndpointRemoved, Delivery, Redelivery, DeliveryAttempt, Tick",
    "endpoint",
    "notify, deliver",
    "deliver",
    "partitions",
    14 * DAY_S,
)
DEAD_LETTERS = Topic("wirewatch-dead-letters", "DeadLetter", "topic", "every role", "an operator", "one", 90 * DAY_S)

TOPICS = (POLLS, ARTICLES, FINGERPRINTS, ANSWERS, ALERTS, ORDERS, DELIVERIES, DEAD_LETTERS)


def partition_of(key: bytes, partitions: int) -> int:
    """Partition of a key: the same on both brokers, on every worker and in every version."""
    return zlib.crc32(key) % partitions
