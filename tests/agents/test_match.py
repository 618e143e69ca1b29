"""The role that matches: what a shard answers, remembers, forgets, and knows again after a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from agents import match as match_module
from agents.match import EXPIRY_EVERY, GUEST_TIME, LONG_TEXT_CHARACTERS, MatchArticles
from agents.role import Message
from agents.topics import ANSWERS, FINGERPRINTS, partition_of
from monitor.base.errors import EventError
from monitor.base.events import Article, Fingerprint, Match, ShardAnswer, Tick
from monitor.base.packed import unpack
from monitor.fingerprint.fingerprint import fingerprint
from tests.agents.articles import article, prose
from tests.agents.stage import START, Clock, Stage, staged

FIRST = article("first", prose(1))
COPY = article("copy", prose(1), seen_at=START + timedelta(seconds=1))
OTHER = article("other", prose(2), seen_at=START + timedelta(seconds=2))


async def put(stage: Stage, *articles: Article, shard: int = 0) -> None:
    """Hand fingerprints to a shard, and wait until it has answered."""
    await stage.put(FINGERPRINTS, "k", *map(fingerprint, articles), partition=shard)


def answers(stage: Stage) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of each answer the article and its matches, as later and earlier article; in the order of the answers."""
    return [
        (one.article.id, [(match.article.id, match.earlier.id) for match in one.matches])
        for one in stage.read(ANSWERS, ShardAnswer)
    ]


def role_of(stage: Stage) -> MatchArticles:
    """The role."""
    role = stage.service.roles[0]
    assert isinstance(role, MatchArticles)
    return role


def stored(stage: Stage) -> set[str]:
    """Keys of what the shards remember."""
    return {key.decode() for key in role_of(stage).fingerprints}


async def test_a_copy_matches_what_it_was_copied_from_and_every_article_is_answered(tmp_path: Path) -> None:
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, FIRST, OTHER, COPY)
        assert answers(stage) == [("art_first", []), ("art_other", []), ("art_copy", [("art_copy", "art_first")])]
        answer = stage.read(ANSWERS, ShardAnswer)[2]
        assert (answer.shard, answer.shards) == (0, 1)
        (match,) = answer.matches
        assert match.kind == "verbatim" and match.passages and match.containment > 0.95
        assert unpack(match.packed) == fingerprint(COPY).text
        assert stage.count("verified") == 1


async def test_an_article_is_answered_before_it_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What dies between the two asks the same question again and must not find itself, or lose the answer."""
    async with staged(tmp_path, MatchArticles) as stage:
        role = role_of(stage)
        send = role.send

        async def dying(*messages: Message) -> None:
            await send(*messages)
            if messages[0].topic is ANSWERS:
                raise EventError("died here")

        monkeypatch.setattr(role, "send", dying)
        await put(stage, FIRST)
        assert answers(stage) == [("art_first", [])] and not stored(stage)


async def test_a_repeat_gets_the_same_answer(tmp_path: Path) -> None:
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, FIRST, COPY, COPY, FIRST)
        _, once, again, first = stage.read(ANSWERS, ShardAnswer)
        assert once == again and stored(stage) == {"0:art_first", "0:art_copy"}
        assert [(match.article.id, match.earlier.id) for match in first.matches] == [("art_copy", "art_first")]
        assert unpack(first.matches[0].packed) == fingerprint(COPY).text, "the later one's, whoever is answered"


async def test_a_revision_replaces_what_was_stored(tmp_path: Path) -> None:
    revised = article("first", prose(3), revision=2)
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, FIRST, revised, COPY, article("late", prose(3), seen_at=START + timedelta(seconds=9)))
        assert answers(stage)[2:] == [("art_copy", []), ("art_late", [("art_late", "art_first")])]
        assert stage.read(ANSWERS, ShardAnswer)[3].matches[0].earlier.revision == 2


async def test_a_revision_that_comes_out_of_order_is_ignored(tmp_path: Path) -> None:
    revised = article("first", prose(3), revision=2)
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, revised, FIRST, COPY)
        assert answers(stage) == [("art_first", []), ("art_copy", [])]


async def test_below_the_configured_score_nothing_matches(tmp_path: Path) -> None:
    async with staged(tmp_path, MatchArticles, match__min_score=1.0) as stage:
        await put(stage, FIRST, COPY)
        assert stage.count("verified") == 1 and answers(stage)[1] == ("art_copy", [])


async def test_old_articles_are_forgotten_when_a_tick_says_so_and_not_before(tmp_path: Path) -> None:
    clock = Clock()
    late = article("late", prose(1), seen_at=START + timedelta(days=15))
    async with staged(tmp_path, MatchArticles, clock=clock, match__retention_days=14) as stage:
        await put(stage, FIRST)
        await role_of(stage).call_time()
        clock.move(days=14)
        await role_of(stage).call_time()
        await stage.settled()
        assert stored(stage) == {"0:art_first"}
        clock.now += EXPIRY_EVERY
        await role_of(stage).call_time()
        await stage.settled()
        assert not stored(stage)
        await put(stage, late)
        assert answers(stage)[-1] == ("art_late", [])
    async with staged(tmp_path, MatchArticles, clock=clock) as stage:
        await stage.settled()
        assert stored(stage) == {"0:art_late"}, "what is forgotten stays so after a restart"


async def test_ticks_are_sent_at_the_start_hourly_and_while_there_are_guests(tmp_path: Path) -> None:
    clock = Clock()
    async with staged(tmp_path, MatchArticles, clock=clock, broker__shards=2) as stage:
        for wait, ticks in ((timedelta(), 1), (timedelta(minutes=59), 1), (timedelta(minutes=1), 2)):
            clock.now += wait
            await role_of(stage).call_time()
            await stage.settled()
            assert len(stage.read(FINGERPRINTS, Tick)) == 2 * ticks, "one a shard"
        await put(stage, named_for(1, "guest", prose(1), seen_at=clock.now), shard=0)
        await role_of(stage).call_time()
        assert len(stage.read(FINGERPRINTS, Tick)) == 6


def named_for(shard: int, name: str, text: str, **more: Any) -> Article:
    """An article that this one of two shards owns."""
    names = (f"{name}{number}" for number in range(100))
    owned = (one for one in names if partition_of(f"art_{one}".encode(), 2) == shard)
    return article(next(owned), text, **more)


async def test_copies_that_reach_two_shards_in_opposite_orders_are_found(tmp_path: Path) -> None:
    """Each shard reads the article of the other one first: without guests neither would know the other's."""
    one = named_for(0, "one", prose(1))
    two = named_for(1, "two", prose(1), seen_at=START + timedelta(seconds=1))
    async with staged(tmp_path, MatchArticles, broker__shards=2) as stage:
        await put(stage, two, one, shard=0)
        await put(stage, one, two, shard=1)
        found = {match for _, matches in answers(stage) for match in matches}
        assert found == {(two.id, one.id)}, "and the right way round"


async def test_an_owner_keeps_its_article_and_a_guest_leaves_after_a_minute(tmp_path: Path) -> None:
    clock = Clock()
    one = named_for(0, "one", prose(1))
    async with staged(tmp_path, MatchArticles, clock=clock, broker__shards=2) as stage:
        await put(stage, one, shard=0)
        await put(stage, one, shard=1)
        assert stored(stage) == {f"0:{one.id}", f"1:{one.id}"}
        clock.now += GUEST_TIME + timedelta(seconds=1)
        await role_of(stage).call_time()
        await stage.settled()
        assert stored(stage) == {f"0:{one.id}"}


async def test_a_restart_gives_the_same_matches(tmp_path: Path) -> None:
    one, two = named_for(0, "one", prose(1)), named_for(1, "two", prose(2))
    copies = [
        article("copy1", prose(1), seen_at=START + timedelta(seconds=5)),
        article("copy2", prose(2), seen_at=START + timedelta(seconds=6)),
        article("revised", prose(3), seen_at=START + timedelta(seconds=7)),
    ]
    before = [one, two, replace(two, text=prose(3), revision=2)]

    async def answered(stage: Stage) -> list[ShardAnswer]:
        for shard in (0, 1):
            await put(stage, *copies, shard=shard)
        return [one for one in stage.read(ANSWERS, ShardAnswer) if one.article.id in {copy.id for copy in copies}]

    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    async with staged(folders[0], MatchArticles, broker__shards=2) as stage:
        for shard in (0, 1):
            await put(stage, *before, shard=shard)
        undisturbed = await answered(stage)
    async with staged(folders[1], MatchArticles, broker__shards=2) as stage:
        for shard in (0, 1):
            await put(stage, *before, shard=shard)
    async with staged(folders[1], MatchArticles, broker__shards=2) as stage:
        assert await answered(stage) == undisturbed
    assert sorted({match.earlier.id for one in undisturbed for match in one.matches}) == sorted({one.id, two.id})


async def test_long_texts_are_compared_in_a_thread_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    verified = match_module._verified

    def noted(stored: bytes, others: Iterable[bytes], least: float) -> tuple[Match, ...]:
        threads.append(threading.get_ident() == threading.main_thread().ident)
        return verified(stored, others, least)

    monkeypatch.setattr(match_module, "_verified", noted)
    long = article("long", prose(1) + " " + prose(5, words=LONG_TEXT_CHARACTERS // 6))
    assert len(long.text) > LONG_TEXT_CHARACTERS
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, FIRST, COPY, long)
    assert threads == [True, False]


async def test_an_answer_holds_the_best_match_only_and_every_later_article(tmp_path: Path) -> None:
    """Ten copies are in the index; with each of them the next one matches."""
    copies = [article(f"copy{n}", prose(1), seen_at=START + timedelta(seconds=n + 1)) for n in range(10)]
    early = article("early", prose(1), seen_at=START - timedelta(seconds=1))
    async with staged(tmp_path, MatchArticles) as stage:
        await put(stage, *copies)
        assert answers(stage)[-1] == ("art_copy9", [("art_copy9", "art_copy0")])
        await put(stage, early)
        assert sorted(answers(stage)[-1][1]) == [(copy.id, "art_early") for copy in copies]


async def test_bytes_of_a_fingerprint_that_cannot_be_used_become_a_dead_letter(tmp_path: Path) -> None:
    broken = Fingerprint(article=FIRST.ref(), text="x", signature=b"123")
    async with staged(tmp_path, MatchArticles) as stage:
        await stage.put(FINGERPRINTS, "k", broken)
        await put(stage, FIRST, COPY)
        assert stage.count("dead_lettered.match") == 1 and answers(stage)[-1][1] == [("art_copy", "art_first")]
