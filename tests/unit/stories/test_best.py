"""Which match decides, and when a source only repeats itself."""

from __future__ import annotations

import itertools

from monitor.base.events import Match
from monitor.stories.best import Best
from tests.unit.stories.desk import match, ref

AGENCY = ref("agency", 0, source="agency.example")
REPRINT = ref("reprint", 1, source="daily.example")
AGAIN = ref("again", 2, source="daily.example")


def best_of(*matches: Match) -> Best:
    best = Best()
    for each in matches:
        best = best.with_match(each)
    return best


def test_the_highest_score_decides_in_any_order() -> None:
    weak, strong = match(AGAIN, AGENCY, score=0.7), match(AGAIN, ref("x", 1), score=0.8)
    for order in itertools.permutations((weak, strong, weak)):
        verdict = best_of(*order).verdict()
        assert verdict and verdict.match == strong and verdict.alerting


def test_equal_scores_go_to_the_earlier_article_then_to_the_lower_id() -> None:
    first, second, third = (match(AGAIN, ref(name, at)) for name, at in (("b", 0), ("c", 0), ("a", 1)))
    for order in itertools.permutations((first, second, third)):
        assert best_of(*order).other == first


def test_equal_coverage_by_own_texts_goes_to_the_earlier_one() -> None:
    first, second = match(AGAIN, REPRINT), match(AGAIN, ref("own", 1, source="daily.example"))
    for order in ((first, second), (second, first)):
        assert best_of(*order).own == second


def test_nothing_decides_without_a_match() -> None:
    assert Best().verdict() is None


def test_a_source_that_repeats_its_own_reprint_is_silent_although_the_agency_scores_higher() -> None:
    own = match(AGAIN, REPRINT, score=0.90, coverage=0.96)
    agency = match(AGAIN, AGENCY, score=0.99, coverage=1.0)
    verdict = best_of(agency, own).verdict()
    assert verdict and verdict.match == own and not verdict.alerting


def test_an_own_paragraph_in_a_copied_text_does_not_hide_the_copy() -> None:
    own = match(AGAIN, REPRINT, score=0.99, coverage=0.3)
    agency = match(AGAIN, AGENCY, score=0.90, coverage=0.7)
    verdict = best_of(own, agency).verdict()
    assert verdict and verdict.match == agency and verdict.alerting


def test_of_two_own_texts_the_one_that_covers_more_decides() -> None:
    little = match(AGAIN, REPRINT, score=0.99, coverage=0.3)
    most = match(AGAIN, ref("own", 1, source="daily.example"), score=0.8, coverage=0.9)
    for order in ((little, most), (most, little)):
        assert best_of(*order).own == most


def test_an_unknown_source_is_nobodys_own() -> None:
    verdict = best_of(match(ref("b", 1), ref("a", 0))).verdict()
    assert verdict and verdict.alerting
