"""Whether the service works, told by progress: a process that lives but no longer moves is not healthy.

faust-streaming can stop reading while everything looks alive (its issues 175, 523 and 640), so each stage reports how
far it has come and how far it could be; a stage with work waiting whose position stands still is stuck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

STUCK_AFTER_S = 60.0
"""Twice the longest single step: a fetch may take 30 s."""
DEAD_AFTER_S = 600.0
"""Well above the longest outage that waiting cures (a Kafka broker that restarts); then a restart is the mend."""

BEATS = -1
"""The place of beats among a stage's partitions, which count from 0."""


def utc_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


@dataclass
class Progress:
    """How far one partition of a stage has come."""

    position: int
    lag: int
    still_since: datetime
    """Since when the position stands still although work is waiting; the latest report when nothing is."""

    def report(self, position: int, lag: int, at: datetime) -> None:
        """Note where the stage is now; a position that goes back (a rebalance) is a move too."""
        if position != self.position or self.lag == 0:
            self.still_since = at
        self.position = position
        self.lag = lag

    def still_s(self, now: datetime) -> float:
        """How many seconds waiting work has not moved; 0 when nothing waits."""
        return max(0.0, (now - self.still_since).total_seconds()) if self.lag else 0.0


class Health:
    """What the stages report, and the verdict.

    Args: stages: those that must have reported before the service is ready; `expect` adds more. stuck_after_s: how
        long waiting work may stand still before the service is unready; dead_after_s: … before it is not live and
        should be restarted. clock: gives the time at which a verdict is asked for.
    """

    def __init__(
        self,
        stages: Iterable[str] = (),
        *,
        stuck_after_s: float = STUCK_AFTER_S,
        dead_after_s: float = DEAD_AFTER_S,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._stages: dict[str, dict[int, Progress]] = {}
        self._stuck_after_s = stuck_after_s
        self._dead_after_s = dead_after_s
        self._clock = clock
        self.expect(*stages)

    def expect(self, *stages: str) -> None:
        """The service is ready only once each of these stages has reported."""
        for stage in stages:
            self._stages.setdefault(stage, {})

    def progress(self, stage: str, partition: int, position: int, end: int | None, at: datetime) -> None:
        """A stage has handled everything before `position` of a partition that ends before `end`.

        Report it after each event, and from a timer too: a stage that hangs on an event reports nothing by itself.
        Args: end: the offset that the next event will get; None while it is unknown counts as nothing waiting.
        """
        lag = 0 if end is None else max(0, end - position)
        known = self._stages.setdefault(stage, {}).get(partition)
        if known is None:
            self._stages[stage][partition] = Progress(position, lag, at)
        else:
            known.report(position, lag, at)

    def beat(self, stage: str, at: datetime, lag: int) -> None:
        """A stage has just started or done something, apart from its offsets; `lag` pieces of work still wait.

        With `lag=0` it says that a stage is up, before its first event or when it has no partition to read.
        """
        known = self._stages.setdefault(stage, {}).get(BEATS)
        position = known.position + 1 if known else 0
        self.progress(stage, BEATS, position, position + lag, at)

    def forget(self, stage: str, partition: int) -> None:
        """A partition went to another worker: what it does is no longer this one's business."""
        self._stages.get(stage, {}).pop(partition, None)

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether every expected stage has started and none is stuck; the second value says which is which."""
        now = self._clock()
        stages = {name: self._state(partitions, now) for name, partitions in sorted(self._stages.items())}
        verdict = all(stage["state"] in ("idle", "moving") for stage in stages.values())
        return verdict, {"ready": verdict, "stages": stages}

    def live(self) -> tuple[bool, dict[str, Any]]:
        """Whether a restart would not help: false once waiting work has stood still for very long.

        A service that answers this at all has a running event loop; a stage that has not started is not dead.
        """
        now = self._clock()
        dead = [
            name for name, partitions in sorted(self._stages.items()) if _still_s(partitions, now) > self._dead_after_s
        ]
        return not dead, {"live": not dead, "dead": dead}

    def _state(self, partitions: dict[int, Progress], now: datetime) -> dict[str, Any]:
        lag = sum(progress.lag for progress in partitions.values())
        still_s = _still_s(partitions, now)
        if not partitions:
            state = "starting"
        elif still_s > self._stuck_after_s:
            state = "stuck"
        else:
            state = "moving" if lag else "idle"
        return {"state": state, "lag": lag, "still_s": round(still_s, 1)}


def _still_s(partitions: dict[int, Progress], now: datetime) -> float:
    return max((progress.still_s(now) for progress in partitions.values()), default=0.0)
