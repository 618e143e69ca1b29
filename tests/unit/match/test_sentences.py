"""Sentences end at marks and lines, not at initials and decimals."""

from __future__ import annotations

import pytest

from monitor.fingerprint.words import words
from monitor.match.sentences import MAX_WORDS, sentence_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("One two. Three", [0, 0, 1]),
        ("One two! Three? Four", [0, 0, 1, 2]),
        ("Headline here\nBody text", [0, 0, 1, 1]),
        ("Dr. Smith met J. Brown", [0, 0, 0, 0, 0]),
        ("He paid 2.50 crowns", [0, 0, 0, 0]),
        ("“Stop.” She left", [0, 1, 1]),
        ("", []),
    ],
)
def test_where_sentences_end(text: str, numbers: list[int]) -> None:
    assert sentence_numbers(text, words(text, "en")).tolist() == numbers


def test_marks_without_words_between_leave_no_gap() -> None:
    text = "One. ! ? … Two"
    assert sentence_numbers(text, words(text, "en")).tolist() == [0, 1]


def test_japanese_sentences_need_no_space() -> None:
    text = "雨だ。晴れ。"
    assert sentence_numbers(text, words(text, "ja")).tolist() == [0, 0, 1, 1]


def test_endless_text_is_cut_into_equal_parts() -> None:
    text = " ".join(["word"] * (MAX_WORDS * 2))
    numbers = sentence_numbers(text, words(text, "en")).tolist()
    assert numbers == [0] * MAX_WORDS + [1] * MAX_WORDS
