"""Where sentences end: the units that are aligned between two texts."""

from __future__ import annotations

import re

import numpy as np

from monitor.fingerprint.words import Words

_MARK = re.compile(r"[.!?…。！？\n]+[\"'”’»)\]]*")
# A point after these is no end: 'J. Smith', 'Dr. Smith'.
_ABBREVIATION = re.compile(r"(?:\b[A-Z][a-z]?|\b(?:Mrs|Gen|Sen|Rep|Gov|Prof))$")
_LONGEST_ABBREVIATION = 5
_ALWAYS_ENDS = frozenset("\n。！？")
MAX_WORDS = 60
"""A longer 'sentence' is a list or text without marks, and is cut into equal parts."""


def sentence_numbers(text: str, found: Words) -> np.ndarray:
    """Number of the sentence that each word stands in: int64[n], from 0, never falling, without gaps."""
    ends = np.array([match.end() for match in _MARK.finditer(text) if _is_end(text, *match.span())], np.int64)
    number = np.searchsorted(ends, found.start, side="right")
    first = np.flatnonzero(np.diff(number, prepend=-1))
    lengths = np.diff(first, append=len(number))
    position = np.arange(len(number)) - np.repeat(first, lengths)
    length = np.repeat(lengths, lengths)
    parts = -(-length // MAX_WORDS)
    part = position * parts // np.maximum(length, 1)
    starts = np.ones(len(number), np.bool_)
    starts[1:] = (number[1:] != number[:-1]) | (part[1:] != part[:-1])
    return np.cumsum(starts) - 1


def _is_end(text: str, start: int, end: int) -> bool:
    if not _ALWAYS_ENDS.isdisjoint(text[start:end]):
        return True
    if not text[end : end + 1].isspace():
        return False
    return text[start] != "." or not _ABBREVIATION.search(text[max(0, start - _LONGEST_ABBREVIATION) : start])
