"""Where sentences end: the units that are aligned between two texts."""

from __future__ import annotations

import re

import numpy as np

from monitor.fingerprint.shingles import distinct
from monitor.fingerprint.words import Words

# Marks in a row, with the quotation marks and brackets that they close; lines and full-width marks end a sentence whatever
# follows, others before a space. A point after these is no end: 'J. Smith', 'Dr. Smith'.
_END = re.compile(
    r"""
    [.!?…。！？\n] (?<! [.!?…。！？\n]{2} )
    (?:
        (?: (?<=[\n。！？]) | [.!?…]*+ [\n。！？] ) [.!?…。！？\n]*+ ["'”’»)\]]*+
      | (?<! \b[A-Z]\. ) (?<! \b[A-Z][a-z]\. ) (?<! \bMrs\. ) (?<! \b(?:Gen|Sen|Rep|Gov)\. ) (?<! \bProf\. )
        [.!?…]*+ ["'”’»)\]]*+ (?=\s)
    )
    """,
    re.VERBOSE,
)
MAX_WORDS = 60
"""A longer 'sentence' is a list or text without marks, and is cut into equal parts."""


def sentence_numbers(text: str, found: Words) -> np.ndarray:
    """Number of the sentence that each word stands in: int64[n], from 0, never falling, without gaps."""
    ends = [match.end() for match in _END.finditer(text)]
    first = distinct(np.array([0, *found.start.searchsorted(ends), len(found)]))
    lengths = np.diff(first)
    parts = -(-lengths // MAX_WORDS)
    number = np.repeat(np.cumsum(parts) - parts, lengths)
    if (parts > 1).any():
        position = np.arange(len(number)) - np.repeat(first[:-1], lengths)
        number += position * np.repeat(parts, lengths) // np.repeat(lengths, lengths)
    return number
