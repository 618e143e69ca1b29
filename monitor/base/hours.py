"""Hours of the week, as a rule gives them: `Mon-Fri 08:00-18:30 Europe/Berlin`.

The days may be left out (every day) and so may the zone (UTC); hours that end before they begin go past midnight, and
belong to the day on which they begin.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.base.moment import span

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(
    r"(?:(?P<days>[A-Za-z,-]+)\s+)?(?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?:\s+(?P<zone>\S+))?", re.ASCII
)


class Hours(NamedTuple):
    """Which days, 0 for Monday, and from when to when of their zone."""

    days: frozenset[int]
    begin: time
    end: time
    zone: tzinfo

    def opens(self, at: datetime) -> datetime:
        """The moment itself when it is within the hours, else the next at which they begin."""
        local = at.astimezone(self.zone)
        for back in (1, 0):
            day = local.date() - timedelta(days=back)
            begin, end = self._of(day)
            if day.weekday() in self.days and begin <= at < end:
                return at
        for ahead in range(9):
            day = local.date() + timedelta(days=ahead)
            begin, _ = self._of(day)
            if day.weekday() in self.days and begin >= at:
                return begin
        raise AssertionError  # one of nine days in a row is among them

    def _of(self, day: date) -> tuple[datetime, datetime]:
        """The hours that begin on a day."""
        last = day if self.begin < self.end else day + timedelta(days=1)
        begin, end = (datetime.combine(one, at, self.zone) for one, at in ((day, self.begin), (last, self.end)))
        return begin.astimezone(UTC), end.astimezone(UTC)


def parse_hours(text: str) -> Hours:
    """The hours of their written form.

    Raises: ValueError: it is not one, with the part that is wrong.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:60]!r} cannot be read; for example 'Mon-Fri 08:00-18:00 Europe/Berlin'")
    return Hours(_days(found["days"] or "mon-sun"), _time(found["begin"]), _time(found["end"]), zone(found["zone"]))


class Gathering(NamedTuple):
    """How long what comes is gathered before it is told: for a while, to the full hour, or to a time of day."""

    length: timedelta | None = None
    daily: time | None = None
    zone: tzinfo = UTC

    def until(self, at: datetime) -> datetime:
        """When what comes at a moment is told: after it, always."""
        if self.length is not None:
            return at + self.length
        if self.daily is None:
            return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        day = at.astimezone(self.zone).date()
        for ahead in (0, 1, 2):
            due = datetime.combine(day + timedelta(days=ahead), self.daily, self.zone).astimezone(UTC)
            if due > at:
                return due
        raise AssertionError  # the day after tomorrow is after now


def parse_gathering(text: str) -> Gathering:
    """A gathering of its written form: `5m`, `hourly`, or `daily 08:00 Europe/Berlin`.

    Raises: ValueError: it is not one.
    """
    words = text.split()
    if words == ["hourly"]:
        return Gathering()
    if 2 <= len(words) <= 3 and words[0] == "daily":
        return Gathering(daily=_time(words[1]), zone=zone(words[2] if len(words) == 3 else None))
    if len(words) == 1:
        return Gathering(length=span(words[0]))
    raise ValueError(f"{text[:60]!r} cannot be read; for example 5m, hourly, or daily 08:00 Europe/Berlin")


def zone(name: str | None) -> tzinfo:
    """A time zone by its IANA name, UTC without one. Raises: ValueError: there is none of this name."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:60]!r}; for example Europe/Berlin") from None


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"{part[:20]!r} is no day; the days are {', '.join(day.title() for day in DAYS)}")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days |= {number % 7 for number in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(days)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no time of day {text!r}") from None
