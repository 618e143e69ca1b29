"""Moments and lengths of time as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.moment import moment, span

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        (" 7d ", NOW - timedelta(days=7)),
        ("1w", NOW - timedelta(days=7)),
        ("2026-11-20T08:00Z", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20T08:00+02:00", datetime(2026, 11, 20, 6, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_a_moment_is_so_long_ago_or_a_time(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


@pytest.mark.parametrize("text", ["", "yesterday", "7", "7x", "-7d", "9999999d", "2026-13-01", "٣d"])
def test_anything_else_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="for example"):
        moment(text, NOW)


def test_a_length_of_time() -> None:
    assert span("90s") == timedelta(seconds=90)
