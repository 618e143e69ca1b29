"""How much two texts share as sets: Jaccard similarity and containment of each view."""

from __future__ import annotations

import numpy as np

from monitor.match.text import Text

VIEWS = ("w1", "w2", "w3", "w5", "s1", "s2", "skip", "w3_nq", "s2_nq", "name", "plain", "number")


def held(hashes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which hashes are among the others.

    Args: others: sorted, without repeats.
    Returns: bool, of the shape of `hashes`. Cost: O(n log m), 8 µs for 400 in 400.
    """
    if not len(others):
        return np.zeros(len(hashes), np.bool_)
    at = others.searchsorted(hashes)
    at[at == len(others)] = 0
    found: np.ndarray = others[at] == hashes
    return found


def jaccard(first: np.ndarray, second: np.ndarray) -> float:
    """Jaccard similarity of two sorted sets of hashes; 0 when both are empty."""
    shared = int(held(first, second).sum())
    union = len(first) + len(second) - shared
    return shared / union if union else 0.0


def overlap_features(later: Text, earlier: Text) -> dict[str, float]:
    """Jaccard similarity and both containments of every view, and the rarity-weighted share of stems."""
    values: dict[str, float] = {}
    for view in VIEWS:
        mine, theirs = later.sets[view], earlier.sets[view]
        shared = int(held(mine, theirs).sum())
        values[f"{view}_jaccard"] = shared / max(1, len(mine) + len(theirs) - shared)
        low, high = sorted((shared / max(1, len(mine)), shared / max(1, len(theirs))))
        values[f"{view}_low"], values[f"{view}_high"] = low, high
        if view in ("name", "number"):
            values[f"{view}_shared"] = float(min(shared, 30))
    values["phrase_share"] = values["s2_jaccard"] / (values["s1_jaccard"] + 0.02)
    values["phrase_share_nq"] = values["s2_nq_jaccard"] / (values["s1_jaccard"] + 0.02)
    return values
