"""The language is that of the middle of a text, where the article is."""

from __future__ import annotations

import py3langid
import pytest

from monitor.fingerprint.language import _identifier, identify

GERMAN = "Der Hafenrat hat den neuen Anleger für die Fähre genehmigt, nach elf Jahren Streit über die Kosten. " * 6
ENGLISH = "The harbour board approved the new ferry pier after eleven years of debate over its cost. " * 6


def test_the_middle_decides() -> None:
    assert identify(GERMAN[:200] + ENGLISH + GERMAN[:200]) == "en"
    assert identify(ENGLISH[:200] + GERMAN + ENGLISH[:200]) == "de"


def test_without_letters_there_is_no_language() -> None:
    assert identify("2026 — 11:30") == ""
    assert identify("") == ""


@pytest.mark.parametrize(
    "text", [GERMAN[:200], ENGLISH[:9], "a", "Лука", "港湾委員会は", "\ud800a", "\U0001d400", "x" * 200]
)
def test_the_answer_is_that_of_the_package(text: str) -> None:
    """Its inner loop is replaced by a faster one."""
    assert identify(text) == py3langid.classify(text)[0]


@pytest.mark.parametrize("text", [GERMAN, ENGLISH, "Лука" * 20])
def test_scores_are_those_of_the_package(text: str) -> None:
    """Up to the order in which they are added up."""
    scores, expected = dict(_identifier().rank(text)), dict(py3langid.rank(text))
    assert scores == pytest.approx(expected, rel=1e-4)
