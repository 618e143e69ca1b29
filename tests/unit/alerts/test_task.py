"""Where a delivery stands after each attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.task import Task, again, attempted, begun
from monitor.base.events import Delivery, DeliveryAttempt, Redelivery

START = datetime(2026, 11, 1, tzinfo=UTC)
DELIVERY = Delivery(webhook_id="msg_1", endpoint="desk", alert_id="alt_1", body="{}", created_at=START)


def attempt(number: int, outcome: str) -> DeliveryAttempt:
    """The end of an attempt, a minute after the one before."""
    at = START + timedelta(minutes=number)
    return DeliveryAttempt(
        webhook_id="msg_1",
        endpoint="desk",
        attempt=number,
        at=at,
        outcome=outcome,  # type: ignore[arg-type]
        retry_at=at + timedelta(seconds=30) if outcome == "retry" else None,
    )


def after(*attempts: DeliveryAttempt) -> Task:
    """The task after these attempts; a repeat changes nothing."""
    task = begun(DELIVERY)
    for one in attempts:
        task = attempted(task, one) or task
    return task


def test_a_delivery_is_due_at_once() -> None:
    assert begun(DELIVERY).due_at == START


def test_a_failed_attempt_sets_the_time_of_the_next() -> None:
    task = after(attempt(1, "retry"))
    assert (task.attempts, task.due_at, task.ended_at) == (1, START + timedelta(seconds=90), None)
    assert task.whole == DELIVERY


@pytest.mark.parametrize("outcome", ["sent", "drop"])
def test_an_end_is_final_and_keeps_the_id_without_the_body(outcome: str) -> None:
    task = after(attempt(1, "retry"), attempt(2, outcome))
    assert (task.due_at, task.ended_at) == (None, START + timedelta(minutes=2))
    assert (task.delivery.webhook_id, task.delivery.body, task.packed) == ("msg_1", "", b"")


def test_an_attempt_that_is_read_again_changes_nothing() -> None:
    task = after(attempt(1, "retry"))
    assert attempted(task, attempt(1, "retry")) is None
    assert attempted(after(attempt(1, "sent")), attempt(2, "retry")) is None


def test_an_order_sends_again_with_a_schedule_that_begins_anew_and_only_once() -> None:
    order = Redelivery(order_id="ord_1", delivery=DELIVERY)
    later = START + timedelta(days=1)
    ended = after(attempt(1, "retry"), attempt(2, "drop"))
    task = again(ended, order, later)
    assert task is not None
    assert (task.whole, task.attempts, task.before, task.due_at) == (DELIVERY, 2, 2, later)
    assert again(task, order, later) is None
    done = attempted(task, attempt(3, "sent"))
    assert done is not None and again(done, order, later) is None


def test_an_order_for_what_is_long_forgotten_begins_it() -> None:
    task = again(None, Redelivery(order_id="ord_1", delivery=DELIVERY), START)
    assert task is not None and (task.whole, task.attempts, task.due_at) == (DELIVERY, 0, START)
