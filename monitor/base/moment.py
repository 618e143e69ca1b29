"""A moment as people write it: a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def span(text: str) -> timedelta:
    """How long `90s`, `30m`, `2h`, `7d` or `1w` is.

    Raises: ValueError: it is none of these, or longer than a year.
    """
    found = re.fullmatch(r"([0-9]{1,7})([smhdw])", text.strip())
    length = timedelta(seconds=int(found[1]) * _UNITS_S[found[2]]) if found else None
    if length is None or length > timedelta(days=366):
        raise ValueError(f"{text[:40]!r} is no length of time; for example 30m, 2h or 7d, a year at most")
    return length


def moment(text: str, now: datetime) -> datetime:
    """The moment that is so long ago (`7d`), or an ISO 8601 time (`2026-11-23T12:00Z`), without a zone in UTC.

    Raises: ValueError: it is neither.
    """
    if re.fullmatch(r"[0-9]+[a-z]", text.strip()):
        return now - span(text)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no moment; for example 7d (seven days ago) or 2026-11-23T12:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
