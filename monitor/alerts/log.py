"""The log of deliveries, folded from the events of their topic: what was sent where, each attempt, how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from monitor.base.events import Delivery, DeliveryAttempt, Event, Redelivery

State = Literal["waiting", "sent", "failed"]


@dataclass
class Logged:
    """One delivery with its attempts so far."""

    delivery: Delivery
    """Without its body, which is read again when it is asked for."""
    attempts: list[DeliveryAttempt] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    """The orders to send it again."""
    state: State = "waiting"

    @property
    def is_missed(self) -> bool:
        """Whether the receiver does not have it: given up, or not yet delivered."""
        return self.state != "sent"


class DeliveryLog:
    """Deliveries by their `webhook-id`, in the order in which they were made. Repeats after a crash count once.

    Cost: about 1 kB a delivery, for as long as somebody looks at it.
    """

    def __init__(self) -> None:
        self.deliveries: dict[str, Logged] = {}

    def add(self, event: Event) -> None:
        """Count one event of the topic; others than those of deliveries say nothing here."""
        match event:
            case Delivery():
                self._begin(event)
            case Redelivery():
                logged = self._begin(event.delivery)
                if event.order_id not in logged.orders:
                    logged.orders.add(event.order_id)
                    logged.state = "waiting"
            case DeliveryAttempt():
                self._attempted(event)

    def _begin(self, delivery: Delivery) -> Logged:
        known = self.deliveries.get(delivery.webhook_id)
        if known is None:
            known = Logged(msgspec.structs.replace(delivery, body=""))
            self.deliveries[delivery.webhook_id] = known
        return known

    def _attempted(self, attempt: DeliveryAttempt) -> None:
        logged = self.deliveries.get(attempt.webhook_id)
        if logged is None or (logged.attempts and attempt.attempt <= logged.attempts[-1].attempt):
            return
        logged.attempts.append(attempt)
        logged.state = {"sent": "sent", "drop": "failed", "retry": "waiting"}[attempt.outcome]  # type: ignore[assignment]

    def chosen(self, which: Literal["all", "failed", "missed"], until: datetime | None = None) -> Iterable[Logged]:
        """The deliveries that were made before `until` and are failed, missed (failed or waiting), or any."""
        for logged in self.deliveries.values():
            if until is not None and logged.delivery.created_at >= until:
                continue
            if (
                which == "all"
                or (which == "failed" and logged.state == "failed")
                or (which == "missed" and logged.is_missed)
            ):
                yield logged


def summary(logged: Logged) -> dict[str, Any]:
    """A delivery as one line of the log, JSON values."""
    delivery, last = logged.delivery, logged.attempts[-1] if logged.attempts else None
    return {
        "webhook_id": delivery.webhook_id,
        "endpoint": delivery.endpoint,
        "alert_id": delivery.alert_id,
        "rule": delivery.rule,
        "created_at": delivery.created_at,
        "state": logged.state,
        "attempts": last.attempt if last else 0,
        "status": last.status if last else 0,
        "reason": last.reason if last else "",
        "next_at": last.retry_at if last and logged.state == "waiting" else None,
    }


def detail(logged: Logged, body: str) -> dict[str, Any]:
    """A delivery with all that is known of it: each attempt with the beginning of the answer, and what was sent."""
    return summary(logged) | {
        "tries": [
            {
                "attempt": one.attempt,
                "at": one.at,
                "took_s": one.took_s,
                "outcome": one.outcome,
                "status": one.status,
                "reason": one.reason,
                "answer": one.answer,
            }
            for one in logged.attempts
        ],
        "body": body,
    }
