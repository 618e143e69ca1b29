"""The words of a text as arrays: where they stand, their hashes, their stems and how common they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached

from monitor.fingerprint.chunks import Chunks
from monitor.fingerprint.lexicon import COMMON, Lexicon
from monitor.fingerprint.scripts import MARKS, UNSPACED, any_unspaced
from monitor.fingerprint.shingles import mix

STOP_FREQUENCY = 1e-3
"""Words at least this frequent carry no content: in English about the 120 commonest."""
KEPT_CHARACTERS = 2_000_000
"""Texts whose words are kept: some 800 of usual length, in 15 MB."""

# Apostrophes join letters, points and commas join digits.
_SPACED = re.compile(rf"\w[\w{MARKS}]*(?:['’][^\W\d][\w{MARKS}]*|(?<=\d)[.,]\d+)*")
_UNSPACED = re.compile(rf"[{UNSPACED}]|(?![{UNSPACED}])\w(?:(?![{UNSPACED}])[\w{MARKS}])*")


@dataclass(frozen=True, slots=True)
class Words:
    """The n words of a text, in order. In scripts without spaces a 'word' is a character with the one after it."""

    start: np.ndarray
    """int64[n]: offset of the first character of each word."""
    end: np.ndarray
    """int64[n]: offset after its last character."""
    word: np.ndarray
    """uint64[n]: hash of the word in lower case."""
    stem: np.ndarray
    """uint64[n]: hash of its stem."""
    frequency: np.ndarray
    """float32[n]: share of the word among all words of the language."""
    capital: np.ndarray
    """bool[n]: starts with a capital letter."""
    number: np.ndarray
    """bool[n]: starts with a digit."""

    def __len__(self) -> int:
        return len(self.word)

    @property
    def content(self) -> np.ndarray:
        """bool[n]: not a function word."""
        return self.frequency < STOP_FREQUENCY


@cached(LRUCache(KEPT_CHARACTERS, getsizeof=lambda found: int(found.end[-1]) if len(found) else 1), lock=Lock())
def words(text: str, language: str) -> Words:
    """Words of a text in a language; an unknown language is split alike, and its words are their own stems.

    Cost: 0.07 ms for 400 words; a word's first appearance in the process costs 3 µs more. Kept for a while, since a text
    is compared soon after its fingerprint was made; so the arrays are not to be changed.
    """
    known = _chunks(language)
    # Long texts are worked on in threads, and a row of the lexicon is one word's only until it is full.
    with known.lock:
        letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        # The pattern that splits every character of some scripts is slow, and most texts do not need it.
        spaced = text.isascii() or not any_unspaced(letters)
        start, end, rows = (known.words(text, letters) if spaced else None) or _found(
            _SPACED if spaced else _UNSPACED, text, known.facts
        )
        word, stem, frequency, unspaced, capital, number = (values[rows] for values in known.facts.columns)
    pair = None if spaced else _pairs(start, end, unspaced)
    if pair is not None and pair.any():
        word, frequency = _join(word, frequency, pair, unspaced)
        stem = np.where(unspaced, word, stem)
    return Words(start, end, word, stem, frequency, capital, number)


@lru_cache(maxsize=64)
def _chunks(language: str) -> Chunks:
    return Chunks(Lexicon(language), _SPACED)


def _found(pattern: re.Pattern[str], text: str, facts: Lexicon) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, end and row of each word."""
    spans = list(map(re.Match.span, pattern.finditer(text)))
    rows = facts.rows([text[start:end] for start, end in spans])
    bounds = np.fromiter(chain.from_iterable(spans), np.int64, 2 * len(spans)).reshape(-1, 2)[: len(rows)]
    return bounds[:, 0], bounds[:, 1], rows


def _pairs(start: np.ndarray, end: np.ndarray, unspaced: np.ndarray) -> np.ndarray:
    """bool[n]: the word is a character of an unspaced script, with another right after it."""
    pair = np.zeros(len(start), np.bool_)
    pair[:-1] = unspaced[:-1] & unspaced[1:] & (end[:-1] == start[1:])
    return pair


def _join(
    word: np.ndarray, frequency: np.ndarray, pair: np.ndarray, unspaced: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Hashes and frequencies of characters joined with the next; a lone last character says nothing by itself."""
    following = np.roll(word, -1)
    joined = np.where(pair, mix(word, following), word)
    # A pair counts as function word only if both its characters are hiragana.
    common = np.where(pair, np.minimum(frequency, np.roll(frequency, -1)), np.float32(COMMON))
    return joined, np.where(unspaced, common, frequency)
