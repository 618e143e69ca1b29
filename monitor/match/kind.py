"""Which kind of re-use a match is."""

from __future__ import annotations

import numpy as np

from monitor.base.events import Kind
from monitor.match.kernels import covered
from monitor.match.passages import Spans
from monitor.match.text import Text

# With less of the later article taken over, and less of the earlier one taken, a part was lifted, not the article.
_MOST_COVERED = 0.6
_MOST_CONTAINED = 0.8
# Of a rewrite only the sentences that are near enough are marked (seven in ten for people's paraphrases).
_REWRITE_MARKED = 0.4
# Shares of the words in the passages that stand in unchanged runs of three or more: reprints .87 to 1, articles at
# another reading level .63 to .92, spun, translated and machine-rewritten ones .2 to .74.
_VERBATIM = 0.9
_EDITED = 0.72


def kind_of(later: Text, earlier: Text, spans: list[Spans], *, containment: float, coverage: float) -> Kind:
    """`partial` when neither text lies mostly in the passages; else by how much of them is unchanged."""
    share = _unchanged(later, earlier, spans)
    part = coverage < _MOST_COVERED and containment < _MOST_CONTAINED
    if part and (share >= _EDITED or max(containment, coverage) < _REWRITE_MARKED):
        return "partial"
    if share >= _VERBATIM:
        return "verbatim"
    return "edited" if share >= _EDITED else "rewritten"


def _unchanged(later: Text, earlier: Text, spans: list[Spans]) -> float:
    """Share of the later text's words in the spans that stand in runs of three shared words."""
    unchanged = covered(later.views, 0, earlier.views)
    marked = np.zeros(len(unchanged), np.bool_)
    for span in spans:
        marked[slice(*span.later)] = True
    return float(unchanged[marked].mean()) if marked.any() else 0.0
