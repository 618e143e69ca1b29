"""How a feed does, by what is known of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.base.events import FeedHealth, FeedWord
from monitor.feeds.health import FAILING_WEIGHT, GONE_AFTER, SILENT_AFTER, SLOW_S, Health, health_of
from monitor.feeds.schedule import FeedState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY_S = 86_400.0


def health(**known: Any) -> Health:
    return health_of(FeedState(url="https://h.example/", polled_at=NOW, **known), NOW)


def test_a_feed_that_works_is_ok() -> None:
    assert health(last_new_at=NOW - timedelta(days=1), new_every_s=DAY_S, took_s=1) == Health("ok", "", None)


def test_failures_count_by_their_weight() -> None:
    since = NOW - timedelta(hours=1)
    broken: dict[str, Any] = {"error": "timeout", "message": "too slow", "failing_since": since}
    assert health(**broken, weight=FAILING_WEIGHT - 0.5).word == "ok"
    assert health(**broken, weight=FAILING_WEIGHT) == Health("failing", "too slow", since)


def test_a_feed_is_gone_when_it_says_so_or_is_not_found_for_long() -> None:
    assert health(error="gone", message="gone for good", weight=1, failing_since=NOW).word == "gone"
    missing: dict[str, Any] = {"error": "not_found", "weight": 9}
    assert health(**missing, failing_since=NOW - GONE_AFTER).word == "gone"
    assert health(**missing, failing_since=NOW - GONE_AFTER + timedelta(seconds=1)).word == "failing"


def test_a_feed_is_silent_by_its_own_rhythm() -> None:
    long_ago = NOW - SILENT_AFTER - timedelta(seconds=1)
    assert health(last_new_at=long_ago, new_every_s=3600).word == "silent"
    assert health(last_new_at=long_ago, new_every_s=DAY_S).word == "ok"
    assert health(last_new_at=long_ago).word == "ok", "its rhythm is not known"
    assert health(last_new_at=NOW - timedelta(days=11), new_every_s=DAY_S).since == NOW - timedelta(days=11)


def test_a_feed_is_slow_on_average() -> None:
    assert health(took_s=SLOW_S + 1).word == "slow"
    assert health(took_s=SLOW_S).word == "ok"


@pytest.mark.parametrize(
    ("was", "word", "told"),
    [
        ("ok", "failing", "feed.failing"),
        ("silent", "gone", "feed.failing"),
        ("failing", "gone", ""),
        ("failing", "ok", "feed.recovered"),
        ("gone", "slow", "feed.recovered"),
        ("ok", "silent", ""),
    ],
)
def test_what_begins_and_ends_to_fail_is_told(was: FeedWord, word: FeedWord, told: str) -> None:
    assert FeedHealth(feed_url="f", at=NOW, word=word, was=was, next_poll_at=NOW).told_as == told
