"""An explanation says what `verify` says, and its parts sum to its probability."""

from __future__ import annotations

import math

import pytest

from monitor.match.explain import explain
from monitor.match.model import Model
from monitor.match.verify import MATCH_PROBABILITY, verify
from tests.unit.match.reports import REPORT, REWRITE, SAME_EVENT, UNRELATED, MakeText


@pytest.mark.parametrize("later", [REPORT, REWRITE, SAME_EVENT, UNRELATED])
def test_the_verdict_is_that_of_verify(text_of: MakeText, later: str) -> None:
    first, second = text_of(later), text_of(REPORT)
    told, match = explain(first, second), verify(first, second)
    assert told.reused == (match is not None)
    if match:
        assert told.match == match


@pytest.mark.parametrize("later", [REWRITE, SAME_EVENT])
def test_base_and_contributions_sum_to_the_log_odds(text_of: MakeText, later: str) -> None:
    told = explain(text_of(later), text_of(REPORT))
    log_odds = told.base + sum(reason.contribution for reason in told.reasons)
    assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(told.probability, abs=5.1e-5)
    sizes = [abs(reason.contribution) for reason in told.reasons]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("probability", [0.64994, 0.64996])
def test_the_digits_that_are_told_decide(
    text_of: MakeText, monkeypatch: pytest.MonkeyPatch, probability: float
) -> None:
    monkeypatch.setattr(Model, "probability", lambda *_: probability)
    first, second = text_of(REWRITE), text_of(REPORT)
    told = explain(first, second)
    assert told.reused == (verify(first, second) is not None) == (told.match.score >= MATCH_PROBABILITY)


def test_a_no_has_its_reasons_and_passages_too(text_of: MakeText) -> None:
    told = explain(text_of(SAME_EVENT), text_of(REPORT))
    assert told.verdict.startswith("no re-use of text (probability 0.")
    assert any(reason.contribution < 0 for reason in told.reasons)
    assert len(told.match.passages) >= 1
