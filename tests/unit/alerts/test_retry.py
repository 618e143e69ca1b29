from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.retry import MAX_RETRY_AFTER_S, parse_retry_after, retry_at

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


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:01:30", 90.0),
        ("9" * 5000, MAX_RETRY_AFTER_S),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("Mon, 99 Nov 2026 12:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


def test_the_zone_of_a_date_counts() -> None:
    in_an_hour = (NOW + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S")
    assert parse_retry_after(f"{in_an_hour} +0100", NOW) == 0.0
