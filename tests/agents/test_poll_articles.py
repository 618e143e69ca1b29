"""What becomes of the entries of feeds: new articles, revisions, and what is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from agents.role import Message
from agents.sweep import SWEEP_EVERY
from agents.topics import ARTICLES, DEAD_LETTERS, POLLS
from monitor.articles.seen import FORGET
from monitor.base.errors import EventError
from monitor.base.events import Article, DeadLetter
from tests.agents.articles import prose
from tests.agents.polling import Publisher, entries, met, poll, polling, polls, published, role_of
from tests.agents.stage import START, Clock


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
        assert len(entries(stage)) == 4, "what is as it was is worth no event"
        assert stage.count("polled.ok") == 2


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
        for entry in entries(stage)[-1:]:
            # The worker died after it had learnt from the article and before it remembered that it had seen it.
            for key in [key for key in role.seen if key.endswith(entry.article.id.encode())]:
                monkeypatch.setitem(role.seen.data, key, None)
            await stage.put(POLLS, "127.0.0.1", entry)
        articles = stage.read(ARTICLES, Article)
    assert len(articles) == 4 and articles[-1] == articles[-2] and articles[-1].blocks == (PITCH,)


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
