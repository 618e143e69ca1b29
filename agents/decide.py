"""The role that decides: one partition and one order for all stories. A shell around `monitor/stories`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from agents.role import Message, Role
from agents.sweep import Sweep
from agents.topics import ALERTS, ANSWERS
from monitor.base.events import Alert, AnyAlert, ShardAnswer, StorySplit, Tick
from monitor.stories.decide import Decision, answered, tick_is_due, ticked
from monitor.stories.expiry import expired, walk
from monitor.stories.split import split
from monitor.stories.state import Stored, Write

TIMER_S = 1.0
SLACK = timedelta(days=1)
"""Stories are kept this much longer than articles: an index may still name what it is about to forget."""


class Decide(Role):
    """Answers of the shards in, alerts and corrections of stories out."""

    name = "decide"

    def define(self) -> None:
        """One table a kind of state; a timer that asks for a tick when one would change something."""
        self.tables = {name: self.table(name, ANSWERS) for name in ("stories", "sources", "members", "gathers")}
        self.stored = Stored(**self.tables)
        self._sweep = Sweep(lambda: walk(self.stored))
        self.consume(ANSWERS, {ShardAnswer: self.answer, StorySplit: self.split, Tick: self.tick})
        self.every(TIMER_S, self.call_time)

    async def answer(self, answer: ShardAnswer, partition: int) -> None:
        """Decide what one shard's answer decides."""
        await self._carry_out(answered(self.stored, answer))

    async def split(self, order: StorySplit, partition: int) -> None:
        """Take an article out of a story that it is in by mistake."""
        self._write(split(self.stored, order))

    async def tick(self, tick: Tick, partition: int) -> None:
        """Decide what has waited too long, and forget what is old."""
        await self._carry_out(ticked(self.stored, tick.at, self._timeout))
        retention = timedelta(days=self.settings.match.retention_days) + SLACK
        self._write(expired(self.stored, self._sweep.part(tick.at), tick.at, retention))

    async def call_time(self) -> None:
        """Send the time to this role when it changes something, and never otherwise."""
        now = self.parts.clock()
        if not self.assigned(ANSWERS):
            return
        if self._sweep.is_due(now) or tick_is_due(self.stored, now, self._timeout):
            await self.send(Message(ANSWERS, "tick", Tick(at=now), 0))

    @property
    def _timeout(self) -> timedelta:
        return timedelta(seconds=self.settings.match.gather_timeout_s)

    async def _carry_out(self, decision: Decision) -> None:
        # Alerts before state: a crash in between sends the same alerts again, the other way round it would lose them.
        told: tuple[AnyAlert, ...] = (*decision.alerts, *decision.updates, *decision.revisions)
        await self.send(*(Message(ALERTS, one.alert_id, one) for one in told))
        self._write(decision.writes)
        for match in decision.joined:
            self.metrics.matched.labels(match.kind).inc()
        for alert in decision.alerts:
            self._count(alert)

    def _write(self, writes: Iterable[Write]) -> None:
        for write in writes:
            if write.value is None:
                del self.tables[write.table][write.key]
            else:
                self.tables[write.table][write.key] = write.value

    def _count(self, alert: Alert) -> None:
        self.metrics.alerts.inc()
        self.metrics.article_to_alert_seconds.observe(max(0.0, (self.parts.clock() - alert.at).total_seconds()))
