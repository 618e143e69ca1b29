"""When a feed is polled next, and what is remembered of its last poll. Pure; time and chance are handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from monitor.base.events import FeedPolled
from monitor.base.settings import PollSettings

FULL_READ_EVERY_S = 3600.0
"""How long a feed's word is taken that nothing changed. Some feeds keep their validators although they changed
(mediacloud/rss-fetcher, 180,000 feeds, asks for no 304 at all for that reason); once an hour, one poll in twelve at the
default interval, finds their articles and costs honest publishers little."""

_NOT_MODIFIED = 304
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 2^60 intervals are beyond every limit, and a float still holds them.
_MOST_DOUBLINGS = 60


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a feed between two polls. Times are aware UTC."""

    url: str
    next_poll_at: datetime = _EPOCH
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    """Since the last success."""
    status: int = 0
    """HTTP status of the last poll, 0 when there was no answer."""
    error: str = ""
    """The fixed word for what went wrong in the last poll, empty after success."""
    message: str = ""
    polled_at: datetime | None = None
    entries: int = 0
    """Entries of the document when it was last read."""
    last_success_at: datetime | None = None
    read_at: datetime | None = None
    """When the document itself came for the last time; since then the feed said that nothing changed, or failed."""


def first_poll(url: str, *, now: datetime, spread: float, within_s: float) -> FeedState:
    """The state of a feed that was never polled: due within `within_s` seconds, at the share `spread` (0 to 1) of it."""
    return FeedState(url=url, next_poll_at=now + timedelta(seconds=spread * within_s))


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether a feed is to be polled at `now`."""
    return now >= state.next_poll_at


def after_poll(
    state: FeedState, polled: FeedPolled, *, interval_s: float, settings: PollSettings, spread: float
) -> FeedState:
    """The state after a poll; the next one is due at `next_poll_at`.

    After success the feed waits its interval. After failures it waits longer each time, up to `max_backoff_s`, and is
    never given up: feeds that look dead come back.

    Args: interval_s: between two polls of this feed. spread: where in the jitter's range, 0 to 1; a random number.
    """
    failed = bool(polled.error)
    failures = state.failures + 1 if failed else 0
    wait_s = _wait_s(failures, polled.retry_after_s, interval_s, settings, spread)
    state = msgspec.structs.replace(
        state,
        next_poll_at=polled.at + timedelta(seconds=wait_s),
        failures=failures,
        status=polled.status,
        error=polled.error,
        message=polled.message,
        polled_at=polled.at,
    )
    # The validators of a failed poll belong to a document that was not read.
    return state if failed else _after_success(state, polled)


def _after_success(state: FeedState, polled: FeedPolled) -> FeedState:
    unchanged = polled.status == _NOT_MODIFIED
    read_at = state.read_at if unchanged else polled.at
    ask_again = read_at is None or (polled.at - read_at).total_seconds() >= FULL_READ_EVERY_S
    return msgspec.structs.replace(
        state,
        etag="" if ask_again else polled.etag,
        last_modified="" if ask_again else polled.last_modified,
        entries=state.entries if unchanged else polled.entries,
        last_success_at=polled.at,
        read_at=read_at,
    )


def _wait_s(
    failures: int, retry_after_s: float | None, interval_s: float, settings: PollSettings, spread: float
) -> float:
    """Seconds until the next poll: jittered, so that feeds that failed together do not return together."""
    longest_s = max(settings.max_backoff_s, interval_s)
    backoff_s = interval_s * 2.0 ** min(failures - 1, _MOST_DOUBLINGS) if failures else interval_s
    if failures:
        # Below the limit by what jitter adds: cut off there, feeds would meet at the limit and stay together.
        backoff_s = min(backoff_s, longest_s / (1 + settings.jitter))
    wait_s = backoff_s * (1 + settings.jitter * (2 * spread - 1))
    if retry_after_s is None:
        return wait_s
    asked_s = min(retry_after_s, longest_s)
    return max(wait_s, min(asked_s * (1 + settings.jitter * spread), longest_s))
