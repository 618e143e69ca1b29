"""All roles together on a real Apache Kafka: articles in, alerts out, and the same state after a restart."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from faust.types import TP

from agents.app import ROLES
from agents.topics import ALERTS, ARTICLES, DEAD_LETTERS, partition_of
from monitor.base.events import Alert, Article, DeadLetter, encode
from tests.agents.articles import article, prose
from tests.agents.stage import START, Stage, staged

pytestmark = pytest.mark.kafka

PARTITIONS, SHARDS = 4, 2
LATER = START + timedelta(minutes=5)


async def put(stage: Stage, one: Article) -> None:
    """To the partition of its key, as poll does."""
    tp = TP(ARTICLES.name, partition_of(one.id.encode(), PARTITIONS))
    await stage.broker.append(tp, one.id.encode(), [encode(one)], START.timestamp())
    await stage.settled()


async def test_copies_are_told_once_also_of_what_was_stored_before_a_restart(kafka: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"broker__url": kafka, "broker__partitions": PARTITIONS, "broker__shards": SHARDS}
    copies = [article(f"herald{number}", prose(number), seen_at=LATER) for number in range(4)]
    async with staged(tmp_path, *ROLES, **settings) as stage:
        for number in range(4):
            await put(stage, article(f"wire{number}", prose(number)))
        await put(stage, copies[0])
    async with staged(tmp_path, *ROLES, **settings) as stage:
        for copy in (*copies[1:], copies[0]):
            await put(stage, copy)
        assert [(alert.article.id, alert.match.earlier.id) for alert in stage.read(ALERTS, Alert)] == [
            (f"art_herald{number}", f"art_wire{number}") for number in range(4)
        ]
        assert stage.read(DEAD_LETTERS, DeadLetter) == []
