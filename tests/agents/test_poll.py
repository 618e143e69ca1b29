"""When feeds are polled, and how a poll ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import poll as poll_module
from agents.poll import KEPT_PROBLEMS
from agents.role import Message
from agents.topics import POLLS
from monitor.base.events import FeedHealth, FeedPolled
from tests.agents.articles import prose
from tests.agents.polling import INTERVAL_S, Publisher, met, poll, polling, polls, published, role_of
from tests.agents.stage import START, Clock


async def test_a_feed_is_polled_when_it_is_due_and_not_before(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        clock.move(seconds=INTERVAL_S - 1)
        await role_of(stage).start_due()
        assert not role_of(stage)._under_way and len(publisher.requests) == 1
        await poll(stage, clock, wait_s=1)
        assert len(publisher.requests) == 2


async def test_validators_survive_a_restart(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.headers = {"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 10:00:00 GMT"}
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
    async with polling(tmp_path, publisher, clock) as stage:
        await stage.settled()
        await poll(stage, clock)
        assert [one.status for one in polls(stage)] == [200, 304]
    asked = publisher.requests[1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"v1"', "Tue, 24 Nov 2026 10:00:00 GMT")


async def test_a_restart_polls_nothing_before_it_is_due(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
    async with polling(tmp_path, publisher, clock) as stage:
        await stage.settled()
        await role_of(stage).start_due()
        assert not role_of(stage)._under_way


async def test_a_failing_feed_is_polled_less_and_less_and_others_go_on(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.status = 403
    publisher.feeds["b"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock, publisher.url("a"), publisher.url("b")) as stage:
        await poll(stage, clock, ends=2)
        assert published(stage) == [("one", 1)]
        times: dict[str, list[float]] = {publisher.url("a"): [], publisher.url("b"): []}
        for at in range(2, 17):
            await poll(stage, clock, ends=2 if at in (2, 4, 8, 16) else 1)
        for one in polls(stage):
            times[one.feed_url].append((one.at - START).total_seconds() / INTERVAL_S)
        assert times[publisher.url("a")] == [1, 2, 4, 8, 16]
        assert times[publisher.url("b")] == list(range(1, 17))
        assert stage.count("polled.http_4xx") == 5
        publisher.status = 200
        await poll(stage, clock, wait_s=16 * INTERVAL_S, ends=2)
        await poll(stage, clock, ends=2)
        assert [one.error for one in polls(stage)].count("") == 16 + 2 * 2


async def test_retry_after_is_heeded(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.status, publisher.headers = 429, {"Retry-After": "3000"}
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        clock.move(seconds=2999)
        await role_of(stage).start_due()
        assert not role_of(stage)._under_way
        await poll(stage, clock, wait_s=1)
        assert len(publisher.requests) == 2


async def test_what_is_no_feed_is_told_with_a_fixed_reason(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.body = "<html><body>Sorry!</body></html>"
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        (end,) = polls(stage)
        assert (end.error, end.entries) == ("not_a_feed", 0) and publisher.url("a") in end.message


async def test_a_bug_in_reading_a_feed_does_not_make_us_ask_its_publisher_each_second(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(poll_module, "read_document", broken)
    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        clock.move(seconds=INTERVAL_S - 1)
        await role_of(stage).start_due()
        assert not role_of(stage)._under_way and len(publisher.requests) == 1
        (end,) = polls(stage)
        assert end.error == "bug" and "cannot be read (ZeroDivisionError: a bug); this is a bug" in end.message
    assert "a bug" in caplog.text


async def test_the_problems_of_a_feed_are_told_up_to_a_limit(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("", "")] * (KEPT_PROBLEMS + 5)
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        (end,) = polls(stage)
        assert (end.rejected, len(end.problems)) == (KEPT_PROBLEMS + 5, KEPT_PROBLEMS)


async def test_a_poll_whose_end_is_lost_in_a_crash_is_made_again_and_publishes_nothing_twice(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        role = role_of(stage)
        send = role.send

        async def dying(*messages: Message) -> None:
            if isinstance(messages[0].event, FeedPolled):
                raise ConnectionError("died here")
            await send(*messages)

        monkeypatch.setattr(role, "send", dying)
        await met(stage)
        clock.move(seconds=1)
        await role.start_due()
        await stage.until(lambda: published(stage) and not role._under_way)
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock, wait_s=1)
        assert published(stage) == [("one", 1)] and len(polls(stage)) == 1


async def test_a_permanent_redirect_is_followed_directly_from_then_on(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["b"] = [("one", prose(1))]
    publisher.status, publisher.headers = 301, {"Location": "/b"}
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        assert [request.path for request in publisher.requests] == ["/a", "/b", "/b"]


async def test_that_a_feed_fails_and_recovers_is_told_once(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.status = 403
    async with polling(tmp_path, publisher, clock) as stage:
        for _ in range(8):
            await met(stage)
            clock.move(seconds=INTERVAL_S)
            await role_of(stage).start_due()
            await stage.until(lambda: not role_of(stage)._under_way)
        publisher.status = 200
        await poll(stage, clock, wait_s=16 * INTERVAL_S)
        await poll(stage, clock)
        told = [one for one in stage.read(POLLS, FeedHealth) if one.told_as]
    assert [(one.told_as, one.word, one.was) for one in told] == [
        ("feed.failing", "failing", "ok"),
        ("feed.recovered", "ok", "failing"),
    ]
    assert "refuses access" in told[0].reason and told[0].next_poll_at > told[0].at
    assert stage.count("feed_changes.failing") == stage.count("feed_changes.recovered") == 1
