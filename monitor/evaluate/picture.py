"""Precision-recall curve and calibration as a picture. Needs matplotlib (the extra `evaluate`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.figure

from monitor.evaluate.evaluation import Evaluation
from monitor.match.verify import MATCH_PROBABILITY

_LEAST_SHOWN = 0.8
_COLOUR = "#1f4e9c"
_DIM = "#8a8f98"


def draw(found: Evaluation, path: Path) -> None:
    """Write the picture, in the format of the file's ending (.png, .svg, .pdf); about 60 kB.

    Raises: OSError: the file cannot be written. ValueError: nobody knows its format.
    """
    figure = matplotlib.figure.Figure(figsize=(9, 3.8), layout="constrained")
    first, second = figure.subplots(1, 2)
    _curve(first, found)
    _calibration(second, found)
    for axes in (first, second):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e6e8eb", linewidth=0.6)
        axes.set_axisbelow(True)
    # Without the date and the version, the same figures give the same file.
    figure.savefig(path, dpi=110, metadata={"Software": None} if path.suffix == ".png" else None)


def _curve(axes: Any, found: Evaluation) -> None:
    curve, score = found.curve, found.score
    axes.step(curve.recall, curve.precision, where="post", color=_COLOUR)
    axes.plot(score.recall, score.precision, "o", color=_COLOUR)
    axes.annotate(
        f"as alerted\nF1 {score.f1:.3f}",
        (score.recall, score.precision),
        xytext=(-14, -14),
        textcoords="offset points",
        ha="right",
        va="top",
    )
    low = min(_LEAST_SHOWN, score.recall - 0.05, score.precision - 0.05)
    axes.set(xlim=(low, 1.005), ylim=(low, 1.005), xlabel="recall", ylabel="precision")
    axes.set_title(f"Alerts, average precision {curve.average_precision:.3f}", loc="left")


def _calibration(axes: Any, found: Evaluation) -> None:
    said = [one.probability for one in found.bins]
    was = [one.reused for one in found.bins]
    axes.plot([0, 1], [0, 1], color=_DIM, linewidth=1, linestyle="--")
    axes.axvline(MATCH_PROBABILITY, color=_DIM, linewidth=0.8, linestyle=":")
    axes.plot(said, was, "o-", color=_COLOUR)
    for one in found.bins:
        axes.annotate(f"{one.pairs}", (one.probability, one.reused), xytext=(7, -3), textcoords="offset points", size=8)
    axes.set(
        xlim=(-0.02, 1.08), ylim=(-0.04, 1.04), xlabel="probability that was given", ylabel="share that was re-use"
    )
    axes.set_title(f"Pairs, calibration error {found.as_json()['calibration_error']:.3f}", loc="left")
