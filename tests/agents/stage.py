"""Roles on a real broker, embedded or Kafka, with what the tests put in and what comes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from faust.types import TP

from agents.app import Service, running
from agents.role import Role
from agents.sqlite.log import Log
from agents.topics import Topic
from monitor.base.events import AnyEvent, Event, decode, encode
from monitor.base.settings import Settings, load
from tests.agents.brokers import Broker, Embedded, beside

START = datetime.now(UTC).replace(microsecond=0)
"""Near the real time: Kafka refuses messages of the far future, and deletes what is past its retention."""
LIMIT_S = 250.0
"""For anything that a test waits for. Much longer than it takes: a slow machine is no fault."""
E = TypeVar("E", bound=Event)


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something holds; a test that waits for ever fails."""
    async with asyncio.timeout(LIMIT_S):
        while not condition():
            await asyncio.sleep(0.005)


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        """Go on by `timedelta(**delta)`."""
        self.now += timedelta(**delta)


class Stage:
    """A running service with a way in and a look at every topic."""

    def __init__(self, service: Service, settings: Settings, broker: Broker) -> None:
        self.service = service
        self.settings = settings
        self.broker = broker

    @property
    def log(self) -> Log:
        """The log of an embedded broker."""
        assert isinstance(self.broker, Embedded)
        return self.broker.log

    def count(self, key: str) -> float:
        """A number of the metrics."""
        return self.service.parts.metrics.snapshot()[key]

    async def put(self, topic: Topic, key: str, *events: Event | bytes, partition: int = 0) -> None:
        """Append events, and wait until the roles have handled all that is there."""
        values = [event if isinstance(event, bytes) else encode(event) for event in events]
        await self.broker.append(TP(topic.name, partition), key.encode(), values, START.timestamp())
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing waits in any topic."""
        async with asyncio.timeout(LIMIT_S):
            while not await self.broker.is_quiet(self.service):
                await asyncio.sleep(0.005)

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something holds; a test that waits for ever fails."""
        await until(condition)

    def read(self, topic: Topic, kind: type[E]) -> list[E]:
        """All events of a kind on a topic, in the order of its partitions."""
        events: list[AnyEvent] = []
        for partition in range(topic.partitions(self.settings.broker)):
            events += [decode(value) for value in self.broker.read(TP(topic.name, partition))]
        return [event for event in events if isinstance(event, kind)]


@asynccontextmanager
async def staged(
    folder: Path,
    *roles: type[Role],
    clock: Callable[[], datetime] | None = None,
    with_web: bool = False,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Roles that run on the log in `folder`, or on the Kafka of `broker__url`; the same one again is a restart.

    Args: settings: as the overrides of `load`; one partition unless they say otherwise.
    """
    made = load(
        None,
        environ={},
        **{"broker__url": f"sqlite:///{folder / 'log.db'}", "broker__partitions": 1, "web__port": 0, **settings},
    )
    async with (
        running(made, roles, with_web=with_web, clock=clock or Clock()) as service,
        beside(made.broker) as broker,
    ):
        yield Stage(service, made, broker)
