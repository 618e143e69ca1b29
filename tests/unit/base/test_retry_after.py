from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.retry_after import LONGEST_S, parse_retry_after

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:01:30", 90.0),
        ("9" * 12, LONGEST_S),
        ("9" * 5000, LONGEST_S),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_S),
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


def test_the_longest_wait_can_be_added_to_a_time() -> None:
    assert (NOW + timedelta(seconds=LONGEST_S)).year == 2126
