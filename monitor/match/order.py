"""Whether the rarer words that two texts share stand together in both: so they do in a rewrite, however worded, while
independent reports spread the same names and facts differently."""

from __future__ import annotations

import numpy as np

from monitor.match.overlap import held
from monitor.match.text import Text

_MIN_RARITY = 2.0
# Two neighbours among the shared stems belong together when no more than this many words part them.
_NEAR_WORDS = 12


def order_features(later: Text, earlier: Text) -> dict[str, float]:
    """Rarity-weighted containment of stems, and how many neighbours among the shared stems are neighbours in both.

    Cost: 0.05 ms.
    """
    shared = held(later.sets["s1"], earlier.sets["s1"])
    first = later.first_place[shared]
    second = earlier.first_place[earlier.sets["s1"].searchsorted(later.sets["s1"][shared])]
    weight = later.rarity[first]
    shares = sorted(
        float(weight.sum()) / max(1.0, float(text.rarity[text.first_place].sum())) for text in (later, earlier)
    )
    rare = weight >= _MIN_RARITY
    order = np.argsort(first[rare], kind="stable")
    step, other = np.diff(first[rare][order]), np.diff(second[rare][order])
    near = (step <= _NEAR_WORDS) & (np.abs(other) <= _NEAR_WORDS)
    count = max(1, len(step))
    return {
        "rarity_low": shares[0],
        "rarity_high": shares[1],
        "neighbours": float(near.sum()) / count,
        "neighbours_in_order": float((near & (other > 0)).sum()) / count,
        "neighbours_log": float(np.log1p(near.sum())),
        "forward": float((other > 0).sum()) / count,
        "neighbours_of_text": float(near.sum()) / max(1, min(len(later.words), len(earlier.words))),
    }
