"""Stories: how they are opened, counted, and told in an alert."""

from __future__ import annotations

from msgspec.structs import replace

from monitor.base import ids
from tests.unit.stories.desk import Desk, answer, match, ref

FIRST = ref("first", 0, source="agency.example")
COPY = ref("copy", 1, source="daily.example")


def test_a_first_match_opens_a_story_named_after_the_earlier_article(desk: Desk) -> None:
    pair = match(COPY, FIRST)
    (alert,) = desk.handle(answer(FIRST), answer(COPY, pair))
    assert alert.story.id == ids.story_id("first")
    assert alert.alert_id == ids.alert_id("copy", alert.story.id, 1)
    assert (alert.article, alert.match, alert.at) == (COPY, pair, COPY.first_seen_at)
    assert (alert.story.origin, alert.story.articles, alert.story.sources) == (FIRST, 2, 2)


def test_a_copy_of_a_copy_joins_the_same_story(desk: Desk) -> None:
    second = ref("second", 2, source="daily.example")
    third = ref("third", 3, source="weekly.example")
    alerts = desk.handle(
        answer(COPY, match(COPY, FIRST)), answer(second, match(second, FIRST)), answer(third, match(third, second))
    )
    assert {alert.story.id for alert in alerts} == {ids.story_id("first")}
    assert [(alert.story.articles, alert.story.sources) for alert in alerts] == [(2, 2), (3, 2), (4, 3)]


def test_sources_that_are_not_known_are_not_counted(desk: Desk) -> None:
    (alert,) = desk.handle(answer(ref("b", 1), match(ref("b", 1), ref("a", 0))))
    assert (alert.story.articles, alert.story.sources) == (2, 0)


def test_the_origin_is_the_article_published_first_even_if_it_is_seen_last(desk: Desk) -> None:
    first = ref("first", 0, published=-10)
    late = ref("late", 5, published=-60)
    undated = ref("undated", 6)
    alerts = desk.handle(answer(late, match(late, first)), answer(undated, match(undated, late)))
    assert [alert.story.origin for alert in alerts] == [late, late]


def test_articles_published_at_one_time_are_ordered_by_arrival(desk: Desk) -> None:
    first, copy = ref("z", 0, published=9), ref("a", 1, published=9)
    (alert,) = desk.handle(answer(copy, match(copy, first)))
    assert alert.story.origin == first


def test_the_best_match_decides_between_two_stories(desk: Desk) -> None:
    other, copy, both = ref("other", 1), ref("other-copy", 2), ref("both", 3)
    desk.handle(answer(COPY, match(COPY, FIRST)), answer(copy, match(copy, other)))
    (alert,) = desk.handle(answer(both, match(both, COPY, score=0.6), match(both, copy, score=0.9)))
    assert alert.story.id == ids.story_id("other")
    assert desk.story(ids.story_id("first")).articles == 2


def test_an_own_repeat_joins_in_silence_and_its_copies_go_to_the_same_story(desk: Desk) -> None:
    again = ref("again", 2, source="daily.example")
    copied = ref("copied", 3, source="weekly.example")
    desk.handle(answer(COPY, match(COPY, FIRST)))
    assert desk.handle(answer(again, match(again, COPY), match(again, FIRST, score=0.99))) == []
    (alert,) = desk.handle(answer(copied, match(copied, again)))
    assert (alert.story.id, alert.story.articles, alert.story.sources) == (ids.story_id("first"), 4, 3)


def test_a_copy_of_a_copy_that_credits_the_storys_origin_credits_it(desk: Desk) -> None:
    third, fourth = ref("third", 2, source="weekly.example"), ref("fourth", 3, source="monthly.example")
    crediting = [
        replace(match(article, COPY), credited=True, credited_to=(whom,))
        for article, whom in ((third, "agency.example"), (fourth, "afp.com"))
    ]
    desk.handle(answer(COPY, match(COPY, FIRST)), answer(third, crediting[0]), answer(fourth, crediting[1]))
    assert [alert.match.credits_origin for alert in desk.alerts] == [False, True, False]


def test_a_revision_of_a_member_raises_no_alert(desk: Desk) -> None:
    revised = ref("copy", 1, source="daily.example", revision=2)
    desk.handle(answer(COPY, match(COPY, FIRST)))
    before = desk.story(ids.story_id("first"))
    assert desk.handle(answer(revised, match(revised, ref("elsewhere", 0), score=0.99))) == []
    assert desk.story(ids.story_id("first")) == before
    assert "elsewhere" not in desk.members()


def test_a_revision_that_becomes_a_copy_raises_one_with_its_number(desk: Desk) -> None:
    revised = ref("copy", 1, revision=2)
    assert desk.handle(answer(COPY)) == []
    (alert,) = desk.handle(answer(revised, match(revised, FIRST)))
    assert alert.article.revision == 2
    assert alert.alert_id == ids.alert_id("copy", alert.story.id, 2)


def test_a_match_of_an_article_with_itself_is_ignored(desk: Desk) -> None:
    revised = ref("copy", 1, revision=2)
    assert desk.handle(answer(revised, match(revised, COPY))) == []
    assert desk.tables["stories"] == {}


def test_an_origin_whose_later_text_resembles_its_copy_is_no_copy(desk: Desk) -> None:
    revised = ref("first", 9, source="agency.example", revision=2)
    desk.handle(answer(COPY, match(COPY, FIRST)))
    assert desk.handle(answer(revised, match(revised, COPY))) == []


def test_an_origin_found_late_comes_into_the_story_of_its_copies(desk: Desk) -> None:
    """The copy of a copy was decided first: the story keeps its name and gets the older article as origin."""
    third = ref("third", 3)
    (opened,) = desk.handle(answer(third, match(third, COPY)))
    (alert,) = desk.handle(answer(COPY, match(COPY, FIRST)))
    assert (alert.story.id, alert.story.origin, alert.story.articles) == (opened.story.id, FIRST, 3)


def test_a_story_that_is_gone_before_its_articles_begins_anew(desk: Desk) -> None:
    desk.handle(answer(COPY, match(COPY, FIRST)))
    desk.tables["stories"].clear()
    third = ref("third", 3)
    (alert,) = desk.handle(answer(third, match(third, FIRST)))
    assert (alert.story.id, alert.story.origin, alert.story.articles) == (ids.story_id("first"), FIRST, 2)


def test_a_join_costs_the_same_in_a_story_of_any_size(desk: Desk) -> None:
    def join(number: int) -> int:
        article = ref(f"copy-{number:04}", number, source=f"outlet-{number:04}.example")
        decision = desk.decide(answer(article, match(article, FIRST)))
        desk.write(decision.writes)
        return sum(len(write.value or b"") for write in decision.writes)

    sizes = [join(number) for number in range(1, 1001)]
    assert sizes[-1] <= sizes[1] + 20
    assert desk.story(ids.story_id("first")).sources == 1001


def test_an_original_that_is_seen_after_its_copies_becomes_the_origin_and_its_first_copy_is_told(desk: Desk) -> None:
    original = ref("agency", 60, source="agency.example", published=1)
    first, second = (ref(name, 10 * at, source=name, published=5 * at) for at, name in enumerate("xy", 1))
    desk.handle(answer(first))
    (alert,) = desk.handle(answer(second, match(second, first)))
    assert alert.story.origin == first
    (late,) = desk.handle(answer(original, match(first, original), match(second, original)))
    assert (late.article, late.match.earlier, late.story.origin) == (first, original, original)
    assert (late.story.id, late.story.articles) == (alert.story.id, 3)
    (update,) = desk.updates
    assert update.alert_id == ids.update_id(alert.story.id, "agency")
    assert (update.previous_origin, update.story, update.at) == (first, late.story, original.first_seen_at)


def test_the_correction_of_a_story_is_told_once_for_each_new_origin(desk: Desk) -> None:
    second = ref("second", 2)
    desk.handle(answer(FIRST), answer(COPY, match(COPY, FIRST)), answer(second, match(second, COPY)))
    assert desk.updates == []
    older, oldest = ref("older", 60, published=-60), ref("oldest", 70, published=-120)
    for original in (older, oldest, older):
        desk.handle(answer(original, match(FIRST, original), match(COPY, original)))
    assert [(each.previous_origin.id, each.story.origin.id) for each in desk.updates] == [("first", "older")]
    joining = match(older, oldest)
    desk.handle(answer(oldest, joining), answer(oldest, joining))
    assert [(each.previous_origin.id, each.story.origin.id) for each in desk.updates][1:] == [("older", "oldest")]


def test_an_own_text_that_joins_in_silence_corrects_the_origin_aloud(desk: Desk) -> None:
    draft = ref("draft", 60, source="agency.example", published=-60)
    desk.handle(answer(COPY, match(COPY, FIRST)))
    assert desk.handle(answer(draft, match(FIRST, draft))) == []
    assert [each.story.origin for each in desk.updates] == [draft]
