"""Which sentence of one text corresponds to which of the other: tolerant of synonyms and of another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.match import kernels
from monitor.match.text import Text


@dataclass(frozen=True, slots=True)
class Alignment:
    """Similarities of all pairs of sentences: rarity-weighted shares of their stems."""

    shared: np.ndarray
    """float64[a, b]: rarity of the stems that both sentences hold."""
    weight_later: np.ndarray
    """float64[a]: rarity of all stems of each sentence of the later text."""
    weight_earlier: np.ndarray
    """float64[b]: the same for the earlier text."""
    dice: np.ndarray
    """float64[a, b]: 2 shared / (weights of both), 0 to 1."""


def align(later: Text, earlier: Text) -> Alignment:
    """Alignment of two texts. Cost: O(words × log stems + pairs of sentences); 40 µs for 400 words each."""
    first, second = kernels.weigh(later.views, True), kernels.weigh(earlier.views, True)
    shared = kernels.share_rarity(later.views, earlier.views, True)
    return Alignment(shared, first, second, kernels.similarities(shared, first, second))
