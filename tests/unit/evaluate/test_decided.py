"""A stream is decided by the probabilities that are given, with the service's own rules for stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.base.events import Article
from monitor.evaluate.decided import decided
from monitor.evaluate.evaluation import evaluation
from monitor.evaluate.score import told
from monitor.match.labelled import Labelled
from monitor.match.pairs import labelled_pairs
from monitor.match.verify import MATCH_PROBABILITY
from tests.unit.match.reports import REPORT, REWRITE, UNRELATED

START = datetime(2026, 11, 1, tzinfo=UTC)
TEXTS = {
    "report": REPORT,
    "other": UNRELATED,
    "short": "Three words only.",
    "copy": REPORT + "\nMore.",
    "rewrite": REWRITE,
}
STREAM = [
    Labelled(
        Article(id=name, url=name, source=f"{name}.example", first_seen_at=START + timedelta(seconds=at), text=text),
        "spun",
        "other" if name == "other" else "report",
        "",
    )
    for at, (name, text) in enumerate(TEXTS.items())
]
PAIRS = labelled_pairs(STREAM)


def alerts(probabilities: dict[tuple[str, str], float]) -> list[tuple[str, str]]:
    given = np.array([probabilities.get(pair, 0.0) for pair in PAIRS.ids])
    return [told(alert)[:2] for alert in decided(PAIRS, given)]


def test_pairs_are_those_that_share_something() -> None:
    assert set(PAIRS.ids) == {("copy", "report"), ("rewrite", "report"), ("rewrite", "copy")}
    assert PAIRS.reused.all() and "short" not in PAIRS.prints


def test_the_likeliest_match_is_told_from_its_least_probability_on() -> None:
    assert alerts({}) == []
    assert alerts({("copy", "report"): MATCH_PROBABILITY}) == [("copy", "report")]
    assert alerts({("rewrite", "report"): 0.7, ("rewrite", "copy"): 0.8}) == [("rewrite", "copy")]
    assert alerts({("rewrite", "report"): MATCH_PROBABILITY - 0.01}) == []


def test_copies_of_one_text_are_one_story() -> None:
    found = list(decided(PAIRS, np.full(len(PAIRS.ids), 0.9)))
    assert {alert.story.origin.id for alert in found} == {"report"}
    assert len({alert.story.id for alert in found}) == 1


def test_what_is_measured_is_what_was_decided() -> None:
    probabilities = np.full(len(PAIRS.ids), 0.9)
    found = evaluation(STREAM, PAIRS, probabilities, decided(PAIRS, probabilities))
    assert found.score.missed == ("short",), "too short to be compared, yet a copy by its label"
    assert found.curve.recall.tolist() == [2 / 3]
    assert found.as_json()["calibration_error"] == np.float64(1 - 0.9)


def test_the_curve_is_of_each_articles_likeliest_match() -> None:
    given = {("copy", "report"): 0.6, ("rewrite", "report"): 0.7, ("rewrite", "copy"): 0.8}
    probabilities = np.array([given[pair] for pair in PAIRS.ids])
    found = evaluation(STREAM, PAIRS, probabilities, [])
    assert found.curve.threshold.tolist() == [0.8, 0.6]
