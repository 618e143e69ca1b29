"""Looking chunks up finds the same words as searching the text for them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fingerprint import chunks as module
from monitor.fingerprint import lexicon
from monitor.fingerprint.chunks import Chunks
from monitor.fingerprint.lexicon import Lexicon, stable_hash

WORD = re.compile(r"\w+(?:['’]\w+)*")


def spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORD.finditer(text)]


def looked_up(chunks: Chunks, text: str) -> list[tuple[int, int, int]] | None:
    """Start, end and hash of each word."""
    found = chunks.words(text)
    if found is None:
        return None
    start, end, row = found
    return list(zip(start.tolist(), end.tolist(), chunks.facts.word[row].tolist(), strict=True))


def searched(text: str) -> list[tuple[int, int, int]]:
    return [(start, end, stable_hash(text[start:end].lower())) for start, end in spans(text)]


CHUNKS = Chunks(Lexicon("xx"), WORD)


@given(st.lists(st.text("abA'.,-(“”", min_size=1, max_size=6), min_size=1), st.sampled_from([" ", "\n"]))
def test_words_are_those_that_the_pattern_finds(chunks: list[str], space: str) -> None:
    text = space.join(chunks)
    assert looked_up(CHUNKS, text) == searched(text)


@pytest.mark.parametrize("text", ["", " ", "two  spaces", " before", "after ", "endless" * 20])
def test_what_is_no_row_of_words_is_left_to_the_pattern(text: str) -> None:
    assert looked_up(CHUNKS, text) is None


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
