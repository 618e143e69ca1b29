"""How stories are forgotten."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from monitor.base import ids
from monitor.stories.expiry import expired, walk
from tests.unit.stories.desk import START, Desk, answer, match, ref

A = ref("a", 0, source="agency.example")
B = ref("b", 10, source="daily.example")
DAY = 86_400
RETENTION = timedelta(days=1)


def sweep(desk: Desk, second: float) -> None:
    desk.write(expired(desk.stored, list(walk(desk.stored)), START + timedelta(seconds=second), RETENTION))


def test_a_story_is_forgotten_with_all_that_belongs_to_it(desk: Desk) -> None:
    desk.handle(answer(B, match(B, A)))
    sweep(desk, DAY + 10.1)
    assert not any(desk.tables.values())


def test_a_story_lives_as_long_as_its_latest_article(desk: Desk) -> None:
    desk.handle(answer(B, match(B, A)))
    sweep(desk, DAY + 9)
    assert set(desk.members()) == {"b"}
    assert desk.story(ids.story_id("a")).articles == 2
    assert len(desk.tables["sources"]) == 2


def test_a_revision_is_seen_again(desk: Desk) -> None:
    desk.handle(answer(B, match(B, A)), answer(ref("b", 60, source="daily.example", revision=2)))
    sweep(desk, DAY + 30)
    assert set(desk.members()) == {"b"}


def test_an_article_without_a_match_is_forgotten_within_hours(desk: Desk) -> None:
    desk.handle(answer(A), answer(B, match(B, ref("earlier", 9))))
    sweep(desk, 3599)
    assert set(desk.members()) == {"a", "b", "earlier"}
    sweep(desk, 3601)
    assert set(desk.members()) == {"b", "earlier"}


def test_a_sweep_in_parts_finds_everything_once_and_bears_changes_in_between(desk: Desk) -> None:
    for number in range(1, 8):
        article = ref(f"b{number}", number, source=f"outlet-{number}.example")
        desk.handle(answer(article, match(article, A)))
    places = walk(desk.stored)
    while part := list(islice(places, 3)):
        desk.write(expired(desk.stored, part, START + timedelta(days=2), RETENTION))
        assert expired(desk.stored, part, START + timedelta(days=2), RETENTION) == ()
    assert not any(desk.tables.values())
