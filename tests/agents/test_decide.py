"""The role that decides: alerts before state, time as ticks, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents import decide as decide_module
from agents.decide import SLACK, Decide
from agents.role import Message
from agents.sweep import SWEEP_EVERY
from agents.topics import ALERTS, ANSWERS
from monitor.base.errors import EventError
from monitor.base.events import Alert, ArticleRef, Match, ShardAnswer, StorySplit, Tick
from monitor.stories.expiry import UNMATCHED_KEPT
from tests.agents.stage import START, Clock, Stage, staged


@pytest.fixture(autouse=True)
def no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests say when the role looks at the clock."""
    monkeypatch.setattr(decide_module, "TIMER_S", 3600.0)


def ref(name: str, second: int) -> ArticleRef:
    """An article of a source of its own."""
    return ArticleRef(
        id=f"art_{name}",
        url=f"https://{name}.example/",
        source=f"{name}.example",
        first_seen_at=START + timedelta(seconds=second),
    )


ORIGIN, COPY, LATER = ref("origin", 0), ref("copy", 1), ref("later", 2)


def match(article: ArticleRef, earlier: ArticleRef, score: float = 0.9) -> Match:
    """A verified pair."""
    return Match(
        article=article, earlier=earlier, kind="edited", score=score, jaccard=0.5, containment=0.8, coverage=0.7
    )


def answer(article: ArticleRef, *earlier: ArticleRef, shard: int = 0, shards: int = 1) -> ShardAnswer:
    """One shard's answer."""
    return ShardAnswer(
        article=article, shard=shard, shards=shards, matches=tuple(match(article, one) for one in earlier)
    )


def pairs(stage: Stage) -> list[tuple[str, str]]:
    """The alerts, as article and what it matched."""
    return [(one.article.id, one.match.earlier.id) for one in stage.read(ALERTS, Alert)]


def role_of(stage: Stage) -> Decide:
    """The role."""
    role = stage.service.roles[0]
    assert isinstance(role, Decide)
    return role


def state(stage: Stage) -> dict[str, dict[bytes, bytes]]:
    """All tables."""
    return {name: dict(table) for name, table in role_of(stage).tables.items()}


async def test_a_match_becomes_an_alert_with_its_story(tmp_path: Path) -> None:
    clock = Clock()
    clock.move(seconds=4)
    async with staged(tmp_path, Decide, clock=clock) as stage:
        await stage.put(ANSWERS, "k", answer(ORIGIN), answer(COPY, ORIGIN), answer(LATER, ORIGIN))
        first, second = stage.read(ALERTS, Alert)
        assert pairs(stage) == [("art_copy", "art_origin"), ("art_later", "art_origin")]
        assert first.story.id == second.story.id and second.story.origin == ORIGIN
        assert (second.story.articles, second.story.sources) == (3, 3)
        assert (stage.count("alerts"), stage.count("matched.edited")) == (2, 2)
        assert stage.count("article_to_alert_seconds_sum") == 3 + 2, "from when the article was seen"


async def test_alerts_are_sent_before_anything_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it dies in between, the same answer brings the same alert again; the other way round it would be lost."""
    async with staged(tmp_path, Decide) as stage:
        await stage.put(ANSWERS, "k", answer(ORIGIN))
        role, before = role_of(stage), state(stage)
        send, deaths = role.send, [EventError("died here")]

        async def dying(*messages: Message) -> None:
            await send(*messages)
            if messages and messages[0].topic is ALERTS and deaths:
                raise deaths.pop()

        monkeypatch.setattr(role, "send", dying)
        await stage.put(ANSWERS, "k", answer(COPY, ORIGIN))
        assert len(pairs(stage)) == 1 and state(stage) == before
        await stage.put(ANSWERS, "k", answer(COPY, ORIGIN))
        first, again = stage.read(ALERTS, Alert)
        assert first == again and state(stage) != before


@pytest.mark.parametrize("restart", [False, True])
async def test_a_repeat_changes_nothing(tmp_path: Path, restart: bool) -> None:
    events = answer(ORIGIN), answer(COPY, ORIGIN), answer(LATER, COPY)
    async with staged(tmp_path, Decide) as stage:
        await stage.put(ANSWERS, "k", *events)
        before = state(stage)
        if not restart:
            await stage.put(ANSWERS, "k", *events)
            assert (len(pairs(stage)), state(stage)) == (2, before)
    if restart:
        async with staged(tmp_path, Decide) as stage:
            assert state(stage) == before, "the tables are recovered"
            await stage.put(ANSWERS, "k", *events)
            assert (len(pairs(stage)), state(stage)) == (2, before)


async def test_an_article_waits_for_every_shard(tmp_path: Path) -> None:
    async with staged(tmp_path, Decide) as stage:
        await stage.put(ANSWERS, "k", *(answer(ORIGIN, shard=shard, shards=2) for shard in (0, 1)))
        await stage.put(ANSWERS, "k", answer(COPY, ORIGIN, shard=0, shards=2))
        assert not pairs(stage)
        await stage.put(ANSWERS, "k", answer(COPY, shard=1, shards=2))
        assert pairs(stage) == [("art_copy", "art_origin")]


async def timed_out(folder: Path, **waits: Any) -> tuple[list[tuple[str, str]], int]:
    """The alerts, and the number of ticks, for a shard that does not answer while so much time goes by twice."""
    clock = Clock()
    async with staged(folder, Decide, clock=clock, match__gather_timeout_s=30) as stage:
        clock.now += SWEEP_EVERY / 2
        await role_of(stage).call_time()
        await stage.settled()
        already = len(stage.read(ANSWERS, Tick))
        await stage.put(ANSWERS, "k", answer(ORIGIN), answer(COPY, ORIGIN, shard=0, shards=2))
        for _ in range(2):
            await role_of(stage).call_time()
            await stage.settled()
            clock.move(**waits)
        await role_of(stage).call_time()
        await stage.settled()
        return pairs(stage), len(stage.read(ANSWERS, Tick)) - already


async def test_an_article_whose_shard_does_not_answer_is_decided_when_its_time_is_up(tmp_path: Path) -> None:
    assert await timed_out(tmp_path, seconds=15) == ([("art_copy", "art_origin")], 2)


async def test_before_its_time_is_up_it_waits(tmp_path: Path) -> None:
    assert await timed_out(tmp_path, seconds=14.9) == ([], 1)


async def test_a_late_answer_brings_the_alert_that_was_missing(tmp_path: Path) -> None:
    clock = Clock()
    async with staged(tmp_path, Decide, clock=clock) as stage:
        await stage.put(ANSWERS, "k", answer(ORIGIN), answer(COPY, shard=0, shards=2))
        for _ in range(2):
            await role_of(stage).call_time()
            await stage.settled()
            clock.move(seconds=31)
        assert not pairs(stage) and not role_of(stage).tables["gathers"]
        await stage.put(ANSWERS, "k", answer(COPY, ORIGIN, shard=1, shards=2))
        assert pairs(stage) == [("art_copy", "art_origin")]


async def test_time_is_sent_only_when_it_changes_something(tmp_path: Path) -> None:
    clock = Clock()
    async with staged(tmp_path, Decide, clock=clock) as stage:
        for _ in range(3):
            await role_of(stage).call_time()
            await stage.settled()
        assert len(stage.read(ANSWERS, Tick)) == 1, "the first sweep, and no more"
        clock.now += SWEEP_EVERY
        await role_of(stage).call_time()
        await stage.settled()
        assert len(stage.read(ANSWERS, Tick)) == 2


async def test_what_is_old_is_forgotten_and_a_story_not_before_its_articles(tmp_path: Path) -> None:
    clock = Clock()
    async with staged(tmp_path, Decide, clock=clock, match__retention_days=14) as stage:
        await stage.put(ANSWERS, "k", answer(ORIGIN), answer(COPY, ORIGIN), answer(LATER))
        sizes = {}
        for at in (UNMATCHED_KEPT + timedelta(minutes=1), timedelta(days=14) + SLACK, timedelta(days=16)):
            clock.now = START + at
            await role_of(stage).call_time()
            await stage.settled()
            sizes[at] = {name: len(table) for name, table in state(stage).items()}
    kept = {"stories": 1, "sources": 2, "members": 2, "gathers": 0}
    assert list(sizes.values()) == [kept, kept, dict.fromkeys(kept, 0)]


async def test_an_article_that_was_matched_by_mistake_leaves_its_story(tmp_path: Path) -> None:
    async with staged(tmp_path, Decide) as stage:
        await stage.put(ANSWERS, "k", answer(ORIGIN), answer(COPY, ORIGIN), answer(LATER, ORIGIN))
        *_, told = stage.read(ALERTS, Alert)
        assert told.story.articles == 3
        order = StorySplit(story=told.story.id, article=COPY.id, source=COPY.source)
        await stage.put(ANSWERS, "k", order, order)
        fourth = ref("fourth", 3)
        await stage.put(ANSWERS, "k", answer(fourth, ORIGIN))
        *_, told = stage.read(ALERTS, Alert)
        assert (told.article.id, told.story.articles, told.story.sources) == (fourth.id, 3, 3)
