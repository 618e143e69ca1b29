"""Dates as documents write them, where feedparser does not read them for us."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Older than any news feed: programs write 1970 or the year 1 when they know no date."""
_LONGEST = 60


def date_of(text: object) -> datetime | None:
    """The time that a text names, aware UTC, or None when it names none, or one before `EARLIEST`.

    A date without a zone is read as UTC.
    Source: RFC 3339 (JSON Feed, JSON-LD), W3C-DTF (sitemaps), RFC 5322 (the form of HTTP and RSS, used wrongly there).
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    text = text.strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return at if at >= EARLIEST else None
    return None
