"""Looking chunks up finds the same words as searching the text for them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fingerprint import chunks as module
from monitor.fingerprint import lexicon
from monitor.fingerprint.chunks import Chunks, split
from monitor.fingerprint.lexicon import Lexicon, stable_hash

WORD = re.compile(r"\w+(?:['’]\w+)*")


def spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORD.finditer(text)]


def code_points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def looked_up(chunks: Chunks, text: str) -> list[tuple[int, int, int]] | None:
    """Start, end and hash of each word."""
    found = chunks.words(text, code_points(text))
    if found is None:
        return None
    start, end, row = found
    return list(zip(start.tolist(), end.tolist(), chunks.facts.word[row].tolist(), strict=True))


def searched(text: str) -> list[tuple[int, int, int]]:
    return [(start, end, stable_hash(text[start:end].lower())) for start, end in spans(text)]


CHUNKS = Chunks(Lexicon("xx"), WORD)


# The first call compiles, which takes seconds where nothing is kept on disk.
@settings(deadline=None)
@given(st.text("abA'.,-(“” \n", max_size=30).map("a{}".format))
def test_words_are_those_that_the_pattern_finds(text: str) -> None:
    assert looked_up(CHUNKS, text) == searched(text)


@settings(deadline=None)
@given(st.text())
def test_chunks_are_what_stands_between_spaces(text: str) -> None:
    start, end, hashes = split(code_points(text), np.uint64(2**63 + 12345))
    chunks = [text[first:last] for first, last in zip(start, end, strict=True)]
    assert chunks == text.split()
    assert len(set(hashes.tolist())) == len(set(chunks))


def test_every_space_parts_chunks_and_nothing_else_does() -> None:
    text = "".join(f"a{chr(code)}b" for code in range(0x3100))
    start, end, _ = split(code_points(text), np.uint64(1))
    assert [text[first:last] for first, last in zip(start, end, strict=True)] == text.split()


def test_what_is_hardly_made_of_words_between_spaces_is_left_to_the_pattern() -> None:
    assert looked_up(CHUNKS, "endless" * 20) is None
    assert looked_up(CHUNKS, "a " * (module.LONGEST_TEXT // 2) + "a") is None


def test_chunks_that_would_stand_in_one_place_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CAPACITY", 32)
    small, text = Chunks(Lexicon("xx"), WORD), "a b c d e f g h i j k l m n o p q r s t u v w x y z"
    for words in (text, text[::-1]):
        assert looked_up(small, words) == searched(words)


def test_full_chunks_and_full_lexicons_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a b-c d", "e f g-h", "a b-c i", "... -- ...."]
    for owner in (module, lexicon):
        with monkeypatch.context() as patch:
            patch.setattr(owner, "_CAPACITY", 8)
            full = Chunks(Lexicon("xx"), WORD)
            for text in texts * 2:
                assert looked_up(full, text) == searched(text)


def test_words_that_are_learnt_by_others_meanwhile_leave_no_stale_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_CAPACITY", 8)
    chunks = Chunks(Lexicon("xx"), WORD)
    assert looked_up(chunks, "a b c") == searched("a b c")
    chunks.facts.rows(list("defghijk"))
    assert looked_up(chunks, "c b a") == searched("c b a")
