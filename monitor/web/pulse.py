"""The service's numbers over the last minutes: what moves, how fast, and the last minute as a curve."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from monitor.base.metrics import Metrics
from monitor.web.health import Health
from monitor.web.view import View

WINDOW_S = 60.0
"""Rates are those of the last minute: short enough to move, long enough not to flicker."""
CURVE_POINTS = 60


class Pulse:
    """Samples of the metrics, one for each beat; rates come from the oldest and newest sample of the window."""

    def __init__(self, metrics: Metrics, view: View, health: Health) -> None:
        self._metrics = metrics
        self._view = view
        self._health = health
        self._samples: deque[tuple[datetime, Mapping[str, float]]] = deque()

    def beat(self, at: datetime) -> None:
        """Take a sample; call it about once a second. A clock that went back starts the window anew."""
        if self._samples and at < self._samples[-1][0]:
            self._samples.clear()
        self._samples.append((at, self._metrics.snapshot()))
        # The sample just outside the window stays: it is the base from which the window's rates count.
        while len(self._samples) > 2 and (at - self._samples[1][0]).total_seconds() >= WINDOW_S:
            self._samples.popleft()

    def now(self) -> dict[str, Any]:
        """The latest numbers: `at`, `counts` (see `Metrics.snapshot`), `per_minute`, `feeds`, `health`.

        Raises: IndexError: before the first beat.
        """
        at, counts = self._samples[-1]
        _, health = self._health.ready()
        return {
            "at": at.isoformat(),
            "counts": counts,
            "per_minute": self._per_minute(),
            "feeds": self._view.feed_counts | {"changed": self._view.feeds_changed},
            "health": health,
        }

    def curves(self) -> dict[str, list[float]]:
        """By how much each number rose from sample to sample, oldest first; those that did not move are left out."""
        rises: dict[str, list[float]] = {}
        for key in self._per_minute():
            rise = [after.get(key, 0.0) - before.get(key, 0.0) for (_, before), (_, after) in pairwise(self._samples)]
            if any(rise):
                rises[key] = rise[-CURVE_POINTS:]
        return rises

    def _per_minute(self) -> dict[str, float]:
        (began, first), (ended, last) = self._samples[0], self._samples[-1]
        passed_s = (ended - began).total_seconds()
        if passed_s <= 0:
            return dict.fromkeys(_counters(last), 0.0)
        return {key: round((last[key] - first.get(key, 0.0)) * 60 / passed_s, 2) for key in _counters(last)}


def _counters(numbers: Mapping[str, float]) -> list[str]:
    """The numbers that only rise: a rate of a quantile or of a sum of seconds means nothing."""
    return [key for key in numbers if not key.endswith(("_p50", "_p95", "_sum", "_count"))]
