"""How densely the best window of a text is covered by phrases of the other: the trace of a lifted passage."""

from __future__ import annotations

import numpy as np

from monitor.match.overlap import held
from monitor.match.text import Sequence, Text

# Windows in words and, for stems, about the content words in them (RESEARCH.md section 1).
WORD_WINDOWS = (40, 80, 160)
STEM_WINDOWS = (25, 50, 100)
RUNS = (5, 8, 12, 20)
_SETS = {"w3": "w3", "w5": "w5", "s2": "s2", "w3_nq": "w3", "w5_nq": "w5", "s2_nq": "s2"}


def covered(sequence: Sequence, others: np.ndarray) -> np.ndarray:
    """bool[length]: the word is part of a shingle that the other text holds too."""
    hit = held(sequence.grams, others)
    cover = np.zeros(sequence.length, np.bool_)
    if hit.any():
        for offset in range(sequence.size):
            cover[offset : offset + len(hit)] |= hit
    return cover


def density_features(later: Text, earlier: Text) -> dict[str, float]:
    """Share of the best window that is covered, for each view and width (the better and the worse direction), and how
    much of the texts is covered by long runs of shared words."""
    values: dict[str, float] = {}
    covers_mine, covers_theirs = _covers(later, earlier), _covers(earlier, later)
    for view in _SETS:
        mine, theirs = covers_mine[view], covers_theirs[view]
        sums_mine, sums_theirs = _sums(mine), _sums(theirs)
        for width in STEM_WINDOWS if view.startswith("s2") else WORD_WINDOWS:
            low, high = sorted((_densest(sums_mine, width), _densest(sums_theirs, width)))
            values[f"{view}_best{width}_low"], values[f"{view}_best{width}_high"] = low, high
        if view == "w3":
            runs = _run_lengths(mine)
            values["longest_run"] = float(np.log1p(runs.max(initial=0)))
            values["quoted_share"] = float((mine & later.quoted).sum() / max(1, mine.sum()))
            values.update({f"words_in_runs{n}": float(np.log1p(runs[runs >= n].sum())) for n in RUNS})
        if view == "w3_nq":
            values["longest_run_nq"] = float(np.log1p(_run_lengths(mine).max(initial=0)))
    return values


def _covers(text: Text, other: Text) -> dict[str, np.ndarray]:
    """What is covered of each view of a text."""
    quotes = bool(text.quoted.any())
    covers: dict[str, np.ndarray] = {}
    for view, name in _SETS.items():
        # Without quotations the views without them are the same, and most texts have none.
        same = not quotes and view != name
        covers[view] = covers[name] if same else covered(text.sequences[view], other.sets[name])
    return covers


def _sums(cover: np.ndarray) -> np.ndarray:
    """Covered words before each place; int64[length + 1]."""
    sums = np.zeros(len(cover) + 1, np.int64)
    cover.cumsum(out=sums[1:])
    return sums


def _densest(sums: np.ndarray, width: int) -> float:
    """Largest share of `width` words in a row that are covered; of the whole text when it is shorter."""
    width = min(width, len(sums) - 1)
    # Most pairs share nothing in most views.
    if not width or not sums[-1]:
        return 0.0
    return float((sums[width:] - sums[:-width]).max()) / width


def _run_lengths(cover: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(cover.astype(np.int8), prepend=0, append=0))
    return edges[1::2] - edges[::2]
