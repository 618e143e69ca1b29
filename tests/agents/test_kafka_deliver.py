"""Deliveries on a real Apache Kafka: what waits, and what is known of an endpoint, outlives the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES
from monitor.base.events import DeadLetter, DeliveryAttempt
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock
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
        await stage.until(lambda: len(receiver.ids("well")) == 2 and len(receiver.ids("desk")) == 1)
        await stage.until(lambda: len(stage.read(DELIVERIES, DeliveryAttempt)) >= 4)
        await stage.settled()
    clock.move(days=1)
    receiver.fixed = {}
    async with delivering(tmp_path, receiver, clock, endpoints=endpoints, **settings) as stage:
        await stage.put(ALERTS, "a", alert(1, START), alert(2, START))
        await stage.until(lambda: len(stage.read(DEAD_LETTERS, DeadLetter)) == 2)
        await stage.until(lambda: len(set(receiver.ids("desk"))) == 3)
        await stage.settled()
    assert len(receiver.ids("gone")) == 1, "it stays disabled"
    # The alert, tried again under its id; that one is gone, once the first attempt at it had failed; the second alert.
    assert sorted(receiver.ids("desk").count(one) for one in set(receiver.ids("desk"))) in ([1, 1, 2], [1, 2, 2])
    assert len(receiver.ids("well")) == len(set(receiver.ids("well"))) == 3
