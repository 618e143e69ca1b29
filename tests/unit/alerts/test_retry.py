from datetime import UTC, datetime

import pytest

from monitor.alerts.retry import MAX_RETRY_AFTER_S, retry_at

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SCHEDULE_S = (5.0, 300.0, 1800.0)


def wait_s(number: int, *, spread: float = 0.5, retry_after_s: float | None = None) -> float:
    due = retry_at(number, NOW, SCHEDULE_S, 0.1, spread, retry_after_s)
    assert due is not None
    return (due - NOW).total_seconds()


def test_each_attempt_waits_its_turn_of_the_schedule_and_after_the_last_there_is_none() -> None:
    assert [wait_s(number) for number in (1, 2, 3)] == [5.0, 300.0, 1800.0]
    assert retry_at(4, NOW, SCHEDULE_S, 0.1, 0.5, None) is None
    assert retry_at(4, NOW, SCHEDULE_S, 0.1, 0.5, 60.0) is None


def test_jitter_varies_the_wait_both_ways() -> None:
    assert wait_s(2, spread=0.0) == pytest.approx(270)
    assert wait_s(2, spread=1.0) == pytest.approx(330)


def test_retry_after_is_a_lower_bound_that_jitter_never_undercuts() -> None:
    assert wait_s(1, retry_after_s=60, spread=0.0) == 60
    assert wait_s(1, retry_after_s=60, spread=1.0) == pytest.approx(66)
    assert wait_s(2, retry_after_s=60) == 300


def test_a_receiver_cannot_push_an_attempt_away_for_good() -> None:
    assert wait_s(1, retry_after_s=1e12, spread=0.0) == MAX_RETRY_AFTER_S
