"""Where sentences end: the units that are aligned between two texts."""

from __future__ import annotations

import re

import numpy as np

from monitor.fingerprint.words import Words

# The look-behinds keep initials and titles together ('J. Smith', 'Dr. Smith').
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\bMrs)(?<!\bGen)(?<!\bSen)\.[\"'”’»)\]]*(?=\s)"
    r"|[!?…][\"'”’»)\]]*(?=\s)|[。！？]|\n",
)
MAX_WORDS = 60
"""A longer 'sentence' is a list or text without marks, and is cut into equal parts."""


def sentence_numbers(text: str, found: Words) -> np.ndarray:
    """Number of the sentence that each word stands in: int64[n], from 0, never falling, without gaps."""
    ends = np.array([match.end() for match in _END.finditer(text)], np.int64)
    number = np.searchsorted(ends, found.start, side="right")
    first = np.flatnonzero(np.diff(number, prepend=-1))
    position = np.arange(len(number)) - np.repeat(first, np.diff(first, append=len(number)))
    length = np.repeat(np.diff(first, append=len(number)), np.diff(first, append=len(number)))
    parts = -(-length // MAX_WORDS)
    part = position * parts // np.maximum(length, 1)
    starts = np.flatnonzero(np.diff(number, prepend=-1) | np.diff(part, prepend=-1))
    return np.cumsum(np.isin(np.arange(len(number)), starts)) - 1
