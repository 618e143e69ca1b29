"""When a feed is polled next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from monitor.base.events import FeedPolled
from monitor.base.settings import FeedSettings, PollSettings
from monitor.feeds.schedule import (
    FASTER,
    FULL_READ_EVERY_S,
    SLOWER,
    URGENT_S,
    FeedState,
    after_poll,
    first_poll,
    is_due,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://herald.example/feed.xml"
SETTINGS = PollSettings(interval_s=300, max_interval_s=86_400, max_backoff_s=86_400, jitter=0.1)
NEW = FeedState(url=URL)


def polled(
    state: FeedState = NEW,
    *,
    at: datetime = NOW,
    spread: float = 0.5,
    interval_s: float | None = 300.0,
    urgent: bool = False,
    settings: PollSettings = SETTINGS,
    **how: Any,
) -> FeedState:
    """The state after a poll that ended like this; of a feed with this interval of its own, or without one."""
    event = FeedPolled(feed_url=URL, at=at, **how)
    feed = FeedSettings(url=URL, interval_s=interval_s, urgent=urgent)
    return after_poll(state, event, feed=feed, settings=settings, spread=spread)


def wait_s(state: FeedState) -> float:
    assert state.polled_at is not None
    return (state.next_poll_at - state.polled_at).total_seconds()


def failing(times: int, *, spread: float = 0.5, interval_s: float = 300.0) -> FeedState:
    """The state after that many failures in a row."""
    state = NEW
    for _ in range(times):
        state = polled(state, spread=spread, interval_s=interval_s, error="http_4xx", message="refused")
    return state


def test_first_polls_are_spread() -> None:
    due = [first_poll(URL, now=NOW, spread=spread, within_s=60).next_poll_at for spread in (0.0, 0.5, 1.0)]
    assert due == [NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=60)]


def test_a_feed_is_due_at_its_time() -> None:
    state = first_poll(URL, now=NOW, spread=1, within_s=60)
    assert not is_due(state, NOW + timedelta(seconds=59.9)) and is_due(state, NOW + timedelta(seconds=60))


def test_after_success_a_feed_waits_its_interval_give_or_take_the_jitter() -> None:
    waits = [wait_s(polled(status=200, spread=spread)) for spread in (0.0, 0.5, 1.0)]
    assert waits == pytest.approx([270, 300, 330])


def test_after_failures_a_feed_waits_twice_as_long_each_time() -> None:
    assert [wait_s(failing(times)) for times in (1, 2, 3, 4)] == pytest.approx([300, 600, 1200, 2400])


@pytest.mark.parametrize("times", [20, 1000, 5000])
def test_a_feed_is_never_given_up_and_feeds_at_the_limit_do_not_meet(times: int) -> None:
    waits = [wait_s(failing(times, spread=spread)) for spread in (0.0, 0.5, 1.0)]
    assert waits[0] < waits[1] < waits[2] == pytest.approx(SETTINGS.max_backoff_s)


def test_an_interval_over_the_limit_of_the_backoff_is_kept() -> None:
    assert wait_s(polled(status=200, interval_s=200_000)) == pytest.approx(200_000)
    assert wait_s(failing(3, interval_s=200_000)) == pytest.approx(200_000 / 1.1)


def test_a_failure_is_told_and_forgotten_after_a_success() -> None:
    state = failing(2)
    assert (state.failures, state.error, state.message) == (2, "http_4xx", "refused")
    state = polled(state, status=200, entries=3)
    assert (state.failures, state.error, state.message, state.entries) == (0, "", "", 3)
    assert wait_s(state) == pytest.approx(300)


def test_a_pause_that_the_publisher_asks_for_is_never_undercut() -> None:
    waits = [wait_s(polled(error="rate_limited", retry_after_s=3600.0, spread=spread)) for spread in (0.0, 1.0)]
    assert waits == pytest.approx([3600, 3960])
    assert wait_s(polled(error="rate_limited", retry_after_s=1.0)) == pytest.approx(300)


def test_a_publisher_cannot_send_a_feed_away_for_good() -> None:
    assert wait_s(polled(error="http_5xx", retry_after_s=1e9)) == SETTINGS.max_backoff_s


def test_validators_are_those_of_the_last_document_that_was_read() -> None:
    state = polled(status=200, etag="a", last_modified="b")
    assert (state.etag, state.last_modified) == ("a", "b")
    state = polled(state, error="not_a_feed", etag="c", last_modified="d")
    assert (state.etag, state.last_modified) == ("a", "b")


def test_a_feed_that_says_that_nothing_changed_keeps_what_is_known() -> None:
    first = polled(status=200, etag="a", entries=30)
    state = polled(first, at=NOW + timedelta(seconds=300), status=304, etag="a")
    assert (state.etag, state.entries, state.read_at) == ("a", 30, NOW)
    assert state.last_success_at == NOW + timedelta(seconds=300)


def test_once_an_hour_the_document_itself_is_asked_for() -> None:
    first = polled(status=200, etag="a", last_modified="b")
    early = polled(first, at=NOW + timedelta(seconds=FULL_READ_EVERY_S - 1), status=304, etag="a", last_modified="b")
    assert (early.etag, early.last_modified) == ("a", "b")
    late = polled(early, at=NOW + timedelta(seconds=FULL_READ_EVERY_S), status=304, etag="a", last_modified="b")
    assert (late.etag, late.last_modified) == ("", "")
    read = polled(late, at=NOW + timedelta(seconds=FULL_READ_EVERY_S + 300), status=200, etag="a", last_modified="b")
    assert (read.etag, read.last_modified) == ("a", "b")


def test_a_feed_that_was_never_read_is_asked_for_its_document() -> None:
    assert polled(status=304, etag="a").etag == ""


def own_rhythm(state: FeedState, **how: Any) -> FeedState:
    """The state after a poll of a feed without an interval of its own."""
    return polled(state, interval_s=None, status=200, **how)


def test_a_feed_that_brings_nothing_is_polled_less_and_less_up_to_a_day() -> None:
    state = own_rhythm(NEW, entries=30, fresh=30)
    assert wait_s(state) == pytest.approx(300)
    state = own_rhythm(state, entries=30)
    assert wait_s(state) == pytest.approx(300 * SLOWER)
    for _ in range(50):
        state = own_rhythm(state, entries=30)
    assert wait_s(state) == pytest.approx(86_400)


def test_a_feed_that_brings_much_is_polled_more_and_one_that_brings_a_little_as_it_was() -> None:
    state = msgspec.structs.replace(NEW, interval_s=4000.0)
    assert wait_s(own_rhythm(state, entries=30, fresh=1)) == pytest.approx(4000)
    assert wait_s(own_rhythm(state, entries=30, fresh=10)) == pytest.approx(4000 * FASTER)
    assert wait_s(own_rhythm(state, entries=0)) == pytest.approx(4000 * SLOWER)
    assert wait_s(own_rhythm(msgspec.structs.replace(NEW, interval_s=400.0), entries=3, fresh=3)) == pytest.approx(300)


def test_an_urgent_feed_is_polled_every_minute_whatever_it_asks_for() -> None:
    state = NEW
    for _ in range(20):
        state = own_rhythm(state, urgent=True, entries=30, asked_wait_s=3600.0)
    assert wait_s(state) == pytest.approx(URGENT_S)
    assert wait_s(own_rhythm(state, urgent=True, error="rate_limited", retry_after_s=900.0)) == pytest.approx(945)


def test_the_pause_that_a_feed_asks_for_is_kept_and_no_longer_than_a_day() -> None:
    assert wait_s(own_rhythm(NEW, fresh=1, entries=1, asked_wait_s=1800.0)) == pytest.approx(1890)
    assert wait_s(own_rhythm(NEW, fresh=1, entries=1, asked_wait_s=60.0)) == pytest.approx(300)
    assert wait_s(own_rhythm(NEW, fresh=1, entries=1, asked_wait_s=1e8)) == pytest.approx(86_400)
    assert wait_s(polled(asked_wait_s=1800.0)) == pytest.approx(300), "the user has given it an interval"


def test_failures_wait_by_what_they_weigh() -> None:
    waits = {}
    for error in ("rate_limited", "timeout", "not_a_feed"):
        state = NEW
        for _ in range(8):
            state = polled(state, error=error)
        waits[error] = wait_s(state) / 300
    assert waits == pytest.approx({"rate_limited": 2, "timeout": 8, "not_a_feed": 128})


def test_a_feed_that_asks_for_fewer_requests_gets_fewer_from_then_on() -> None:
    state = polled(msgspec.structs.replace(NEW, interval_s=400.0), interval_s=None, error="rate_limited")
    assert state.interval_s == pytest.approx(800)


def test_a_feed_whose_validators_lie_is_not_asked_by_them_again() -> None:
    state = polled(status=200, etag="a", entries=3, fresh=3)
    state = polled(state, at=NOW + timedelta(seconds=FULL_READ_EVERY_S), status=304, etag="a")
    assert state.etag == "", "once an hour without conditions"
    honest = polled(state, at=NOW + timedelta(seconds=4000), status=200, etag="b", entries=3, fresh=1)
    assert (honest.etag, honest.lies) == ("b", False)
    liar = polled(state, at=NOW + timedelta(seconds=4000), status=200, etag="a", entries=3, fresh=1)
    assert (liar.etag, liar.lies) == ("", True)
    assert polled(liar, at=NOW + timedelta(seconds=4300), status=200, etag="c", entries=3).etag == ""


def test_a_permanent_redirect_is_remembered_until_it_leads_nowhere() -> None:
    moved = polled(status=200, moved_to="https://new.example/feed")
    assert moved.location == "https://new.example/feed"
    assert polled(moved, status=304).location == "https://new.example/feed"
    assert polled(moved, error="timeout").location == "https://new.example/feed"
    assert polled(moved, error="not_found").location == ""


def test_when_a_feed_brought_something_is_remembered() -> None:
    state = polled(status=200, entries=3, fresh=3)
    state = polled(state, at=NOW + timedelta(hours=1), status=304)
    state = polled(state, at=NOW + timedelta(hours=2), status=200, entries=3, fresh=1)
    assert state.last_new_at == NOW + timedelta(hours=2)
    assert state.new_every_s == pytest.approx(7200)
    state = polled(state, at=NOW + timedelta(hours=3), status=200, entries=3, fresh=1)
    assert state.new_every_s == pytest.approx(7200 - 0.2 * 3600)


def test_since_when_a_feed_fails_is_remembered() -> None:
    first = polled(error="timeout")
    second = polled(first, at=NOW + timedelta(hours=1), error="dns")
    assert second.failing_since == NOW
    assert polled(second, status=200).failing_since is None
