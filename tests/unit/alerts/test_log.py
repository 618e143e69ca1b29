"""The log of deliveries, folded from their events."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from monitor.alerts.log import DeliveryLog, detail, summary
from monitor.base.events import Delivery, DeliveryAttempt, Event, Redelivery, Tick

START = datetime(2026, 11, 1, tzinfo=UTC)


def delivery(number: int) -> Delivery:
    at = START + timedelta(minutes=number)
    return Delivery(webhook_id=f"msg_{number}", endpoint="desk", alert_id="alt_1", body="{}", created_at=at)


def attempt(number: int, attempt: int, outcome: Literal["sent", "retry", "drop"]) -> DeliveryAttempt:
    return DeliveryAttempt(
        webhook_id=f"msg_{number}", endpoint="desk", attempt=attempt, at=START, outcome=outcome, reason="why"
    )


def log(*events: Event) -> DeliveryLog:
    made = DeliveryLog()
    for event in events:
        made.add(event)
    return made


MIXED = (
    delivery(1),
    delivery(2),
    delivery(3),
    attempt(1, 1, "sent"),
    attempt(2, 1, "retry"),
    attempt(2, 2, "drop"),
    attempt(3, 1, "retry"),
)


def ids(made: DeliveryLog, which: Literal["all", "failed", "missed"], until: datetime | None = None) -> list[str]:
    return [one.delivery.webhook_id for one in made.chosen(which, until)]


def test_deliveries_are_chosen_by_how_they_ended() -> None:
    made = log(*MIXED)
    assert ids(made, "all") == ["msg_1", "msg_2", "msg_3"]
    assert ids(made, "failed") == ["msg_2"]
    assert ids(made, "missed") == ["msg_2", "msg_3"]
    assert ids(made, "all", START + timedelta(minutes=2)) == ["msg_1"]


def test_repeats_and_what_belongs_to_nothing_change_nothing() -> None:
    made = log(*MIXED, *MIXED, attempt(9, 1, "sent"), Tick(at=START))
    assert [len(one.attempts) for one in made.deliveries.values()] == [1, 2, 1]


def test_what_is_sent_again_waits_until_its_new_end() -> None:
    order = Redelivery(order_id="ord_1", delivery=delivery(2))
    steps: list[Event] = [order, attempt(2, 3, "sent"), order]
    made, states = log(*MIXED), []
    for event in steps:
        made.add(event)
        states.append(made.deliveries["msg_2"].state)
    assert states == ["waiting", "sent", "sent"]


def test_a_line_says_the_latest_and_the_whole_says_all() -> None:
    logged = log(*MIXED).deliveries["msg_2"]
    assert (summary(logged)["state"], summary(logged)["attempts"], summary(logged)["reason"]) == ("failed", 2, "why")
    assert [one["outcome"] for one in detail(logged, "{}")["tries"]] == ["retry", "drop"]
