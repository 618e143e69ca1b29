"""A text as arrays: every view by which it is compared with another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SETS = ("w1", "w2", "w3", "w5", "s1", "s2", "skip", "w3_nq", "s2_nq", "name", "plain", "number")
"""Sets of hashes, sorted and without repeats: words (w) and stems of content words (s), 1 to 5 in a row; two stems with at
most two between them; rare capitalised words; what is neither name nor number. `_nq` is without quotations."""
W1, W2, W3, W5, S1, S2, SKIP, W3_NQ, S2_NQ, NAME, PLAIN, NUMBER = range(len(SETS))
SEQUENCES = ("w3", "w5", "w3_nq", "w5_nq", "s2", "s2_nq")
"""Shingles in the order of the text, which show where it agrees with another."""
SHINGLE_SIZES = (3, 5, 3, 5, 2, 2)
LOOKED_FOR = (W3, W5, W3, W5, S2, S2)
"""The set of the other text in which the shingles of each sequence are looked for."""


class Views(NamedTuple):
    """All views of one text of n words."""

    hashes: np.ndarray
    """uint64: the sets, then the sequences, end to end."""
    bounds: np.ndarray
    """int64[len(SETS) + len(SEQUENCES) + 1]: where each begins, and the end of the last."""
    first_place: np.ndarray
    """int64: word at which each stem of the set `s1` stands first."""
    stem: np.ndarray
    """uint64[n]: hash of each word's stem."""
    content: np.ndarray
    """bool[n]: the word is no function word."""
    quoted: np.ndarray
    """bool[n]: the word stands inside quotation marks."""
    sentence: np.ndarray
    """int64[n]: number of the sentence of each word, from 0."""
    rarity: np.ndarray
    """float32[n]: 0 for words that every article holds, to 6 for the rarest: their inverse document frequency."""

    def view(self, number: int) -> np.ndarray:
        """The hashes of one set."""
        return self.hashes[self.bounds[number] : self.bounds[number + 1]]


def joined(sets: list[np.ndarray], sequences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """`hashes` and `bounds` of the views, given in the order of `SETS` and `SEQUENCES`."""
    parts = [*sets, *sequences]
    bounds = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=bounds[1:])
    return np.concatenate(parts), bounds
