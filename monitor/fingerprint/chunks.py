"""What stands between two spaces, with the words in it: 'U.S.-led,' is searched for words once."""

from __future__ import annotations

import re
from threading import Lock

import numpy as np

from monitor.fingerprint.lexicon import Lexicon, Rows

_CAPACITY = 1 << 17
LONGEST_TEXT = 100_000
"""Characters of a text that finds room whatever is in it."""
_MEAN_CHARACTERS = 32
"""In a text with longer chunks in the mean they are no words with marks, and seldom come again."""


class Chunks:
    """The chunks of one language, kept in arrays that are looked up by row.

    A text is split at its spaces, and its chunks become rows; looking for words in it costs three times as much. Bounded: all
    is forgotten when it is full (a day of news in one language holds about 120,000 chunks).
    """

    def __init__(self, facts: Lexicon, word: re.Pattern[str]) -> None:
        self.facts = facts
        self.lock = Lock()
        """Held by whoever asks for rows, of words too, until the facts are read."""
        self._pattern = word
        self._generation = facts.generation
        self._rows = Rows(self._learn)
        self._length = np.zeros(_CAPACITY, np.int64)
        self._count = np.zeros(_CAPACITY, np.int64)
        self._first = np.zeros(_CAPACITY, np.int64)
        # The words of all chunks, one after the other: where they stand in their chunk, and their rows in the lexicon.
        self._used = 0
        self._start = np.zeros(_CAPACITY, np.int64)
        self._size = np.zeros(_CAPACITY, np.int64)
        self._word = np.zeros(_CAPACITY, np.int64)

    def words(self, text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Start, end and row in the lexicon of each word that the pattern finds; int64[n] each.

        Nothing of a text that is empty or too long, has two spaces in a row, or is hardly made of words between spaces.
        """
        chunks = text.split()
        if not 0 < len(text) <= min(LONGEST_TEXT, _MEAN_CHARACTERS * len(chunks)):
            return None
        self._make_room((len(text) + 1) // 2)
        rows = self._rows.of(chunks)
        length = self._length[rows]
        after = np.cumsum(length + 1)
        if after[-1] != len(text) + 1:
            return None
        count = self._count[rows]
        last = np.cumsum(count)
        # A chunk's words stand at [last - count, last) in the text, and from `first` on in the list of all.
        at = np.repeat(self._first[rows] - (last - count), count) + np.arange(last[-1])
        start = np.repeat(after - (length + 1), count) + self._start[at]
        return start, start + self._size[at], self._word[at]

    def _make_room(self, count: int) -> None:
        """Forget everything if `count` more chunks or words might not fit, or if the lexicon has done so."""
        self.facts.make_room(count)
        if self.facts.generation != self._generation or max(len(self._rows), self._used) + count > _CAPACITY:
            self._generation = self.facts.generation
            self._rows.clear()
            self._used = 0

    def _learn(self, chunk: str, row: int) -> None:
        self._length[row] = len(chunk)
        self._first[row] = at = self._used
        for match in self._pattern.finditer(chunk):
            self._start[at] = match.start()
            self._size[at] = match.end() - match.start()
            self._word[at] = self.facts.row(match[0])
            at += 1
        self._count[row] = at - self._used
        self._used = at
