"""Deliveries on a real Apache Kafka: what waits, and what is known of an endpoint, outlives the process."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from faust.types import TP

from agents.history import History
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES
from agents.view import ShowView
from monitor.base.events import DeadLetter, DeliveryAttempt, decode, encode
from monitor.base.settings import BrokerSettings
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock, staged
from tests.agents.test_deliver import Receiver, delivering, receiver

__all__ = ["receiver"]

pytestmark = pytest.mark.kafka


async def test_a_retry_that_was_due_during_downtime_happens_on_return(
    kafka: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.fixed = {"desk": 500, "gone": 410}
    clock = Clock()
    settings = {"broker__url": kafka, "broker__partitions": 3}
    endpoints = ("desk", "gone", "well")
    async with delivering(tmp_path, receiver, clock, endpoints=endpoints, **settings) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        # The alert, and that one endpoint is gone.
        await stage.until(lambda: len(stage.read(DELIVERIES, DeliveryAttempt)) == 5)
        await stage.settled()
    clock.move(days=1)
    receiver.fixed = {}
    async with delivering(tmp_path, receiver, clock, endpoints=endpoints, **settings) as stage:
        await stage.put(ALERTS, "a", alert(1, START), alert(2, START))
        await stage.until(lambda: len(stage.read(DEAD_LETTERS, DeadLetter)) == 2)
        await stage.until(lambda: len(set(receiver.ids("desk"))) == 3)
        await stage.settled()
    assert len(receiver.ids("gone")) == 1, "it stays disabled"
    # Tried again under their ids: the alert and the news of the one that is gone; and the second alert.
    assert sorted(Counter(receiver.ids("desk")).values()) == [1, 2, 2]
    assert len(receiver.ids("well")) == len(set(receiver.ids("well"))) == 3


async def test_history_is_read_from_the_topics(kafka: str, tmp_path: Path) -> None:
    broker = BrokerSettings(url=kafka, partitions=3)
    history = History(broker)
    async with staged(tmp_path, ShowView, broker__url=kafka, broker__partitions=3) as stage:
        for number in range(3):
            at = START.timestamp() + 60 * number
            await stage.broker.append(TP(ALERTS.name, 0), b"a", [encode(alert(number, START))], at)
        kept = [one async for one in history.since(ALERTS, None)]
        assert [decode(one.value) for one in kept] == [alert(number, START) for number in range(3)]
        assert [one.offset async for one in history.since(ALERTS, START + timedelta(seconds=30))] == [1, 2]
        assert [one.offset async for one in history.since(ALERTS, START + timedelta(hours=1))] == []
        assert [one.offset for one in await history.after(ALERTS, 0, 1, 1)] == [1]
        assert await history.after(ALERTS, 0, 3, 10) == []
        assert [one.offset for one in await history.latest(ALERTS, 0, 2)] == [1, 2]
        assert [one async for one in history.since(DELIVERIES, None, key=b"desk")] == []
