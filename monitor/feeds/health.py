"""How a feed does: the word for it, why, and since when. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.base.events import FeedWord
from monitor.feeds.schedule import FeedState

FAILING_WEIGHT = 2.0
"""Two full failures, or four timeouts, or eight busy answers in a row: what one bad hour of a network does not reach."""
GONE_AFTER = timedelta(days=7)
"""How long a feed may be 'not found' before it counts as gone; many come back from a rebuilt site."""
SLOW_S = 10.0
"""Mean time of a poll; one in a hundred feeds takes longer."""
SILENT_TIMES = 10
"""Of a feed's own mean time between news; below it, weekends and holidays would be silences."""
SILENT_AFTER = timedelta(days=2)

BROKEN: frozenset[FeedWord] = frozenset({"failing", "gone"})
"""What an operator is told of by `feed.failing`, and the end of which is `feed.recovered`."""


class Health(NamedTuple):
    """How a feed does."""

    word: FeedWord
    reason: str
    """For the user; empty when all is well."""
    since: datetime | None


def health_of(state: FeedState, now: datetime) -> Health:
    """How a feed does by what is known after its last poll.

    A feed stays what it is while failures do not weigh enough to call it failing.
    """
    if state.error == "gone" or (
        state.error == "not_found" and state.failing_since and now - state.failing_since >= GONE_AFTER
    ):
        return Health("gone", state.message, state.failing_since)
    if state.error and state.weight >= FAILING_WEIGHT:
        return Health("failing", state.message, state.failing_since)
    silence = timedelta(seconds=SILENT_TIMES * state.new_every_s)
    if state.last_new_at and state.new_every_s and now - state.last_new_at > max(silence, SILENT_AFTER):
        usual = timedelta(seconds=round(state.new_every_s))
        return Health("silent", f"it used to bring something every {usual}, and brings nothing", state.last_new_at)
    if state.took_s > SLOW_S:
        return Health("slow", f"a poll takes {state.took_s:.0f} s", state.polled_at)
    return Health("ok", "", None)
