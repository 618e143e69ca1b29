"""The language is that of the middle of a text, where the article is."""

from __future__ import annotations

from monitor.fingerprint.language import identify

GERMAN = "Der Hafenrat hat den neuen Anleger für die Fähre genehmigt, nach elf Jahren Streit über die Kosten. " * 6
ENGLISH = "The harbour board approved the new ferry pier after eleven years of debate over its cost. " * 6


def test_the_middle_decides() -> None:
    assert identify(GERMAN[:200] + ENGLISH + GERMAN[:200]) == "en"
    assert identify(ENGLISH[:200] + GERMAN + ENGLISH[:200]) == "de"


def test_without_letters_there_is_no_language() -> None:
    assert identify("2026 — 11:30") == ""
    assert identify("") == ""
