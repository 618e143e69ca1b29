"""The seed articles in all their orders: fingerprints, index, verifier and decision together, without a broker."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.base import ids
from monitor.base.events import Article, ArticleRef, Fingerprint, Match, ShardAnswer
from monitor.fingerprint.fingerprint import fingerprint
from monitor.index.index import Index
from monitor.match.text import Text
from monitor.match.verify import verify
from tests.unit.stories.desk import START, Desk, answer, tick

SEEDS = Path(__file__).resolve().parents[3].parent / "shared" / "seeds"
STRANGER = "004"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles (../shared/seeds) are not here")


@cache
def seeds() -> dict[str, Fingerprint]:
    """Fingerprints by the first three digits of the file names."""
    return {path.name[:3]: _fingerprint(path) for path in sorted(SEEDS.glob("*.txt"))}


def _fingerprint(path: Path) -> Fingerprint:
    article = Article(id=path.name[:3], url=path.name, first_seen_at=START, text=path.read_text("utf-8"))
    return fingerprint(article)


@cache
def verdict(later: str, earlier: str) -> Match | None:
    """The match of two seeds, whenever they were seen."""
    return verify(Text.of(seeds()[later]), Text.of(seeds()[earlier]))


def in_order(names: Sequence[str]) -> list[Fingerprint]:
    """The seeds, a second apart."""
    return [
        replace(seeds()[name], article=replace(seeds()[name].article, first_seen_at=START + timedelta(seconds=second)))
        for second, name in enumerate(names)
    ]


def answers(stream: Sequence[Fingerprint], shard: int, shards: int) -> Iterator[ShardAnswer]:
    """What a shard answers that sees the articles in this order and keeps the recent ones, whoever owns them."""
    index = Index(timedelta(days=1))
    seen: dict[str, ArticleRef] = {}
    for printed in stream:
        article = printed.article
        pairs = [sorted((article, seen[name]), key=lambda each: each.order) for name in index.candidates(printed)]
        found = [(later, earlier, verdict(later.id, earlier.id)) for earlier, later in pairs]
        matches = [replace(match, article=later, earlier=earlier) for later, earlier, match in found if match]
        yield answer(article, *matches, shard=shard, shards=shards)
        index.add(printed)
        seen[article.id] = article


def one_story(desk: Desk) -> bool:
    """Whether there are three alerts and one story of the four copies."""
    copies = {name: member.story for name, member in desk.members().items() if member.story}
    return len(desk.alerts) == 3 and set(copies) == set(seeds()) - {STRANGER} and len(set(copies.values())) == 1


ORDERS = list(itertools.permutations(("000", "001", "002", "003", "004")))


def test_one_shard_finds_the_story_in_every_order() -> None:
    for names in ORDERS:
        desk = Desk()
        desk.handle(*answers(in_order(names), 0, 1))
        assert one_story(desk), names
        first = next(name for name in names if name != STRANGER)
        assert {alert.story.id for alert in desk.alerts} == {ids.story_id(first)}, names
        assert [alert.story.articles for alert in desk.alerts] == [2, 3, 4], names


@pytest.mark.parametrize("lag", [0, 1, 5])
def test_two_shards_find_it_however_far_one_is_behind(lag: int) -> None:
    for names in ORDERS:
        desk = Desk()
        stream = in_order(names)
        ahead = [*answers(stream, 0, 2), *[None] * lag]
        behind = [*[None] * lag, *answers(stream, 1, 2)]
        desk.handle(*(each for pair in zip(ahead, behind, strict=True) for each in pair if each))
        assert one_story(desk), names
        first = next(name for name in names if name != STRANGER)
        assert {alert.story.id for alert in desk.alerts} == {ids.story_id(first)}, names


def test_two_shards_that_see_neighbours_in_opposite_orders_find_it() -> None:
    for names in ORDERS:
        stream = in_order(names)
        swapped = [stream[1], stream[0], stream[3], stream[2], stream[4]]
        desk = Desk()
        desk.handle(*itertools.chain(*zip(answers(stream, 0, 2), answers(swapped, 1, 2), strict=True)))
        desk.handle(tick(60), tick(120))
        assert one_story(desk), names
