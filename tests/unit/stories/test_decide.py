"""When an article is decided: shards that answer in any order, late or never, and time that comes as ticks."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from monitor.base import ids
from monitor.base.events import ArticleRef, encode
from monitor.stories import decide
from monitor.stories.decide import tick_is_due
from tests.unit.stories.desk import START, TIMEOUT, Desk, answer, match, ref, tick

A, B, C = ref("a", 0), ref("b", 1), ref("c", 2)


def test_an_article_waits_for_all_shards_and_takes_the_best_of_their_matches(desk: Desk) -> None:
    assert desk.handle(answer(C, match(C, A, score=0.6), shard=1, shards=3)) == []
    assert desk.handle(answer(C, shard=0, shards=3)) == []
    assert desk.handle(answer(C, shard=0, shards=3)) == []
    (alert,) = desk.handle(answer(C, match(C, B, score=0.8), shard=2, shards=3))
    assert alert.match.earlier == B
    assert desk.tables["gathers"] == {}


def test_an_article_without_matches_leaves_only_that_it_was_decided(desk: Desk) -> None:
    desk.handle(answer(A, shard=0, shards=2), answer(A, shard=1, shards=2))
    assert [name for name, table in desk.tables.items() if table] == ["members"]
    assert desk.members()["a"].decided == 1


def test_an_answer_that_comes_again_changes_nothing_and_delays_nobody(desk: Desk) -> None:
    desk.handle(answer(A, shard=0, shards=2), answer(A, shard=1, shards=2))
    assert desk.decide(answer(A, shard=1, shards=2)).writes == ()
    assert len(desk.handle(answer(B, match(B, A), shard=0, shards=2), answer(B, shard=1, shards=2))) == 1


def test_a_shard_that_does_not_answer_delays_an_alert_by_the_timeout(desk: Desk) -> None:
    desk.handle(answer(B, match(B, A), shard=0, shards=2))
    assert desk.handle(tick(5), tick(34.9)) == []
    (alert,) = desk.handle(tick(35))
    assert alert.match.earlier == A


def test_a_late_answer_brings_the_alert_at_once(desk: Desk) -> None:
    desk.handle(answer(B, shard=0, shards=2), tick(0), tick(30))
    (alert,) = desk.handle(answer(B, match(B, A), shard=1, shards=2))
    assert alert.match.earlier == A
    assert desk.handle(answer(B, match(B, A), shard=1, shards=2)) == []


def test_a_late_answer_does_not_alert_again(desk: Desk) -> None:
    desk.handle(answer(C, match(C, A, score=0.6), shard=0, shards=2), tick(0), tick(30))
    before = desk.snapshot()
    assert desk.handle(answer(C, match(C, B, score=0.9), shard=1, shards=2)) == []
    assert desk.snapshot() == before


def test_a_revision_gathers_anew_although_the_first_text_was_decided(desk: Desk) -> None:
    revised = ref("b", 1, revision=2)
    desk.handle(answer(B, shard=0, shards=2), tick(0), tick(30))
    assert desk.handle(answer(revised, match(revised, A), shard=0, shards=2)) == []
    assert len(desk.handle(answer(revised, shard=1, shards=2))) == 1


def test_an_older_revision_that_is_decided_later_does_not_make_the_newer_one_gather_again(desk: Desk) -> None:
    newer = answer(ref("b", 1, revision=2))
    desk.handle(newer, answer(B))
    assert desk.decide(newer).writes == ()
    assert desk.decide(answer(ref("b", 1, revision=2), shard=0, shards=2)).writes == ()


def test_a_match_found_by_the_earlier_article_belongs_to_the_later_one(desk: Desk) -> None:
    """Both shards saw the copy first."""
    assert desk.handle(answer(B, shard=0, shards=2), answer(B, shard=1, shards=2)) == []
    pair = match(B, A)
    assert desk.handle(answer(A, pair, shard=0, shards=2)) == []
    (alert,) = desk.handle(answer(A, pair, shard=1, shards=2))
    assert (alert.article, alert.match.earlier, alert.story.origin) == (B, A, A)


def test_a_match_found_by_the_earlier_article_is_kept_for_one_that_is_undecided(desk: Desk) -> None:
    desk.handle(
        answer(B, match(B, ref("x", 0), score=0.6), shard=0, shards=2), answer(A, match(B, A), shard=0, shards=2)
    )
    desk.handle(answer(A, shard=1, shards=2))
    (alert,) = desk.handle(answer(B, shard=1, shards=2))
    assert alert.match.earlier == A


def test_a_match_for_an_article_that_nobody_answered_is_not_lost(desk: Desk) -> None:
    (alert,) = desk.handle(answer(A, match(B, A)))
    assert alert.article == B
    assert desk.handle(answer(B, match(B, A))) == []


def test_an_article_waits_until_its_best_match_is_decided(desk: Desk) -> None:
    """Otherwise the copy of a copy would open a story of its own."""
    desk.handle(answer(A, shard=0, shards=2), answer(B, match(B, A), shard=0, shards=2))
    desk.handle(answer(C, match(C, B), shard=0, shards=2), answer(C, shard=1, shards=2))
    assert desk.alerts == []
    desk.handle(answer(A, shard=1, shards=2), answer(B, shard=1, shards=2))
    assert [(alert.article.id, alert.story.id) for alert in desk.alerts] == [
        ("b", ids.story_id("a")),
        ("c", ids.story_id("a")),
    ]


def test_when_time_is_up_earlier_articles_are_decided_first(desk: Desk) -> None:
    desk.handle(answer(C, match(C, B), shard=0, shards=2), answer(B, match(B, A), shard=0, shards=2), tick(0))
    assert [alert.story.id for alert in desk.handle(tick(30))] == [ids.story_id("a")] * 2


def test_an_answer_that_comes_again_while_its_article_waits_changes_nothing(desk: Desk) -> None:
    last = answer(B, shard=1, shards=2)
    desk.handle(answer(A, shard=0, shards=2), answer(B, match(B, A), shard=0, shards=2), last)
    assert desk.decide(last).writes == ()


def test_who_waits_for_an_article_is_decided_with_it_when_its_time_is_up(desk: Desk) -> None:
    desk.handle(answer(A, shard=0, shards=2), tick(0), tick(20))
    desk.handle(answer(B, match(B, A), shard=0, shards=2), answer(B, shard=1, shards=2))
    assert len(desk.handle(tick(30))) == 1


def test_a_chain_of_any_length_is_decided_at_once(desk: Desk) -> None:
    chain = [ref(f"n{number:04}", number) for number in range(1500)]
    desk.handle(answer(chain[0], shard=1, shards=2))
    for earlier, article in pairwise(chain):
        desk.handle(answer(article, match(article, earlier), shard=0, shards=2), answer(article, shard=1, shards=2))
    assert desk.alerts == []
    assert len(desk.handle(answer(chain[0], shard=0, shards=2))) == len(chain) - 1


def test_one_tick_decides_a_bounded_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "CONCLUDED_A_TICK", 2)
    for number in range(1, 6):
        article = ref(f"b{number}", number)
        desk.handle(answer(article, match(article, A), shard=0, shards=2))
    desk.handle(tick(0))
    assert [len(desk.handle(tick(30))) for _ in range(4)] == [2, 2, 1, 0]


def test_a_tick_is_due_only_while_something_waits_for_it(desk: Desk) -> None:
    assert not tick_is_due(desk.stored, START, TIMEOUT)
    desk.handle(answer(B, shard=0, shards=2))
    assert tick_is_due(desk.stored, START, TIMEOUT)
    desk.handle(tick(0))
    assert not tick_is_due(desk.stored, START + TIMEOUT / 2, TIMEOUT)
    assert tick_is_due(desk.stored, START + TIMEOUT, TIMEOUT)
    desk.handle(tick(30))
    assert not tick_is_due(desk.stored, START + 2 * TIMEOUT, TIMEOUT)


def test_a_crash_before_the_write_repeats_the_alert_to_the_byte(desk: Desk) -> None:
    desk.handle(answer(B, match(B, A)))
    event = answer(C, match(C, B))
    sent = [encode(alert) for alert in desk.decide(event).alerts]
    assert sent
    assert [encode(alert) for alert in desk.handle(event)] == sent
    assert desk.handle(event) == []


def test_a_crash_between_any_two_writes_names_the_same_stories() -> None:
    """One answer opens a story and brings the first article of another one into it."""
    d, e = ref("d", 3), ref("e", 4)
    event = answer(A, match(d, A), match(B, A))
    for kept in range(20):
        desk = Desk()
        desk.handle(answer(B), answer(e, match(e, B)), answer(d))
        decision = desk.decide(event)
        desk.write(decision.writes[:kept])
        again = desk.handle(event)
        assert {alert.alert_id for alert in again} <= {alert.alert_id for alert in decision.alerts}, kept


def test_a_crash_before_the_write_repeats_the_correction_to_the_byte(desk: Desk) -> None:
    desk.handle(answer(C, match(C, B)))
    event = answer(A, match(B, A))
    sent = [encode(update) for update in desk.decide(event).updates]
    assert len(sent) == 1
    assert [encode(update) for update in desk.decide(event).updates] == sent
    desk.handle(event)
    assert desk.decide(event).updates == ()


def test_who_joined_is_told_in_silence_too(desk: Desk) -> None:
    own, again = ref("own", 0, source="daily.example"), ref("again", 1, source="daily.example")
    decision = desk.decide(answer(again, match(again, own)))
    assert (decision.alerts, decision.joined) == ((), (match(again, own),))


def test_what_was_old_when_it_was_first_seen_joins_without_an_alert_and_its_copy_raises_one(desk: Desk) -> None:
    first, old = ref("first", 0, source="wire.example"), ref("old", 1, source="daily.example")
    old = msgspec.structs.replace(old, quiet=True)
    decision = desk.decide(answer(old, match(old, first)))
    assert (decision.alerts, decision.joined) == ((), (match(old, first),))
    copy = ref("copy", 2, source="copy.example")
    assert len(desk.decide(answer(copy, match(copy, old))).alerts) == 1


def revision(name: str, number: int) -> ArticleRef:
    """A later text of one of the articles, seen an hour later."""
    first = {"a": A, "b": B}[name]
    return msgspec.structs.replace(first, revision=number, revised_at=START + timedelta(hours=number))


def test_a_later_text_of_an_article_in_a_story_is_told_once_with_what_it_takes_now(desk: Desk) -> None:
    desk.handle(answer(A), answer(B, match(B, A)))
    second, third = revision("b", 2), revision("b", 3)
    assert desk.handle(*[answer(second, match(second, A, score=0.7))] * 2, answer(third)) == []
    still, gone = desk.revisions
    assert still.match is not None and (still.match.score, still.article, still.at) == (0.7, second, second.revised_at)
    assert (gone.match, gone.story.id, gone.story.articles) == (None, ids.story_id("a"), 2)
    assert still.alert_id != gone.alert_id


def test_a_later_text_of_the_origin_is_told_and_one_of_an_article_in_no_story_is_not(desk: Desk) -> None:
    desk.handle(answer(A), answer(revision("a", 2)))
    assert desk.revisions == []
    third = revision("a", 3)
    desk.handle(answer(B, match(B, A)), answer(third, match(B, third)))
    (told,) = desk.revisions
    assert (told.article, told.match, told.story.origin.id) == (third, None, "a")


def test_a_later_text_that_brings_the_article_into_a_story_is_an_alert_and_no_more(desk: Desk) -> None:
    second = revision("b", 2)
    (alert,) = desk.handle(answer(A), answer(B), answer(second, match(second, A)))
    assert alert.article == second and desk.revisions == []
