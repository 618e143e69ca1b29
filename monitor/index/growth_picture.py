"""How candidates grow with the index, as a picture. Needs matplotlib (the extra `evaluate`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.figure

from monitor.index.growth import Asked, Read
from monitor.index.index import CANDIDATE_LIMIT

_COLOUR, _SECOND, _DIM = "#1f4e9c", "#b4560b", "#8a8f98"


def draw(asked: Sequence[Asked], read: Sequence[Read], path: Path) -> None:
    """Write the picture, in the format of the file's ending; about 60 kB.

    Raises: OSError: the file cannot be written. ValueError: nobody knows its format.
    """
    figure = matplotlib.figure.Figure(figsize=(11, 3.6), layout="constrained")
    candidates, recall, postings = figure.subplots(1, 3)
    _line(candidates, asked, "candidates", "measured", _COLOUR)
    candidates.axhline(CANDIDATE_LIMIT, color=_DIM, linewidth=0.8, linestyle=":")
    candidates.annotate("most that are verified", (asked[0].articles, CANDIDATE_LIMIT), xytext=(0, 3), **_POINTS)
    candidates.set_title("Candidates an article", loc="left")
    _line(recall, asked, "recall", "all", _COLOUR)
    _line(recall, asked, "worst_form", "worst form", _SECOND)
    recall.set_ylim(0.9, 1.003)
    recall.set_title("Recall of candidates", loc="left")
    _line(postings, read, "bands", "bands", _COLOUR)
    _line(postings, read, "phrases", "phrases", _SECOND)
    postings.set_title("Postings read an article", loc="left")
    for axes in (candidates, recall, postings):
        axes.set(xscale="log", xlim=(800, 1.25e6), xlabel="articles in the index")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e6e8eb", linewidth=0.6)
        axes.set_axisbelow(True)
    for axes in (candidates, postings):
        axes.set_ylim(bottom=0)
    for axes in (recall, postings):
        axes.legend(frameon=False)
    # Without the date and the version, the same figures give the same file.
    figure.savefig(path, dpi=110, metadata={"Software": None} if path.suffix == ".png" else None)


_POINTS: dict[str, Any] = {"textcoords": "offset points", "size": 8, "color": _DIM}


def _line(axes: Any, rows: Sequence[Asked] | Sequence[Read], name: str, label: str, colour: str) -> None:
    axes.plot([row.articles for row in rows], [getattr(row, name) for row in rows], "o-", color=colour, label=label)
