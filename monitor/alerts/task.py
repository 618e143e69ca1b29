"""Where a delivery stands: how often it was tried, when it is tried again, whether it has ended."""

from __future__ import annotations

from datetime import datetime

import msgspec

from monitor.alerts.payload import webhook_body
from monitor.base.events import Alert, AnyAlert, Delivery, DeliveryAttempt
from monitor.base.ids import webhook_id


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery with its state; it is kept after its end, so that a repeat of its alert is known."""

    delivery: Delivery
    attempts: int = 0
    due_at: datetime | None
    """When the next attempt is due; None once the delivery has ended."""
    ended_at: datetime | None = None


def delivery(alert: AnyAlert, endpoint: str, now: datetime) -> Delivery:
    """The delivery of an alert to an endpoint; its id and body are the same whenever it is made."""
    return Delivery(
        webhook_id=webhook_id(alert.alert_id, endpoint),
        endpoint=endpoint,
        alert_id=alert.alert_id,
        body=webhook_body(alert),
        # How late it is, is measured for articles; a correction has no such moment.
        published_at=alert.article.published_at if isinstance(alert, Alert) else None,
        created_at=now,
    )


def begun(new: Delivery) -> Task:
    """A delivery that is due at once."""
    return Task(delivery=new, due_at=new.created_at)


def attempted(task: Task, attempt: DeliveryAttempt) -> Task | None:
    """The task after an attempt, None when the attempt is known already (a repeat after a crash)."""
    if task.due_at is None or attempt.attempt <= task.attempts:
        return None
    if attempt.outcome == "retry":
        return msgspec.structs.replace(task, attempts=attempt.attempt, due_at=attempt.retry_at)
    # The id must stay known, the body need not.
    ended = msgspec.structs.replace(task.delivery, body="")
    return Task(delivery=ended, attempts=attempt.attempt, due_at=None, ended_at=attempt.at)
