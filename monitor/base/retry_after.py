"""What a `Retry-After` header asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 100 * 365 * 86_400.0
"""A century: far beyond what any caller waits, and still safe to add to a time of today."""


def parse_retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, 0 to `LONGEST_S`, or None when it says nothing usable.

    Args: now: what a date in the header is compared with, aware.
    Source: RFC 9110, 10.2.3: whole seconds or an HTTP date; a date that has passed asks for 0.
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        # int() and float() of thousands of digits refuse or overflow; twelve are already more than LONGEST_S.
        return min(float(header), LONGEST_S) if len(header) <= 12 else LONGEST_S
    try:
        at = parsedate_to_datetime(header)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(0.0, (at - now).total_seconds()), LONGEST_S)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
