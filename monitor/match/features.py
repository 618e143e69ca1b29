"""The features by which a pair of texts is judged; symmetric, so that it does not matter which text came first."""

from __future__ import annotations

from monitor.match.alignment import Alignment, alignment_features
from monitor.match.density import density_features
from monitor.match.order import order_features
from monitor.match.overlap import overlap_features
from monitor.match.text import Text


def pair_features(later: Text, earlier: Text, found: Alignment) -> dict[str, float]:
    """Every feature of a pair by name, always in the same order. Cost: 1 ms for two articles of 400 words."""
    return {
        **overlap_features(later, earlier),
        **density_features(later, earlier),
        **alignment_features(later, earlier, found),
        **order_features(later, earlier),
    }
