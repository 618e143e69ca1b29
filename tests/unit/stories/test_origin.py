"""How sure a story's origin is: by its date, by how far the next one is behind, and by who is credited."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from monitor.base import ids
from monitor.base.events import ArticleRef, Match
from monitor.stories.origin import MAX_CREDITED, confidence, with_article, with_credits
from monitor.stories.state import Story
from tests.unit.stories.desk import START, Desk, answer, match, ref

AGENCY = ref("agency", 0, source="uk.reuters.com")


def story(origin: ArticleRef, *others: ArticleRef) -> Story:
    """A story of these articles."""
    held = Story(origin=origin, seen=START)
    for other in others:
        held = with_article(held, other)
    return held


@pytest.mark.parametrize(
    ("published", "next_published", "expected"),
    [(-599, 1, "high"), (-598, 1, "medium"), (-1, 1, "medium"), (-86_399, -85_799, "high")],
)
def test_a_date_clearly_before_the_next_is_sure(published: int, next_published: int, expected: str) -> None:
    origin, second = ref("a", 10, published=published), ref("b", 10, published=next_published)
    assert confidence(story(origin, second)) == expected


@pytest.mark.parametrize(("second", "expected"), [(1, "low"), (3599, "low"), (3600, "medium"), (86_400, "medium")])
def test_an_origin_that_was_only_seen_first_is_never_sure(second: int, expected: str) -> None:
    assert confidence(story(ref("a", 0), ref("b", second))) == expected


def test_the_next_is_the_earliest_other_in_whatever_order_they_come() -> None:
    articles = [ref(name, 5000, published=at) for name, at in (("a", 1), ("b", 301), ("c", 901), ("d", 4001))]
    for order in itertools.permutations(articles):
        held = story(*order)
        assert (held.origin.id, held.second_at) == ("a", articles[1].appeared_at)
        assert confidence(held) == "medium"
        assert with_article(held, articles[2]) == held


@pytest.mark.parametrize(
    ("credited", "expected"),
    [
        ([("reuters.com",)], "high"),
        ([("afp.com",)], "low"),
        ([("afp.com", "reuters.com")], "high"),
        ([("afp.com",), ("reuters.com",)], "high"),
        ([("afp.com",), ("afp.com", "upi.com"), ("reuters.com",)], "low"),
        ([()], "low"),
    ],
)
def test_the_copies_credits_say_who_was_first(credited: list[tuple[str, ...]], expected: str) -> None:
    held = story(AGENCY, ref("b", 1))
    for names in credited:
        held = with_credits(held, names)
    assert confidence(held) == expected


def test_a_bounded_number_of_names_is_counted() -> None:
    held = story(AGENCY)
    for number in range(3 * MAX_CREDITED):
        held = with_credits(held, (f"outlet {number}", "outlet 0"))
    assert (len(held.credits), held.credits["outlet 0"], held.crediting) == (MAX_CREDITED, 61, 60)


def pair(article: ArticleRef, earlier: ArticleRef, **credits_: tuple[str, ...]) -> Match:
    """A match with credits."""
    return replace(match(article, earlier), **credits_)


def test_an_alert_says_how_sure_the_origin_is(desk: Desk) -> None:
    copy, second = ref("copy", 60, source="daily.example"), ref("second", 90, source="weekly.example")
    first = answer(copy, pair(copy, AGENCY))
    credited = answer(second, pair(second, copy, credited_to=("reuters.com",)))
    desk.handle(first, credited, credited)
    assert [alert.story.origin_confidence for alert in desk.alerts] == ["low", "high"]
    assert desk.story(ids.story_id("agency")).credits == {"reuters.com": 1}


def test_an_origin_that_credits_an_agency_is_not_the_first(desk: Desk) -> None:
    dated = ref("daily", 0, source="daily.example", published=-7200)
    copy = ref("copy", 60, source="weekly.example")
    desk.handle(answer(copy, pair(copy, dated, earlier_credits=("afp.com",))))
    assert desk.alerts[0].story.origin_confidence == "low"


def test_an_agency_that_comes_late_makes_the_origin_sure(desk: Desk) -> None:
    late = ref("late", 500, source="afp.com", published=-60)
    copy, second = ref("copy", 60, source="daily.example"), ref("second", 90, source="weekly.example")
    desk.handle(answer(second, pair(second, copy, credited_to=("afp.com",))), answer(late, match(copy, late)))
    assert [alert.story.origin_confidence for alert in desk.alerts] == ["low", "high"]
    assert [update.story.origin_confidence for update in desk.updates] == ["high"]
