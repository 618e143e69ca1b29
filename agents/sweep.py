"""A look at everything that a table holds, now and then and a part at a time, to find what is old."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Generic, TypeVar

Place = TypeVar("Place")

SWEEP_EVERY = timedelta(hours=1)
PLACES_A_TICK = 1000
"""Looked at in one tick: some 10 ms, so that no event waits long behind it."""


class Sweep(Generic[Place]):
    """Goes over all places once an hour, a part a tick, in whatever state the table then is.

    Args: places: gives all places as they stand when a sweep begins. A restart begins anew, which costs a second look
        and nothing else.
    """

    def __init__(self, places: Callable[[], Iterable[Place]]) -> None:
        self._places = places
        self._left: Iterator[Place] | None = None
        self._began_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether a tick would look at anything."""
        return self._left is not None or self._began_at is None or now - self._began_at >= SWEEP_EVERY

    def part(self, now: datetime) -> list[Place]:
        """The next places to look at."""
        if not self.is_due(now):
            return []
        if self._left is None:
            self._left, self._began_at = iter(self._places()), now
        part = list(islice(self._left, PLACES_A_TICK))
        if len(part) < PLACES_A_TICK:
            self._left = None
        return part
