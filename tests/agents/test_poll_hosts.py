"""Which feeds are polled by whom, and how many at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agents.topics import POLLS
from monitor.base.events import FeedPolled
from monitor.base.settings import FeedSettings
from monitor.feeds.feed_list import changing, outline_of
from tests.agents.polling import INTERVAL_S, Publisher, met, poll, polling, polls, role_of
from tests.agents.stage import Clock


async def test_a_feed_is_not_polled_twice_at_a_time_and_all_feeds_together_as_configured(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    publisher.gate = asyncio.Event()
    feeds = [publisher.url(feed, host) for feed in ("a", "b") for host in ("127.0.0.1", "localhost")]
    async with polling(tmp_path, publisher, clock, *feeds, poll__concurrency=3) as stage:
        await met(stage)
        clock.move(seconds=INTERVAL_S)
        for _ in range(3):
            await role_of(stage).start_due()
        await stage.until(lambda: len(publisher.requests) == 3)
        assert len({str(request.url) for request in publisher.requests}) == 3
        publisher.gate.set()
        # The fourth begins when one of them has ended, not when time is looked at again.
        await stage.until(lambda: len(polls(stage)) == 4)
        assert {one.feed_url for one in polls(stage)} == set(feeds)


async def test_feeds_of_one_host_share_a_partition(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    feeds = [publisher.url(feed, host) for feed in ("a", "b") for host in ("127.0.0.1", "localhost")]
    async with polling(tmp_path, publisher, clock, *feeds, broker__partitions=64) as stage:
        await poll(stage, clock, ends=4)
        role = role_of(stage)
        partitions = [role._partition(feed) for feed in stage.settings.feeds]
        assert partitions[0] == partitions[2] != partitions[1] == partitions[3]
        assert len(role.feeds) == 4


async def test_one_host_gets_no_more_requests_at_a_time_than_allowed(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.gate = asyncio.Event()
    urls = [publisher.url(f"b?{number}") for number in range(4)]
    async with polling(tmp_path, publisher, clock, *urls, poll__host_concurrency=2) as stage:
        await met(stage)
        clock.move(seconds=INTERVAL_S)
        await role_of(stage).start_due()
        await stage.until(lambda: len(publisher.requests) == 2)
        clock.move(seconds=5)
        await role_of(stage).start_due()
        assert len(role_of(stage)._under_way) == 2
        publisher.gate.set()
        await stage.until(lambda: len(polls(stage)) == 2)
        await stage.settled()
        clock.move(seconds=5)
        await role_of(stage).start_due()
        await stage.until(lambda: len(polls(stage)) == 4)


async def test_a_feed_that_is_added_to_the_list_is_polled_and_one_that_is_paused_is_not(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        with changing(tmp_path / "feeds.opml") as opml:
            opml.outlines.append(outline_of(FeedSettings(url=publisher.url("b"))))
            opml.outlines.append(outline_of(FeedSettings(url=publisher.url("b", "localhost"), paused=True)))
        await role_of(stage).refresh()
        publisher.requests.clear()
        await poll(stage, clock, ends=2)
        await poll(stage, clock, ends=2)
        assert {request.host.partition(":")[0] + request.path for request in publisher.requests} == {
            "127.0.0.1/a",
            "127.0.0.1/b",
        }


async def test_a_feed_that_was_taken_out_of_the_configuration_is_not_polled(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    async with polling(tmp_path, publisher, clock, publisher.url("a"), publisher.url("b")) as stage:
        await poll(stage, clock, ends=2)
        publisher.requests.clear()
    async with polling(tmp_path, publisher, clock, publisher.url("b")) as stage:
        await poll(stage, clock)
        await stage.put(POLLS, "k", FeedPolled(feed_url=publisher.url("a"), at=clock.now))
        assert [request.path for request in publisher.requests] == ["/b"]
