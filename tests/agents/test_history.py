"""Topics read after the fact, on the embedded broker (on Kafka: test_kafka_deliver)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from faust.types import TP

from agents import history as history_module
from agents.history import History
from agents.topics import DELIVERIES, partition_of
from agents.view import ShowView
from monitor.base.events import Tick, encode
from tests.agents.stage import START, staged


async def test_a_range_is_found_by_time_whatever_has_expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "PAGE", 7)
    async with staged(tmp_path, ShowView, broker__partitions=2) as stage:
        history = History(stage.settings.broker)
        tp = TP(DELIVERIES.name, partition_of(b"desk", 2))
        for number in range(30):
            at = START + timedelta(minutes=number)
            await stage.broker.append(tp, b"desk", [encode(Tick(at=at))], at.timestamp())
        stage.log.expire((START + timedelta(minutes=5)).timestamp() + DELIVERIES.retention_s)

        async def offsets(minute: float | None, key: bytes | None = None) -> list[int]:
            since = None if minute is None else START + timedelta(minutes=minute)
            return [kept.offset async for kept in history.since(DELIVERIES, since, key=key)]

        assert await offsets(None) == list(range(5, 30))
        assert await offsets(0) == list(range(5, 30))
        assert await offsets(19.5) == list(range(20, 30))
        assert await offsets(20) == list(range(20, 30))
        assert await offsets(29.5) == []
        assert await offsets(20, b"desk") == list(range(20, 30))
        other = next(key for key in (b"a", b"b", b"c", b"d") if partition_of(key, 2) != tp.partition)
        assert await offsets(None, other) == []
        assert [kept.offset for kept in await history.latest(DELIVERIES, tp.partition, 10)] == list(range(20, 30))
        assert [kept.offset for kept in await history.after(DELIVERIES, tp.partition, 0, 3)] == [5, 6, 7]
