"""The role that shows: what the page lists, and lists again after a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agents import view as view_module
from agents.topics import ALERTS, POLLS
from agents.view import ShowView
from monitor.base.events import Alert, FeedHealth, FeedPolled, StoryUpdated
from monitor.base.settings import FeedSettings
from monitor.feeds.feed_list import changing, outline_of
from tests.agents.alerts import alert
from tests.agents.stage import START, Stage, staged

FEEDS = [{"url": "https://a.example/feed"}, {"url": "https://b.example/feed"}]


def polled(host: str, second: int = 0, error: str = "") -> FeedPolled:
    """The end of a poll."""
    return FeedPolled(feed_url=f"https://{host}.example/feed", at=START + timedelta(seconds=second), error=error)


def titles(stage: Stage) -> list[str]:
    """The alerts of the page, the latest first."""
    return [one.article.title for one in stage.service.parts.view.latest(10) if isinstance(one, Alert)]


def feeds(stage: Stage) -> dict[str, str]:
    """The feeds of the page with what is wrong with them."""
    return {one.polled.feed_url: one.polled.error for one in stage.service.parts.view.feeds}


async def test_alerts_and_feeds_are_shown_and_shown_again_after_a_restart(tmp_path: Path) -> None:
    shown = ["Copy 2", "Copy 1"], {"https://a.example/feed": "timeout", "https://b.example/feed": ""}
    async with staged(tmp_path, ShowView, feeds=FEEDS) as stage:
        await stage.put(ALERTS, "k", *(alert(n, START + timedelta(seconds=n)) for n in (1, 2)))
        await stage.put(POLLS, "k", polled("b"), polled("a"), polled("a", 9, "timeout"))
        assert (titles(stage), feeds(stage)) == shown
    async with staged(tmp_path, ShowView, feeds=FEEDS) as stage:
        assert (titles(stage), feeds(stage)) == shown
        await stage.put(ALERTS, "k", alert(2, START + timedelta(seconds=2)), alert(3, START + timedelta(seconds=3)))
        assert titles(stage) == ["Copy 3", "Copy 2", "Copy 1"], "a repeat is not shown twice"


async def test_a_correction_is_kept_among_the_alerts(tmp_path: Path) -> None:
    first = alert(1, START)
    update = StoryUpdated(alert_id="alt_9", at=START, previous_origin=first.article, story=first.story)
    for put in ([first, update], []):
        async with staged(tmp_path, ShowView) as stage:
            await stage.put(ALERTS, "k", *put)
            assert update in stage.service.parts.view.latest(10)


async def test_a_feed_that_is_no_longer_configured_is_not_shown(tmp_path: Path) -> None:
    async with staged(tmp_path, ShowView, feeds=FEEDS) as stage:
        await stage.put(POLLS, "k", polled("a"), polled("b"), polled("c"))
        assert set(feeds(stage)) == {"https://a.example/feed", "https://b.example/feed"}
    async with staged(tmp_path, ShowView, feeds=FEEDS[:1]) as stage:
        await stage.settled()
        assert set(feeds(stage)) == {"https://a.example/feed"}


async def test_the_table_keeps_the_latest_alerts_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "KEPT_ALERTS", 5)
    async with staged(tmp_path, ShowView) as stage:
        role = stage.service.roles[0]
        assert isinstance(role, ShowView)
        await stage.put(ALERTS, "k", *(alert(n, START + timedelta(seconds=n)) for n in range(10)))
        assert len(role.alerts) == 10
        await stage.put(ALERTS, "k", alert(10, START + timedelta(seconds=10)))
        latest = {one.alert_id.encode() for one in stage.service.parts.view.latest(5)}
        assert set(role.alerts) == latest and len(latest) == 5


async def test_how_a_feed_does_is_shown_after_a_restart_too(tmp_path: Path) -> None:
    url = FEEDS[0]["url"]
    told = FeedHealth(feed_url=url, at=START, word="failing", reason="refuses access", next_poll_at=START)
    for put in ([polled("a"), told], []):
        async with staged(tmp_path, ShowView, feeds=FEEDS) as stage:
            await stage.put(POLLS, "k", *put)
            shown = {one.polled.feed_url: one.health for one in stage.service.parts.view.feeds}
            assert shown[url] == told


async def test_a_feed_that_is_added_to_the_list_is_shown_and_one_that_is_removed_is_not(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    async with staged(tmp_path, ShowView, poll__feeds_file=str(path)) as stage:
        with changing(path) as opml:
            opml.outlines.append(outline_of(FeedSettings(url="https://a.example/feed")))
        await stage.put(POLLS, "k", polled("a"))
        assert set(feeds(stage)) == {"https://a.example/feed"}
        with changing(path) as opml:
            opml.outlines.clear()
        role = stage.service.roles[0]
        assert isinstance(role, ShowView)
        await role.refresh()
        assert not feeds(stage)
