"""Probabilities judged against what was so: do they mean what they say, and do they rank right before wrong?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 10
"""Bins of equal width: 0 to .1, .1 to .2 and so on."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The pairs whose probability falls into one bin."""

    pairs: int
    probability: float
    """Mean of what was said."""
    reused: float
    """Share of what was so."""


def calibration(probabilities: np.ndarray, reused: np.ndarray) -> list[Bin]:
    """The bins that hold any pairs, the lowest first.

    Args: probabilities: float64[pairs], 0 to 1. reused: bool[pairs].
    """
    number = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    held = [number == at for at in range(BINS)]
    return [
        Bin(int(rows.sum()), float(probabilities[rows].mean()), float(reused[rows].mean()))
        for rows in held
        if rows.any()
    ]


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: mean distance of what was said from what was so, weighted by pairs; 0 is best.

    Source: Naeini, Cooper and Hauskrecht 2015.
    """
    pairs = sum(one.pairs for one in bins)
    return sum(one.pairs * abs(one.probability - one.reused) for one in bins) / max(1, pairs)


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall of the alerts as the probability that makes a match is lowered; float64[thresholds]."""

    threshold: np.ndarray
    """Falling."""
    precision: np.ndarray
    recall: np.ndarray

    @property
    def average_precision(self) -> float:
        """Mean precision over the recall that is gained, 0 to 1; recall that no threshold reaches counts 0."""
        return float((np.diff(self.recall, prepend=0.0) * self.precision).sum())


def precision_recall(probabilities: np.ndarray, right: np.ndarray, due: int) -> Curve:
    """The curve of alerts of known probability.

    Args: probabilities: float64[n] of each article's best match. right: bool[n]: whether that is one.
        due: articles for which an alert is due, at least 1.
    """
    order = np.argsort(-probabilities, kind="stable")
    threshold, hits = probabilities[order], right[order].cumsum()
    # Alerts of one probability come together.
    last = np.flatnonzero(np.diff(threshold, append=-1.0))
    return Curve(threshold[last], hits[last] / (last + 1), hits[last] / due)
