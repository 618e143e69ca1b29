"""Everything that is measured of one run over a labelled stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.base.events import Alert
from monitor.evaluate.probability import Bin, Curve, calibration, calibration_error, precision_recall
from monitor.evaluate.score import Score, score, told
from monitor.match.labelled import Labelled
from monitor.match.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of a run and what they were counted from."""

    score: Score
    bins: list[Bin]
    """Calibration of the pairs that a first look does not dismiss."""
    curve: Curve
    """Of the alerts: each article's likeliest match."""
    probability: dict[tuple[str, str], float]
    """Of each of these pairs, by later and earlier article."""

    def as_json(self) -> dict[str, Any]:
        """The figures by name, as `wirewatch evaluate --json` prints them."""
        named = ("articles", "due", "alerts", "unknown_ids", "precision", "recall", "f1", "macro_recall", "min_recall")
        by_form = ("ari", "false_alarms", "recall_by_form", "wrong_by_form")
        return {
            **{name: getattr(self.score, name) for name in (*named, *by_form)},
            "calibration_error": calibration_error(self.bins),
            "average_precision": self.curve.average_precision,
        }


def evaluation(
    stream: Sequence[Labelled], pairs: Pairs, probabilities: np.ndarray, alerts: Iterable[Alert]
) -> Evaluation:
    """What a run gave, judged.

    Args: probabilities: float64[pairs], what the run's model says of each pair. alerts: what it told.
    """
    judged = score(stream, map(told, alerts))
    best: dict[str, int] = {}
    for at, (later, _) in enumerate(pairs.ids):
        if probabilities[at] > probabilities[best.setdefault(later, at)]:
            best[later] = at
    rows = np.array(list(best.values()), np.int64)
    return Evaluation(
        score=judged,
        bins=calibration(probabilities, pairs.reused),
        curve=precision_recall(probabilities[rows], pairs.reused[rows], max(1, judged.due)),
        probability=dict(zip(pairs.ids, probabilities.tolist(), strict=True)),
    )
