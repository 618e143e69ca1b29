"""Hours of the week."""

from datetime import UTC, datetime

import pytest

from monitor.base.hours import parse_hours

# 23 November 2026 is a Monday.


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "asked", "opens"),
    [
        ("08:00-18:00", at(23, 12), at(23, 12)),
        ("08:00-18:00", at(23, 7, 59), at(23, 8)),
        ("08:00-18:00", at(23, 18), at(24, 8)),
        ("Mon-Fri 08:00-18:00", at(27, 18), at(30, 8)),
        ("mon,wed 08:00-18:00", at(23, 19), at(25, 8)),
        ("Sat-Mon 08:00-18:00", at(27, 12), at(28, 8)),
        # Past midnight, the hours belong to the day on which they begin.
        ("Fri 22:00-06:00", at(28, 5), at(28, 5)),
        ("Fri 22:00-06:00", at(28, 23), datetime(2026, 12, 4, 22, tzinfo=UTC)),
        ("Mon-Fri 08:00-18:00 Europe/Berlin", at(23, 6, 30), at(23, 7)),
        ("Mon-Fri 08:00-18:00 Europe/Berlin", at(23, 17, 30), at(24, 7)),
        ("00:00-00:00", at(23, 3), at(23, 3)),
    ],
)
def test_the_moment_itself_or_the_next_beginning(hours: str, asked: datetime, opens: datetime) -> None:
    assert parse_hours(hours).opens(asked) == opens


def test_they_follow_the_clocks_of_their_zone() -> None:
    """On 25 October 2026 Berlin goes back to UTC+1."""
    hours = parse_hours("08:00-18:00 Europe/Berlin")
    assert hours.opens(datetime(2026, 10, 24, 19, tzinfo=UTC)) == datetime(2026, 10, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("always", "cannot be read; for example"),
        ("8:00-18:00", "cannot be read"),
        ("25:00-26:00", "no time of day '25:00'"),
        ("Mon-Fry 08:00-18:00", "'mon-fry' is no day; the days are Mon"),
        ("08:00-18:00 Berlin", "no time zone 'Berlin'"),
        ("08:00-18:00 ../../etc/passwd", "no time zone"),
    ],
)
def test_what_is_no_hours_is_named(hours: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_hours(hours)
