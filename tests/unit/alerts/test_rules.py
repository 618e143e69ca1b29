"""Which alerts a rule sends, to whom, and why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from monitor.alerts.rules import Looked, Rule, RuleBook, Sources
from monitor.alerts.trial import Trial
from monitor.base.events import Alert
from monitor.base.packed import pack
from monitor.base.settings import LicenceSettings, RuleSettings, Settings
from tests.unit.alerts.test_payload import AT, alert, article, passage, update

GROUPS = {"mine": ("origin.example",), "partners": ("friend.example", "ally.example"), "rivals": ("copy.example",)}
LICENCES = (LicenceSettings(of=("mine",), to=("partners",)),)
SOURCES = Sources(GROUPS, LICENCES)


def copied(by: str = "copy", text: str = "the ferry pier", **match: Any) -> Alert:
    """An alert that `by`.example took from reprint.example a text of origin.example; 3 sources carry it."""
    made = alert((passage(0, 14, text),), article(by))
    whole = pack(f"{text}\nPassengers asked who pays.")
    return msgspec.structs.replace(made, match=msgspec.structs.replace(made.match, packed=whole, **match))


def rule(**conditions: Any) -> Rule:
    return Rule(RuleSettings(name="desk", **conditions), SOURCES)


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ({}, "every alert"),
        ({"origin": ("mine",)}, "the text is from origin.example (mine)"),
        # Also the article that it was taken from, when that is not the origin.
        ({"origin": ("reprint.example",)}, "the text is from reprint.example"),
        ({"copier": ("rivals",)}, "copy.example (rivals) re-used it"),
        ({"kinds": ("verbatim", "edited")}, "the copy is edited"),
        ({"min_score": 0.9}, "score 0.912 is 0.9 or more"),
        (
            {"min_containment": 0.3, "min_coverage": 1.0},
            "containment 0.333 is 0.3 or more, coverage 1.000 is 1 or more",
        ),
        ({"credited": "yes"}, "it credits the origin"),
        ({"credited": "origin"}, "it credits the origin"),
        ({"languages": ("de", "en")}, "its language is en"),
        ({"words": '"ferry pier" OR tram'}, 'it has the words "ferry pier" OR tram'),
        ({"words": "copy"}, "it has the words copy"),
        # Outside what the two share.
        ({"words": '"who pays" AND pier -tram'}, 'it has the words "who pays" AND pier -tram'),
        ({"min_outlets": 3}, "3 outlets carry it"),
    ],
)
def test_each_condition_that_holds_is_a_reason(conditions: dict[str, Any], why: str) -> None:
    judgement = rule(**conditions).judge(Looked(copied()))
    assert (judgement.sends, judgement.why, judgement.licensed) == (True, (why,), False)


@pytest.mark.parametrize(
    ("conditions", "why_not"),
    [
        ({"origin": ("rivals",)}, "origin: the text is from origin.example and reprint.example"),
        # No suffix of a name is a subdomain of it.
        ({"origin": ("n.example",)}, "origin: "),
        ({"copier": ("mine",)}, "copier: copy.example"),
        ({"kinds": ("verbatim",)}, "kind: edited"),
        ({"min_score": 0.92}, "score: 0.912 is less than 0.92"),
        ({"min_containment": 0.34}, "containment: 0.333"),
        ({"credited": "no"}, "credited: it credits the origin"),
        ({"languages": ("de",)}, "language: en"),
        ({"words": "tram"}, "words: "),
        ({"min_outlets": 4}, "outlets: 3 of 4"),
        # All must hold.
        ({"copier": ("rivals",), "min_outlets": 4}, "outlets: 3 of 4"),
    ],
)
def test_the_first_condition_that_does_not_hold_is_named(conditions: dict[str, Any], why_not: str) -> None:
    judgement = rule(**conditions).judge(Looked(copied()))
    assert not judgement.sends and judgement.why_not.startswith(why_not)


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"credited": False, "credits_origin": False}, {"no"}),
        ({"credited": True, "credits_origin": False}, {"yes"}),
        ({"credited": True, "credits_origin": True}, {"yes", "origin"}),
    ],
)
def test_credit_of_somebody_else_is_credit_but_not_of_the_origin(match: dict[str, Any], holds: set[str]) -> None:
    looked = Looked(copied(**match))
    assert {word for word in ("yes", "no", "origin") if rule(credited=word).judge(looked).sends} == holds


def test_only_rules_for_other_copiers_are_passed_over() -> None:
    rules = (
        RuleSettings(name="any"),
        RuleSettings(name="group", copier=("partners", "rivals")),
        RuleSettings(name="host", copier=("copy.example",)),
        RuleSettings(name="longer", copier=("my.copy.example",)),
    )
    book = RuleBook(Settings(groups=GROUPS, rules=rules))
    assert [one.name for one in book.asking("www.copy.example")] == ["any", "group", "host"]
    assert [one.name for one in book.asking("xcopy.example")] == ["any"]
    assert [one.name for one in book.asking("")] == ["any"]
    book.put(RuleSettings(name="added", copier=("copy.example",)))
    assert "added" in [one.name for one in book.asking("copy.example")]
    book.remove("added")
    assert "added" not in [one.name for one in book.asking("copy.example")]


def test_a_licensed_copy_is_counted_and_told_to_those_who_ask() -> None:
    looked = Looked(copied(by="ally"))
    judgement = rule().judge(looked)
    assert (judgement.sends, judgement.licensed) == (False, True)
    assert judgement.why_not == "licensed: partners may copy mine"
    assert rule(licensed=True).judge(looked).sends
    # A licence to copy one is none to copy another, and a condition that does not hold comes first.
    assert rule().judge(Looked(copied(by="copy"))).sends
    assert not rule(languages=("de",)).judge(looked).licensed


def test_a_host_stands_for_its_subdomains() -> None:
    made = copied()
    later = msgspec.structs.replace(made.article, source="news.copy.example")
    looked = Looked(msgspec.structs.replace(made, article=later))
    assert rule(copier=("rivals",)).judge(looked).sends


def test_a_group_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="rule desk: there is no group 'mien'; did you mean 'mine'"):
        rule(origin=("mien",))


def book(*rules: RuleSettings) -> RuleBook:
    return RuleBook(Settings(groups=GROUPS, licences=LICENCES, rules=rules))


ENDPOINTS = ("archive", "desk")


def test_without_rules_everything_goes_to_everybody() -> None:
    reasons = book().reasons(copied(), ENDPOINTS)
    assert set(reasons) == {"archive", "desk"} and reasons["desk"][0].rule == "everything"


def test_an_endpoint_gets_an_alert_once_with_all_rules_that_send_it() -> None:
    found = book(
        RuleSettings(name="b", to=("desk",), min_score=0.5),
        RuleSettings(name="a"),
        RuleSettings(name="c", kinds=("verbatim",)),
        RuleSettings(name="d", to=("gone",)),
    ).reasons(copied(), ENDPOINTS)
    assert {name: [one.rule for one in reasons] for name, reasons in found.items()} == {
        "archive": ["a"],
        "desk": ["a", "b"],
    }


def test_a_correction_concerns_rules_about_its_origins() -> None:
    made = update()
    assert rule().concerns(made) and rule(origin=(made.previous_origin.source,)).concerns(made)
    assert not rule(origin=("elsewhere.example",)).concerns(made)


def test_rules_are_added_and_removed_beside_those_of_the_configuration() -> None:
    made = book(RuleSettings(name="fixed", to=("desk",)))
    made.put(RuleSettings(name="fixed", to=("archive",)))
    made.put(RuleSettings(name="more", to=("archive",)))
    made.remove("fixed")
    assert {rule.name: rule.settings.to for rule in made.rules} == {"fixed": ("desk",), "more": ("archive",)}
    made.remove("more")
    assert [rule.name for rule in made.rules] == ["fixed"]


def test_a_trial_tells_what_would_have_been_sent_and_what_kept_the_rest_back() -> None:
    trial = Trial(rule(min_score=0.95))
    for one in (copied(), copied(score=0.97), copied(by="ally", score=0.97)):
        trial.add(one)
    found = trial.result()
    assert (found["alerts"], found["would_send"], found["licensed"]) == (3, 1, 1)
    assert found["kept_back_by"] == {"score": 1, "licensed": 1}
    assert found["latest"][0]["at"] == AT and found["latest"][0]["why"] == ["score 0.970 is 0.95 or more"]
