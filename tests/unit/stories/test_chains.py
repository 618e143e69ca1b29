"""Stories do not chain: who takes another part of an article than that article took is in another story."""

from __future__ import annotations

from monitor.base import ids
from tests.unit.stories.desk import Desk, answer, lifted, match, passage, ref

A, B, C, D = (ref(name, at, source=f"{name}.example") for at, name in enumerate("abcd"))
B_FROM_A = lifted(B, A, ((100, 200), (0, 100)))
"""B is a longer article of its own, with a paragraph of A."""


def stories(desk: Desk) -> list[tuple[str, str, int]]:
    """Of each alert the article, its story and that one's size."""
    return [(alert.article.id, alert.story.id, alert.story.articles) for alert in desk.alerts]


def test_a_chain_by_shared_fragments_stays_two_stories(desk: Desk) -> None:
    desk.handle(answer(A), answer(B, B_FROM_A), answer(C, lifted(C, B, ((0, 90), (300, 390)))))
    assert stories(desk) == [("b", ids.story_id("a"), 2), ("c", ids.story_id("b"), 2)]
    assert desk.alerts[-1].story.origin == B
    assert desk.story(ids.story_id("a")).articles == 2
    assert desk.updates == []


def test_who_takes_the_same_passage_at_second_hand_is_in_the_story_of_the_first(desk: Desk) -> None:
    desk.handle(answer(A), answer(B, B_FROM_A), answer(C, lifted(C, B, ((0, 90), (105, 195)))))
    assert stories(desk)[-1] == ("c", ids.story_id("a"), 3)


def test_who_takes_more_of_the_articles_own_text_than_of_the_first_is_in_its_story(desk: Desk) -> None:
    whole = match(C, B, coverage=1.0, passages=[passage((0, 300), (0, 300))])
    desk.handle(answer(A), answer(B, B_FROM_A), answer(C, whole), answer(D, match(D, C)))
    assert [story for _, story, _ in stories(desk)] == [ids.story_id(name) for name in "abb"]
    assert desk.story(ids.story_id("b")).articles == 3


def test_a_round_up_that_holds_a_short_report_whole_does_not_chain_either(desk: Desk) -> None:
    held = match(B, A, kind="verbatim", coverage=0.2, passages=[passage((100, 200), (0, 100))])
    desk.handle(answer(A), answer(B, held), answer(C, lifted(C, B, ((0, 90), (300, 390)))))
    assert stories(desk)[-1] == ("c", ids.story_id("b"), 2)


def test_different_passages_of_one_article_are_one_story(desk: Desk) -> None:
    """The text of the article that a story begins with is the story's as a whole."""
    desk.handle(answer(B, B_FROM_A), answer(C, lifted(C, A, ((0, 90), (300, 390)))))
    assert stories(desk)[-1] == ("c", ids.story_id("a"), 3)


def test_an_original_of_a_paragraph_that_comes_late_does_not_swallow_the_articles_own_story(desk: Desk) -> None:
    whole = match(C, B, coverage=1.0, passages=[passage((0, 500), (0, 500))])
    desk.handle(answer(B), answer(C, whole), answer(A, B_FROM_A))
    assert stories(desk) == [("c", ids.story_id("b"), 2), ("b", ids.story_id("a"), 2)]
    assert (desk.story(ids.story_id("b")).origin, desk.story(ids.story_id("b")).articles) == (B, 2)
    assert desk.updates == []
    desk.handle(answer(D, match(D, B, passages=[passage((0, 300), (200, 500))])))
    assert stories(desk)[-1] == ("d", ids.story_id("b"), 3)


def test_an_original_that_comes_late_gets_the_story_of_those_who_took_the_same_passage(desk: Desk) -> None:
    desk.handle(answer(B), answer(C, lifted(C, B, ((0, 90), (105, 195)))), answer(A, B_FROM_A))
    assert {story for _, story, _ in stories(desk)} == {ids.story_id("b")}
    assert [update.story.origin for update in desk.updates] == [A]
    desk.handle(answer(D, lifted(D, B, ((0, 90), (300, 390)))))
    assert stories(desk)[-1][1] not in {ids.story_id("a"), ids.story_id("b")}
    assert desk.alerts[-1].story.articles == 2


def test_an_answer_that_comes_again_opens_no_third_story(desk: Desk) -> None:
    events = (answer(A), answer(B, B_FROM_A), answer(C, lifted(C, B, ((0, 90), (300, 390)))))
    desk.handle(*events)
    before = desk.snapshot()
    assert desk.handle(*events) == []
    assert desk.snapshot() == before
