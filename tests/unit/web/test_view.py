"""The read model: idempotent, ordered, bounded, and never waiting for a reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from monitor.base.events import Alert, AnyAlert, FeedPolled
from monitor.web.view import KEPT_ALERTS, QUEUED_ALERTS, View

MakeAlert = Callable[..., Alert]
MakePoll = Callable[..., FeedPolled]


def ids(alerts: list[AnyAlert]) -> list[str]:
    return [alert.alert_id for alert in alerts]


def test_the_latest_come_newest_first_whatever_their_order_of_arrival(make_alert: MakeAlert) -> None:
    view = View()
    for number in (2, 5, 1, 4, 2):
        view.add(make_alert(number))

    assert ids(view.latest(3)) == ["alt_00005", "alt_00004", "alt_00002"]
    assert len(view.latest(100)) == 4
    assert view.latest(0) == []


def test_the_oldest_leave_and_do_not_come_back(make_alert: MakeAlert) -> None:
    view = View()
    for number in range(KEPT_ALERTS + 10):
        view.add(make_alert(number))
    with view.subscribe() as alerts:
        view.add(make_alert(3))
        view.add(make_alert(9))

        kept = view.latest(KEPT_ALERTS * 2)
        assert len(kept) == KEPT_ALERTS
        assert kept[-1].alert_id == "alt_00010"
        assert alerts._queue.empty()


@given(st.permutations(range(8)), st.lists(st.integers(0, 7)))
def test_the_same_alerts_give_the_same_view(make_alert: MakeAlert, order: list[int], repeats: list[int]) -> None:
    view = View()
    for number in [*order, *repeats]:
        view.add(make_alert(number))

    assert ids(view.latest(500)) == [f"alt_{number:05d}" for number in range(7, -1, -1)]


async def test_a_subscriber_hears_each_new_alert_once(make_alert: MakeAlert) -> None:
    view = View()
    view.add(make_alert(1))
    with view.subscribe() as alerts:
        for number in (2, 2, 3):
            view.add(make_alert(number))

        assert [(await anext(alerts)).alert_id for _ in range(2)] == ["alt_00002", "alt_00003"]
        view.close()
        for _ in range(2):
            assert [alert async for alert in alerts] == []


async def test_a_slow_subscriber_is_dropped_and_the_others_are_not(make_alert: MakeAlert) -> None:
    view = View()
    with view.subscribe() as slow, view.subscribe() as quick:
        heard = 0
        for number in range(QUEUED_ALERTS + 5):
            view.add(make_alert(number))
            await anext(quick)
            heard += 1

        got = [alert.alert_id async for alert in slow]
        assert len(got) == QUEUED_ALERTS
        assert heard == QUEUED_ALERTS + 5


async def test_a_reader_that_waits_is_woken(make_alert: MakeAlert) -> None:
    view = View()
    with view.subscribe() as alerts:
        waiting = asyncio.ensure_future(anext(alerts))
        await asyncio.sleep(0)
        view.add(make_alert(7))

        assert (await waiting).alert_id == "alt_00007"


def test_a_closed_subscription_is_forgotten() -> None:
    view = View()
    with view.subscribe():
        pass

    assert view._subscriptions == set()


def test_a_feed_fails_since_its_first_failure_and_recovers(make_poll: MakePoll) -> None:
    view = View()
    view.note_feed(make_poll("https://b.example/", 1))
    view.note_feed(make_poll("https://a.example/", 1))
    for second in (2, 3, 4):
        view.note_feed(make_poll("https://b.example/", second, error="timeout"))

    failing = view.feeds[0]
    assert [feed.polled.feed_url for feed in view.feeds] == ["https://b.example/", "https://a.example/"]
    assert (failing.failures, failing.failing_since) == (3, make_poll("", 2).at)
    assert view.feed_counts == {"known": 2, "failing": 1}

    view.note_feed(make_poll("https://b.example/", 5))
    assert view.feed_counts == {"known": 2, "failing": 0}
    assert view.feeds[1].failing_since is None


def test_an_old_or_repeated_poll_changes_nothing(make_poll: MakePoll) -> None:
    view = View()
    view.note_feed(make_poll("https://a.example/", 5, error="timeout"))
    changed = view.feeds_changed

    view.note_feed(make_poll("https://a.example/", 4))
    view.note_feed(make_poll("https://a.example/", 5, error="timeout"))

    assert (view.feeds[0].failures, view.feeds_changed) == (1, changed)


def test_a_change_of_state_is_counted_but_a_quiet_poll_is_not(make_poll: MakePoll) -> None:
    view = View()
    counts = []
    for second, error in enumerate(("", "", "timeout", "timeout", "gone", "")):
        view.note_feed(make_poll("https://a.example/", second, error=error))
        counts.append(view.feeds_changed)

    assert counts == [1, 1, 2, 2, 3, 4]
