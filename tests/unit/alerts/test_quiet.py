"""What keeps alerts few, and that nothing is kept back unsaid."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from monitor.alerts.draft import Draft
from monitor.alerts.payload import MAX_DIGEST
from monitor.alerts.quiet import (
    KEPT_BY_AGE,
    KEPT_ITEMS,
    TABLES,
    concerns,
    forget,
    is_due,
    judged,
    lift,
    silence,
    told_of_alert,
    told_of_time,
)
from monitor.alerts.rules import RuleBook
from monitor.base.events import (
    Alert,
    ArticleRevised,
    Delivery,
    Match,
    Silence,
    StorySplit,
    StoryUpdated,
    VerdictGiven,
    VerdictWord,
)
from monitor.base.ids import alert_id
from monitor.base.settings import LicenceSettings, RuleSettings, Settings
from tests.unit.alerts.test_payload import alert, article

# A Monday.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Desk:
    """Rules with their state, in a time that the tests move; each step's writes follow its messages."""

    def __init__(self, *rules: RuleSettings, **settings: Any) -> None:
        self.tables: dict[str, dict[bytes, bytes]] = {name: {} for name in TABLES}
        self.book = RuleBook(Settings(rules=rules, **settings))
        self.now = NOON
        self.kept_back: Counter[str] = Counter()
        self.crashes = False
        """A step's messages are sent, and its state is lost."""

    def alert(self, one: Alert | ArticleRevised) -> list[dict[str, Any]]:
        """The events that an alert sends to the desk."""
        draft = Draft(self.tables)
        outcome = told_of_alert(draft, self.book, one, ["desk"], self.now)
        self.kept_back += outcome.kept_back
        return self._sent(draft, outcome.deliveries)

    def later(self, **delta: float) -> list[dict[str, Any]]:
        """The events that are sent because time has gone on."""
        self.now += timedelta(**delta)
        draft = Draft(self.tables)
        due = is_due(self.tables, self.now)
        sent = self._sent(draft, told_of_time(draft, self.book, ["desk"], self.now).deliveries)
        assert due or not sent
        return sent

    def silence(self, **fields: Any) -> None:
        draft = Draft(self.tables)
        given: dict[str, Any] = {
            "id": "sil_1",
            "author": "Ada",
            "reason": "known",
            "ends_at": self.now + timedelta(hours=1),
        } | fields
        silence(draft, Silence(begins_at=self.now, **given))
        self._sent(draft, [])

    def judge(self, one: Alert, word: VerdictWord, order_id: str = "ord_1") -> tuple[list[dict[str, Any]], Any]:
        draft = Draft(self.tables)
        verdict = VerdictGiven(
            order_id=order_id,
            alert_id=one.alert_id,
            word=word,
            author="Ada",
            at=self.now,
            alerted_at=one.at,
            story=one.story.id,
            article=one.article.id,
        )
        outcome, split = judged(draft, self.book, verdict, ["desk"])
        return self._sent(draft, outcome.deliveries), split

    def _sent(self, draft: Draft, deliveries: list[Delivery]) -> list[dict[str, Any]]:
        for write in draft.writes() if not self.crashes else ():
            if write.value is None:
                del self.tables[write.table][write.key]
            else:
                self.tables[write.table][write.key] = write.value
        return [{"id": one.webhook_id, "rule": one.rule, **json.loads(one.body)} for one in deliveries]


def of_story(outlets: int, story: str = "sty_1", by: str = "copy") -> Alert:
    """The alert of the article that made so many outlets carry a story."""
    made = alert(later=article(by))
    ref = msgspec.structs.replace(made.story, id=story, sources=outlets)
    return msgspec.structs.replace(made, alert_id=f"alt_{story}_{outlets}", story=ref)


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def rule(**fields: Any) -> RuleSettings:
    return RuleSettings(name="desk", **fields)


def test_a_story_is_told_once_and_again_at_the_chosen_numbers_of_outlets() -> None:
    desk = Desk(rule(updates_at=(3, 5)))
    sent = {outlets: types(desk.alert(of_story(outlets))) for outlets in range(2, 7)}
    assert sent == {2: ["story.matched"], 3: ["story.updated"], 4: [], 5: ["story.updated"], 6: []}
    assert types(desk.alert(of_story(2, "sty_2"))) == ["story.matched"]
    assert desk.kept_back == {"told": 2}


def test_an_update_says_that_the_story_has_grown_and_why_it_is_told() -> None:
    desk = Desk(rule(updates_at=(5,)))
    desk.alert(of_story(2))
    # Two outlets at once: the number is passed, not met.
    (update,) = desk.alert(of_story(7))
    data = update["data"]
    assert (data["reason"], data["story"]["sources"], data["article"]["id"]) == ("grown", 7, "art_copy")
    assert data["rules"] == [{"name": "desk", "why": ["every alert"]}]


def test_five_must_carry_it_before_it_is_told_at_all() -> None:
    desk = Desk(rule(min_outlets=5))
    assert [types(desk.alert(of_story(outlets))) for outlets in (4, 5)] == [[], ["story.matched"]]


def test_each_article_is_told_where_that_is_wanted() -> None:
    desk = Desk(rule(per_story="each"))
    assert [types(desk.alert(of_story(outlets))) for outlets in (2, 3)] == [["story.matched"]] * 2


def test_a_repeat_is_known_and_after_a_crash_gives_the_same() -> None:
    desk = Desk(rule(per_story="each"))
    desk.crashes = True
    first = desk.alert(of_story(2))
    desk.crashes = False
    assert desk.alert(of_story(2)) == first
    assert desk.alert(of_story(2)) == []


def test_alerts_are_gathered_and_told_as_one_with_why() -> None:
    desk = Desk(rule(gather="5m"))
    assert [desk.alert(of_story(2, f"sty_{number}")) for number in range(3)] == [[], [], []]
    assert desk.later(minutes=4, seconds=59) == []
    (digest,) = desk.later(seconds=1)
    data = digest["data"]
    assert digest["type"] == "alerts.digest" and (data["more"], len(data["alerts"])) == (0, 3)
    assert (data["from"], data["to"]) == ("2026-11-23T12:00:00Z", "2026-11-23T12:05:00Z")
    assert data["rules"] == [{"name": "desk", "why": ["gathered 5m"]}]
    assert desk.later(hours=1) == []
    assert desk.kept_back == {"gathered": 3}


def test_one_alert_alone_is_told_as_it_is() -> None:
    desk = Desk(rule(gather="hourly"))
    desk.alert(of_story(2))
    assert desk.later(minutes=59) == []
    assert types(desk.later(minutes=1)) == ["story.matched"]


def test_a_crash_after_a_digest_was_sent_sends_the_same_digest_even_if_an_alert_comes_first() -> None:
    desk = Desk(rule(gather="5m"))
    for number in range(2):
        desk.alert(of_story(2, f"sty_{number}"))
    desk.crashes = True
    (before,) = desk.later(minutes=5)
    desk.crashes = False
    assert desk.alert(of_story(2, "sty_9")) == [before]
    assert types(desk.later(minutes=5)) == ["story.matched"]


def test_a_cap_holds_and_what_is_over_it_is_told_at_the_end_of_the_hour() -> None:
    desk = Desk(rule(max_per_hour=3))
    sent = [types(desk.alert(of_story(2, f"sty_{number}"))) for number in range(3 + MAX_DIGEST + 37)]
    assert sent[:4] == [["story.matched"]] * 3 + [[]] and not any(sent[3:])
    (digest,) = desk.later(hours=1)
    assert digest["data"]["more"] == 37 and len(digest["data"]["alerts"]) == MAX_DIGEST
    assert digest["data"]["rules"][0]["why"] == ["more than 3 in an hour"]
    # A new hour begins with the next alert.
    assert types(desk.alert(of_story(2, "sty_new"))) == ["story.matched"]


def test_a_digest_of_very_many_stays_small_and_says_how_many_more() -> None:
    desk = Desk(rule(gather="hourly"))
    long = "ü" * 5000
    for number in range(KEPT_ITEMS + 50):
        made = of_story(2, f"sty_{number}")
        later = msgspec.structs.replace(made.article, title=long, url=f"https://copy.example/{long}")
        desk.alert(msgspec.structs.replace(made, article=later))
    (digest,) = desk.later(hours=1)
    assert digest["data"]["more"] + len(digest["data"]["alerts"]) == KEPT_ITEMS + 50
    assert len(json.dumps(digest, ensure_ascii=False).encode()) < 21_000


def test_what_comes_outside_the_hours_waits_for_them() -> None:
    desk = Desk(rule(hours="Mon-Fri 08:00-12:30"))
    assert types(desk.alert(of_story(2, "sty_0"))) == ["story.matched"]
    desk.later(hours=1)
    assert desk.alert(of_story(2, "sty_1")) == [] and desk.alert(of_story(2, "sty_2")) == []
    assert desk.later(hours=18, minutes=59) == []
    assert types(desk.later(minutes=1)) == ["alerts.digest"]
    assert desk.kept_back == {"hours": 1, "gathered": 1}


def test_a_daily_digest_comes_at_its_time() -> None:
    desk = Desk(rule(gather="daily 08:00 Europe/Berlin"))
    desk.alert(of_story(2))
    assert desk.later(hours=18, minutes=59) == []
    assert types(desk.later(minutes=1)) == ["story.matched"]


@pytest.mark.parametrize(
    ("fields", "silenced"),
    [
        ({"rule": "desk"}, True),
        ({"rule": "other"}, False),
        ({"story": "sty_1"}, True),
        ({"story": "sty_2"}, False),
        ({"source": "copy.example"}, True),
        ({"source": "origin.example"}, True),
        ({"source": "py.example"}, False),
        ({"words": "copy"}, True),
        ({"words": "tram"}, False),
        ({"rule": "desk", "words": "tram"}, False),
    ],
)
def test_a_silence_keeps_back_what_fits_all_of_it(fields: dict[str, str], silenced: bool) -> None:
    desk = Desk(rule())
    desk.silence(**fields)
    assert (desk.alert(of_story(2)) == []) is silenced


def test_a_silence_says_at_its_end_what_it_has_kept_back() -> None:
    desk = Desk(rule(per_story="each"))
    desk.silence(rule="desk")
    for outlets in (2, 3):
        assert desk.alert(of_story(outlets)) == []
    assert desk.later(minutes=59) == []
    (notice,) = desk.later(minutes=1)
    assert notice["type"] == "silence.ended" and notice["data"]["alerts"] == 2
    assert notice["data"]["reason"] == "the silence of Ada is over: known"
    assert desk.later(hours=1) == []
    assert types(desk.alert(of_story(4))) == ["story.matched"]


def test_a_silence_can_be_ended_before_its_time() -> None:
    desk = Desk(rule())
    desk.silence(rule="desk")
    draft = Draft(desk.tables)
    lift(draft, "sil_1", desk.now)
    desk._sent(draft, [])
    assert types(desk.later(seconds=0)) == ["silence.ended"]


def test_what_is_licensed_is_counted() -> None:
    desk = Desk(rule(), licences=(LicenceSettings(of=("origin.example",), to=("copy.example",)),))
    assert desk.alert(of_story(2)) == []
    assert desk.kept_back == {"licensed": 1}


def test_a_story_that_is_not_relevant_is_told_no_more_until_somebody_finds_it_relevant() -> None:
    desk = Desk(rule(per_story="each"))
    first = of_story(2)
    desk.alert(first)
    assert desk.judge(first, "not_relevant") == ([], None)
    assert desk.alert(of_story(3)) == [] and desk.kept_back == {"not_relevant": 1}
    assert types(desk.alert(of_story(2, "sty_2"))) == ["story.matched"]
    desk.judge(first, "relevant", "ord_2")
    assert types(desk.alert(of_story(4))) == ["story.matched"]


def test_a_wrong_match_is_split_off_once_and_told_to_those_who_heard_of_it() -> None:
    desk = Desk(rule())
    first = of_story(2)
    assert desk.judge(of_story(3, "sty_2"), "wrong_match")[0] == [], "nobody was told of this one"
    desk.alert(first)
    told, split = desk.judge(first, "wrong_match")
    assert split == StorySplit(story="sty_1", article="art_copy")
    assert told[0]["type"] == "story.updated"
    assert (told[0]["data"]["reason"], told[0]["data"]["wrong_alert_id"]) == ("split", first.alert_id)
    assert desk.judge(first, "wrong_match") == ([], None)


def test_a_correction_is_told_where_the_story_was() -> None:
    desk = Desk(rule())
    made = of_story(2)
    update = StoryUpdated(alert_id="alt_u", at=NOON, previous_origin=made.article, story=made.story)
    asked = desk.book.rules[0]
    assert not concerns(Draft(desk.tables), asked, update)
    desk.alert(made)
    assert concerns(Draft(desk.tables), asked, update)
    desk.judge(made, "not_relevant")
    assert not concerns(Draft(desk.tables), asked, update)


def later_text(of: Alert, number: int = 2, match: Match | None = None) -> ArticleRevised:
    """That the article of an alert has another text."""
    article = msgspec.structs.replace(of.article, revision=number)
    return ArticleRevised(alert_id=f"alt_r{number}", at=NOON, article=article, story=of.story, match=match)


def told_of(outlets: int) -> Alert:
    """An alert under the id that it gets."""
    made = of_story(outlets, by=f"copy-{outlets}")
    return msgspec.structs.replace(made, alert_id=alert_id(made.article.id, made.story.id, 1))


def test_a_later_text_is_told_to_those_who_were_told_of_the_article() -> None:
    desk = Desk(rule(updates_at=()))
    first, second = told_of(2), told_of(3)
    assert desk.alert(later_text(first)) == [], "nobody was told yet"
    assert [types(desk.alert(one)) for one in (first, second)] == [["story.matched"], []]
    (told,) = desk.alert(later_text(first, 3))
    assert (told["type"], told["data"]["rules"][0]["why"]) == (
        "article.revised",
        ["an article that it has told is revised"],
    )
    assert desk.alert(later_text(first, 3)) == [], "a repeat"
    assert desk.alert(later_text(second, 4)) == [], "the story was told, not this article of it"


def test_by_rule_all_later_texts_are_told_or_none() -> None:
    first = told_of(2)
    every = Desk(rule(revisions="all", min_score=0.99, kinds=("verbatim",)))
    assert types(every.alert(later_text(first))) == ["article.revised"], "nothing is asked of a copy that is gone"
    assert every.alert(later_text(first, 3, first.match)) == []
    assert Desk(rule(revisions="all", copier=("mine.example",))).alert(later_text(first)) == []
    none = Desk(rule(revisions="none"))
    assert (types(none.alert(first)), none.alert(later_text(first))) == (["story.matched"], [])


def test_later_texts_are_kept_as_few_as_alerts() -> None:
    desk = Desk(rule(gather="5m"))
    first = told_of(2)
    desk.alert(first)
    assert desk.alert(later_text(first)) == []
    (digest,) = desk.later(minutes=5)
    assert [one["kind"] for one in digest["data"]["alerts"]] == ["edited", "revised"]
    desk.silence(story="sty_1")
    assert desk.alert(later_text(first, 3)) == [] and desk.kept_back["silenced"] == 1


def test_what_two_rules_send_to_one_endpoint_is_one_message_with_both_reasons() -> None:
    desk = Desk(rule(min_score=0.5), RuleSettings(name="all"))
    (sent,) = desk.alert(of_story(2))
    assert sent["rule"] == "all, desk" and [one["name"] for one in sent["data"]["rules"]] == ["all", "desk"]


def test_what_is_old_is_forgotten_and_what_is_not_stays() -> None:
    desk = Desk(rule(gather="5m"))
    desk.alert(of_story(2, "sty_1"))
    desk.now += timedelta(days=1)
    desk.alert(of_story(2, "sty_2"))
    draft = Draft(desk.tables)
    places = [(name, key.decode()) for name in KEPT_BY_AGE for key in desk.tables[name]]
    forget(draft, places, NOON + timedelta(hours=1))
    desk._sent(draft, [])
    assert list(desk.tables["told"]) == [b"desk:sty_2"] and list(desk.tables["seen"]) == [b"alt_sty_2_2"]


def test_a_rule_that_is_gone_tells_no_more_what_it_had_gathered() -> None:
    desk = Desk(rule(gather="5m"))
    desk.alert(of_story(2))
    desk.book = RuleBook(Settings())
    assert desk.later(hours=1) == []
    assert desk.tables["batches"] == {}
