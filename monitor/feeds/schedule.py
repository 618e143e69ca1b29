"""When a feed is polled next, and what is remembered of its last poll. Pure; time and chance are handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from monitor.base.events import FeedPolled, FeedWord
from monitor.base.settings import FeedSettings, PollSettings
from monitor.feeds.failures import weight_of

FULL_READ_EVERY_S = 3600.0
"""How long a feed's word is taken that nothing changed. Some feeds keep their validators although they changed
(mediacloud/rss-fetcher, 180,000 feeds, asks for no 304 at all for that reason); once an hour, one poll in twelve at the
default interval, finds their articles and costs honest publishers little."""
URGENT_S = 60.0
"""Longest wait between two polls of a feed that is marked urgent."""
SLOWER, FASTER = 1.25, 0.5
"""What the interval is multiplied by when a poll brought nothing new, and when more than `MUCH_NEW` of it was new.

Slower steps up than down: a feed that wakes up is followed at once. rss-fetcher steers to a third of each document being
new; here a copy is to be told within minutes, so a tenth is much already."""
MUCH_NEW = 0.1

_NOT_MODIFIED = 304
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 2^60 intervals are beyond every limit, and a float still holds them.
_MOST_DOUBLINGS = 60.0
_DOUBTS_LOCATION = frozenset({"not_found", "gone", "dns", "http_4xx", "not_a_feed", "tls", "connection", "redirects"})
"""Failures after which a feed is asked for at its old address again: not every 'moved for good' is true."""
_NEWEST_WEIGHS = 0.2
"""Share of the newest value in a moving average."""


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a feed between two polls. Times are aware UTC."""

    url: str
    next_poll_at: datetime = _EPOCH
    interval_s: float = 0.0
    """What the feed's own rhythm asks for; 0 before the first poll."""
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    """Since the last success."""
    weight: float = 0.0
    """Of these failures together: a busy server weighs less than a page that is no feed."""
    failing_since: datetime | None = None
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
    last_new_at: datetime | None = None
    """When the feed last brought an article that was new."""
    new_every_s: float = 0.0
    """Moving average of the time between two polls that brought something; 0 while it is not known."""
    took_s: float = 0.0
    """Moving average of how long a poll takes."""
    denied: str = ""
    """The validators with which the feed last said that nothing changed."""
    lies: bool = False
    """It said so although something had: it is not asked again."""
    location: str = ""
    """Where the feed has moved for good; empty for its own address."""
    health: FeedWord = "ok"
    """As `monitor.feeds.health` called it after the last poll."""


def first_poll(url: str, *, now: datetime, spread: float, within_s: float) -> FeedState:
    """The state of a feed that was never polled: due within `within_s` seconds, at the share `spread` (0 to 1) of it."""
    return FeedState(url=url, next_poll_at=now + timedelta(seconds=spread * within_s))


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether a feed is to be polled at `now`."""
    return now >= state.next_poll_at


def after_poll(
    state: FeedState, polled: FeedPolled, *, feed: FeedSettings, settings: PollSettings, spread: float
) -> FeedState:
    """The state after a poll; the next one is due at `next_poll_at`.

    After success a feed waits its interval, which follows how much of each document is new, and no less than it asks for
    itself (`ttl`, `sy:updatePeriod`, `Cache-Control`). After failures it waits longer the more they weigh, up to
    `max_backoff_s`, and is never given up: feeds that look dead come back. `Retry-After` is heeded always. All of it
    stays below a day, so that no publisher can send a feed away by mistake.

    Args: spread: where in the jitter's range, 0 to 1; a random number.
    Source: miniflux (the longest of all waits asked for); mediacloud/rss-fetcher (share of new entries, weights).
    """
    failed = bool(polled.error)
    state = msgspec.structs.replace(
        state,
        interval_s=_interval_s(state, polled, feed, settings),
        failures=state.failures + 1 if failed else 0,
        weight=state.weight + weight_of(polled.error) if failed else 0.0,
        failing_since=(state.failing_since or polled.at) if failed else None,
        status=polled.status,
        error=polled.error,
        message=polled.message,
        polled_at=polled.at,
        took_s=_average(state.took_s, polled.took_s),
        location="" if polled.error in _DOUBTS_LOCATION else polled.moved_to or state.location,
    )
    wait_s = _wait_s(state, polled, feed, settings, spread)
    state = msgspec.structs.replace(state, next_poll_at=polled.at + timedelta(seconds=wait_s))
    # The validators of a failed poll belong to a document that was not read.
    return state if failed else _after_success(state, polled)


def _after_success(state: FeedState, polled: FeedPolled) -> FeedState:
    unchanged = polled.status == _NOT_MODIFIED
    read_at = state.read_at if unchanged else polled.at
    validators = f"{polled.etag}\n{polled.last_modified}"
    # What is new in a document that was asked for without conditions, under the validators of 'nothing changed'.
    lies = state.lies or (not unchanged and polled.fresh > 0 and validators == state.denied)
    ask_again = lies or read_at is None or (polled.at - read_at).total_seconds() >= FULL_READ_EVERY_S
    state = msgspec.structs.replace(
        state,
        etag="" if ask_again else polled.etag,
        last_modified="" if ask_again else polled.last_modified,
        denied=validators if unchanged else "",
        lies=lies,
        entries=state.entries if unchanged else polled.entries,
        last_success_at=polled.at,
        read_at=read_at,
    )
    if not polled.fresh:
        return state
    since_s = (polled.at - state.last_new_at).total_seconds() if state.last_new_at else 0.0
    return msgspec.structs.replace(state, last_new_at=polled.at, new_every_s=_average(state.new_every_s, since_s))


def _average(known: float, newest: float) -> float:
    return newest if not known else known + _NEWEST_WEIGHS * (newest - known)


def _interval_s(state: FeedState, polled: FeedPolled, feed: FeedSettings, settings: PollSettings) -> float:
    if feed.interval_s:
        return feed.interval_s
    shortest_s = min(settings.interval_s, URGENT_S) if feed.urgent else settings.interval_s
    longest_s = max(URGENT_S if feed.urgent else settings.max_interval_s, shortest_s)
    interval_s = state.interval_s or shortest_s
    if polled.error == "rate_limited":
        interval_s /= FASTER
    elif not polled.error:
        share = polled.fresh / polled.entries if polled.entries else 0.0
        interval_s *= FASTER if share > MUCH_NEW else 1.0 if polled.fresh else SLOWER
    return min(max(interval_s, shortest_s), longest_s)


def _wait_s(state: FeedState, polled: FeedPolled, feed: FeedSettings, settings: PollSettings, spread: float) -> float:
    """Seconds until the next poll: jittered, so that feeds that failed together do not return together."""
    interval_s = state.interval_s
    longest_s = max(settings.max_backoff_s, interval_s)
    wait_s = interval_s
    if state.failures:
        wait_s *= 2.0 ** min(max(state.weight - 1.0, 0.0), _MOST_DOUBLINGS)
        # Below the limit by what jitter adds: cut off there, feeds would meet at the limit and stay together.
        wait_s = min(wait_s, longest_s / (1 + settings.jitter))
    asked_s = polled.retry_after_s or 0.0
    if polled.asked_wait_s and not (feed.urgent or feed.interval_s or state.failures):
        # The user's own word on a feed counts more than its publisher's habits, and less than a request to stay away.
        asked_s = max(asked_s, min(polled.asked_wait_s, settings.max_interval_s))
    wait_s *= 1 + settings.jitter * (2 * spread - 1)
    return max(wait_s, min(asked_s * (1 + settings.jitter * spread), longest_s))
