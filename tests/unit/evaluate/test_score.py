"""Alerts are judged as the bench's own program judges them, and as a person would by hand."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.base.events import Article
from monitor.evaluate.evaluation import Evaluation
from monitor.evaluate.probability import precision_recall
from monitor.evaluate.score import Score, Told, adjusted_rand_index, score
from monitor.match.labelled import Labelled

SCORE = Path(__file__).resolve().parents[3] / ".." / "shared" / "bench" / "score.py"
FORMS = ("paraphrase", "lifted", "same_event", "same_topic", "background")


def labelled(name: str, form: str, group: str, event: str = "") -> Labelled:
    seen_at = datetime(2026, 11, 1, tzinfo=UTC)
    return Labelled(Article(id=name, url=name, first_seen_at=seen_at, text=name), form, group, event)


STREAM = [
    labelled("a", "background", "one"),
    labelled("b", "paraphrase", "one"),
    labelled("c", "lifted", "one"),
    labelled("d", "same_event", "two"),
    labelled("e", "background", "three"),
]


def test_right_wrong_missed_and_unknown_alerts() -> None:
    claims = [Told("b", "a", "s"), Told("d", "b", "s"), Told("e", "nobody", "t"), Told("a", "c", "s")]
    found = score(STREAM, claims)
    assert (found.articles, found.due, found.alerts, found.unknown_ids) == (5, 2, 3, 1)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == 0.5
    assert found.f1 == pytest.approx(0.4)
    assert found.recall_by_form == {"lifted": 0.0, "paraphrase": 1.0}
    assert (found.macro_recall, found.min_recall) == (0.5, 0.0)
    assert found.false_alarms == {"background": 0.5, "same_event": 1.0}
    assert found.wrong_by_form == {"same_event": 1, "background": 1}
    assert found.wrong == (Told("d", "b", "s"), Told("a", "c", "s")), "the last names a later article"
    assert found.missed == ("c",)


def test_a_second_alert_may_set_an_article_right() -> None:
    found = score(STREAM, [Told("b", "d", "s"), Told("b", "a", "s")])
    assert (found.alerts, found.precision, found.wrong_by_form) == (1, 1.0, {"paraphrase": 1})


def test_no_alert_is_no_wrong_one() -> None:
    assert (score(STREAM, []).precision, score(STREAM, []).f1, score([], []).recall) == (1.0, 0.0, 1.0)


def test_adjusted_rand_index_of_hubert_and_arabie() -> None:
    assert adjusted_rand_index("aabb", "ccdd") == 1.0
    assert adjusted_rand_index("aabb", "cdcd") == pytest.approx(-0.5)
    assert adjusted_rand_index("aaabbb", "aabbcc") == pytest.approx(0.2424, abs=1e-4)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The bench's own scoring program."""
    if not SCORE.is_file():
        pytest.skip("the bench (../shared) is not on this machine")
    spec = importlib.util.spec_from_file_location("score", SCORE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NAMES = [f"a{at}" for at in range(12)]
streams = st.lists(st.tuples(st.sampled_from(FORMS), st.integers(0, 4)), min_size=2, max_size=len(NAMES))
claims = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from("xyz")), max_size=15)


@given(stream=streams, told=claims)
def test_every_figure_is_that_of_the_bench(bench: ModuleType, stream: list[Any], told: list[Any]) -> None:
    records = [{"id": NAMES[at], "cls": form, "group": group} for at, (form, group) in enumerate(stream)]
    alerts = [{"article": {"id": a}, "match": {"article": {"id": b}}, "story": {"id": s}} for a, b, s in told]
    expected = bench.score(records, alerts)
    found = score([labelled(r["id"], r["cls"], r["group"]) for r in records], [Told(*one) for one in told])
    figures = as_json(found)
    assert expected.keys() <= figures.keys()
    for key, value in expected.items():
        assert figures[key] == (value if isinstance(value, dict) else pytest.approx(value)), key


def as_json(found: Score) -> dict[str, Any]:
    nothing = np.zeros(0)
    return Evaluation(found, [], precision_recall(nothing, nothing, 1), {}).as_json()
