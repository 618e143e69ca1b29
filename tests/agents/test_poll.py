"""The role that polls, on a real log, over real HTTP on this machine, in a time that the tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents import poll as poll_module
from agents.poll import KEPT_PROBLEMS, PollFeeds
from agents.role import Message
from agents.sweep import SWEEP_EVERY
from agents.topics import ARTICLES, DEAD_LETTERS, POLLS
from monitor.articles.seen import FORGET
from monitor.base.errors import EventError
from monitor.base.events import Article, DeadLetter, FeedEntry, FeedHealth, FeedPolled
from monitor.base.settings import FeedSettings
from monitor.feeds.feed_list import changing, outline_of
from tests.agents.articles import prose
from tests.agents.stage import START, Clock, Stage, staged

INTERVAL_S = 300.0


class Publisher:
    """Serves feeds by path; keeps what was asked."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}
        """Of each feed the entries, newest first: slug and text."""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: str | None = None
        self.requests: list[web.Request] = []
        self.gate: asyncio.Event | None = None
        self.pages: dict[str, str | None] = {"robots.txt": ""}
        """By path; None is an error of the server."""
        application = web.Application()
        application.router.add_get("/{feed}", self.answer)
        self.server = TestServer(application)

    async def answer(self, request: web.Request) -> web.Response:
        """The feed as RSS, or whatever is set."""
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        feed = request.match_info["feed"]
        if feed in self.pages:
            page = self.pages[feed]
            return web.Response(text=page, content_type="text/html") if page is not None else web.Response(status=500)
        if feed == "a" and self.status != 200:
            return web.Response(status=self.status, headers=self.headers)
        etag = self.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=self.headers)
        body = rss(self.feeds[feed]) if self.body is None else self.body
        return web.Response(text=body, content_type="application/rss+xml", headers=self.headers)

    def url(self, feed: str, host: str = "127.0.0.1") -> str:
        """URL of a feed; `localhost` is another host to Wirewatch."""
        return f"http://{host}:{self.server.port}/{feed}"


def rss(entries: list[tuple[str, str]]) -> str:
    """A feed of these entries."""
    items = "".join(
        f"<item><title>On {slug}</title><link>https://wire.example/{slug}</link><description>{text}</description></item>"
        if slug
        else "<item><category>nothing</category></item>"
        for slug, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    """A publisher that is up."""
    made = Publisher()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture(autouse=True)
def no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests say when the role looks at the clock."""
    monkeypatch.setattr(poll_module, "SWEEP_TIMER_S", 3600.0)


def polling(
    folder: Path, publisher: Publisher, clock: Clock, *feeds: str, **settings: Any
) -> AbstractAsyncContextManager[Stage]:
    """The role with these feeds, or with feed a."""
    usual: dict[str, Any] = {
        "poll__jitter": 0.0,
        "poll__max_interval_s": INTERVAL_S,
        "poll__host_concurrency": 10,
        "poll__host_spacing_s": 0,
        "poll__feeds_file": str(folder / "feeds.opml"),
        "pages__full_text": False,
    }
    return staged(
        folder,
        PollFeeds,
        clock=clock,
        feeds=[{"url": url} for url in feeds or (publisher.url("a"),)],
        fetch__allow_private_addresses=True,
        poll__interval_s=INTERVAL_S,
        **usual | settings,
        # The tests call it themselves.
        poll__tick_s=60,
    )


def role_of(stage: Stage) -> PollFeeds:
    """The role."""
    role = stage.service.roles[0]
    assert isinstance(role, PollFeeds)
    return role


def polls(stage: Stage) -> list[FeedPolled]:
    """The ends of all polls."""
    return stage.read(POLLS, FeedPolled)


async def met(stage: Stage) -> None:
    """Let the role see feeds that are new to it: their first poll is a moment later."""
    await stage.settled()
    await role_of(stage).start_due()


async def poll(stage: Stage, clock: Clock, *, wait_s: float = INTERVAL_S, ends: int = 1) -> None:
    """Let time go by, start what is due, and wait until so many polls have ended and are handled."""
    await met(stage)
    clock.move(seconds=wait_s)
    known = len(polls(stage))
    await role_of(stage).start_due()
    await stage.until(lambda: len(polls(stage)) >= known + ends)
    await stage.settled()


def published(stage: Stage) -> list[tuple[str, int]]:
    """What went on to be fingerprinted: the last part of the URL, and the revision."""
    return [(one.url.rpartition("/")[2], one.revision) for one in stage.read(ARTICLES, Article)]


async def test_new_revised_unchanged_and_rejected_entries_are_counted_and_told_apart(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("two", prose(2)), ("one", prose(1)), ("", "")]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        assert published(stage) == [("one", 1), ("two", 1)], "the oldest first"
        publisher.feeds["a"] = [("three", prose(3)), ("two", prose(4)), ("one", prose(1))]
        await poll(stage, clock)
        assert published(stage)[2:] == [("two", 2), ("three", 1)]
        revised = stage.read(ARTICLES, Article)[2]
        assert revised.text == prose(4) and revised.first_seen_at < clock.now
        counted = {kind: stage.count(f"articles.{kind}") for kind in ("new", "revised", "unchanged", "rejected")}
        assert counted == {"new": 3, "revised": 1, "unchanged": 1, "rejected": 1}
        first, second = polls(stage)
        assert (first.entries, first.rejected, second.entries, second.rejected) == (3, 1, 3, 0)
        assert "neither title nor text" in first.problems[0]
        assert len(stage.read(POLLS, FeedEntry)) == 4, "what is as it was is worth no event"
        assert stage.count("polled.ok") == 2


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


async def test_what_was_seen_survives_a_restart(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
    publisher.feeds["a"] = [("one", prose(2))]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        assert published(stage) == [("one", 1), ("one", 2)]
        assert stage.count("articles.unchanged") == 1


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

    monkeypatch.setattr(poll_module, "parse", broken)
    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        clock.move(seconds=INTERVAL_S - 1)
        await role_of(stage).start_due()
        assert not role_of(stage)._under_way and len(publisher.requests) == 1
        (end,) = polls(stage)
        assert end.error == "bug" and "cannot be read (ZeroDivisionError: a bug); this is a bug" in end.message
    assert "a bug" in caplog.text


async def test_entries_with_one_url_are_one_article_and_not_each_others_revisions(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("live#2", prose(2)), ("live#1", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        await met(stage)
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
    assert (article.url, article.text, article.revision) == ("https://wire.example/live", prose(2), 1)


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


async def test_an_entry_is_published_before_it_is_remembered(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        role = role_of(stage)
        send, deaths = role.send, [EventError("died here")]

        async def dying(*messages: Message) -> None:
            await send(*messages)
            if messages[0].topic is ARTICLES and deaths:
                raise deaths.pop()

        monkeypatch.setattr(role, "send", dying)
        await poll(stage, clock)
        assert published(stage) == [("one", 1)] and not role.seen
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        await stage.put(POLLS, "127.0.0.1", letter.value)
        first, again = stage.read(ARTICLES, Article)
        assert first == again and len(role.seen) == 1


PITCH = "Read by every lighthouse keeper of the coast: support the paper that has never missed a ferry."


async def test_what_a_source_repeats_is_learnt_over_polls_and_restarts(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    for number in range(5):
        publisher.feeds["a"].insert(0, (f"n{number}", f"{prose(number)}&lt;p&gt;{PITCH}&lt;/p&gt;"))
        async with polling(tmp_path, publisher, clock) as stage:
            await stage.settled()
            await poll(stage, clock)
            articles = stage.read(ARTICLES, Article)
    assert [one.blocks for one in articles] == [(), (), (PITCH,), (PITCH,), (PITCH,)]
    assert all(one.text.endswith(PITCH) for one in articles), "the text stays whole for credits and revisions"


async def test_an_article_that_is_handled_again_after_a_crash_has_the_same_blocks(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    publisher.feeds["a"] = [(f"n{number}", f"{prose(number)}&lt;p&gt;{PITCH}&lt;/p&gt;") for number in range(3)]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        role = role_of(stage)
        for entry in stage.read(POLLS, FeedEntry)[-1:]:
            # The worker died after it had learnt from the article and before it remembered that it had seen it.
            for key in [key for key in role.seen if key.endswith(entry.article.id.encode())]:
                monkeypatch.setitem(role.seen.data, key, None)
            await stage.put(POLLS, "127.0.0.1", entry)
        articles = stage.read(ARTICLES, Article)
    assert len(articles) == 4 and articles[-1] == articles[-2] and articles[-1].blocks == (PITCH,)


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
        await stage.until(lambda: len(polls(stage)) == 3)
        await stage.settled()
        await poll(stage, clock, wait_s=0)
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


async def test_articles_that_no_feed_lists_any_more_are_forgotten(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        role = role_of(stage)
        clock.now += FORGET + timedelta(seconds=1)
        await role.call_time()
        await stage.settled()
        assert (len(role.seen), len(role.blocks)) == (1, 0), "the feed was not read since, so the article may be in it"
        publisher.feeds["a"] = []
        await poll(stage, clock)
        clock.move(seconds=SWEEP_EVERY.total_seconds())
        await role.call_time()
        await stage.settled()
        clock.move(seconds=SWEEP_EVERY.total_seconds())
        await role.call_time()
        await stage.settled()
        assert (len(role.seen), len(role.names)) == (0, 0)


async def test_what_a_static_feed_keeps_listing_never_returns_as_new(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["a"] = [("one", prose(1))]
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        for _ in range(3):
            clock.now += FORGET + timedelta(days=1)
            await role_of(stage).call_time()
            await stage.settled()
            await poll(stage, clock)
        assert published(stage) == [("one", 1)]


async def test_a_feed_that_changes_its_guids_moves_host_and_turns_around_brings_nothing_new(
    tmp_path: Path, publisher: Publisher
) -> None:
    def document(host: str, guid: str, numbers: Sequence[int]) -> str:
        items = "".join(
            f"<item><title>On {at}</title><link>https://{host}/{at}</link><guid>{guid}{at}</guid>"
            f"<description>{prose(at)}</description></item>"
            for at in numbers
        )
        return f"<rss><channel>{items}</channel></rss>"

    clock = Clock()
    async with polling(tmp_path, publisher, clock) as stage:
        for host, guid, numbers in (
            ("old.example", "a", range(5)),
            ("old.example", "b", range(5)),
            ("m.old.example", "b", [4, 3, 2, 1, 0]),
            ("new.example", "b", range(5)),
            ("third.example", "c", range(5)),
        ):
            publisher.body = document(host, guid, numbers)
            await poll(stage, clock)
        assert len(published(stage)) == 5
        publisher.body = document("third.example", "c", range(6))
        await poll(stage, clock)
        assert published(stage)[5:] == [("5", 1)]


async def test_what_was_old_when_a_feed_was_first_seen_is_published_quietly(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()

    def item(slug: str, at: datetime | None) -> str:
        date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
        return (
            f"<item><link>https://wire.example/{slug}</link><description>{slug} {prose(1)}</description>{date}</item>"
        )

    items = [item("undated", None), item("fresh", START), item("old", START - timedelta(days=2))]
    async with polling(tmp_path, publisher, clock) as stage:
        publisher.body = f"<rss><channel>{''.join(items)}</channel></rss>"
        await poll(stage, clock)
        publisher.body = f"<rss><channel>{item('undated-later', None)}{''.join(items)}</channel></rss>"
        await poll(stage, clock)
        quiet = {one.url.rpartition("/")[2]: one.quiet for one in stage.read(ARTICLES, Article)}
    assert quiet == {"undated": True, "fresh": False, "old": True, "undated-later": False}


def whole_page(text: str, head: str = "") -> str:
    """A page with an article on it."""
    return f"<html><head>{head}</head><body><article><h1>On one</h1><p>{text}</p></article></body></html>"


def teaser(publisher: Publisher, text: str = "A short teaser.") -> None:
    """Let feed a give a teaser whose page the publisher serves."""
    link = publisher.url("page-one")
    publisher.body = f"<rss><channel><item><link>{link}</link><description>{text}</description></item></channel></rss>"


async def test_the_page_of_a_teaser_is_read_once(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1))
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == prose(1)
        assert stage.count("pages.read") == 1
    paths = [request.path for request in publisher.requests]
    assert paths == ["/a", "/robots.txt", "/page-one", "/a"]


async def test_a_page_that_robots_txt_forbids_is_not_read(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages |= {"page-one": whole_page(prose(1)), "robots.txt": "User-agent: Wirewatch\nDisallow: /page"}
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == "A short teaser."
        assert stage.count("pages.disallowed") == 1
    assert "/page-one" not in {request.path for request in publisher.requests}


async def test_a_page_behind_a_wall_leaves_the_teaser(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page("We value your privacy. We and our 900 partners store cookies.")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == "A short teaser."
        assert stage.count("pages.consent") == 1


async def test_a_page_that_fails_is_tried_again_and_then_revises_the_article(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = None
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        publisher.pages["page-one"] = whole_page(prose(1))
        await poll(stage, clock)
        await poll(stage, clock)
        assert [(one.text, one.revision) for one in stage.read(ARTICLES, Article)] == [
            ("A short teaser.", 1),
            (prose(1), 2),
        ]


async def test_the_canonical_address_of_a_page_is_the_articles_and_is_known_at_the_next_poll(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1), head="<link rel='canonical' href='/the-one'>")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.url == publisher.url("the-one")
        assert stage.count("pages.read") == 1


async def test_a_copy_that_names_the_originals_page_stays_an_article_of_its_own(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1), head="<link rel='canonical' href='https://wire.example/1'>")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.url == publisher.url("page-one")


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


async def test_a_permanent_redirect_is_followed_directly_from_then_on(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    publisher.feeds["b"] = [("one", prose(1))]
    publisher.status, publisher.headers = 301, {"Location": "/b"}
    async with polling(tmp_path, publisher, clock) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        assert [request.path for request in publisher.requests] == ["/a", "/b", "/b"]


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
