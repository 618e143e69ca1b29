"""Which sentence of one text corresponds to which of the other: tolerant of synonyms and of another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.match.overlap import held
from monitor.match.text import Text

_LEVELS = (0.3, 0.5, 0.7)
# A sentence of less total rarity ('He said so on Monday.') agrees with others by chance.
MIN_WEIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """Similarities of all pairs of sentences: rarity-weighted shares of their stems."""

    shared: np.ndarray
    """float32[a, b]: rarity of the stems that both sentences hold."""
    weight_later: np.ndarray
    """float32[a]: rarity of all stems of each sentence of the later text."""
    weight_earlier: np.ndarray
    """float32[b]: the same for the earlier text."""

    @property
    def dice(self) -> np.ndarray:
        """float32[a, b]: 2 shared / (weights of both), 0 to 1."""
        total = self.weight_later[:, None] + self.weight_earlier[None, :]
        similarity: np.ndarray = 2 * self.shared / np.maximum(total, MIN_WEIGHT)
        return similarity


def align(later: Text, earlier: Text) -> Alignment:
    """Alignment of two texts. Cost: O(sentences² × shared stems) as one matrix product; 0.1 ms for 400 words."""
    vocabulary = later.sets["s1"][held(later.sets["s1"], earlier.sets["s1"])]
    first, weight_later = _incidence(later, vocabulary)
    second, weight_earlier = _incidence(earlier, vocabulary)
    # Each side holds the square root of a stem's rarity, so that the product sums rarities.
    return Alignment(first @ second.T, weight_later, weight_earlier)


def alignment_features(later: Text, earlier: Text, found: Alignment) -> dict[str, float]:
    """How well sentences find a counterpart, over the whole texts and over the best few, and whether in order."""
    values: dict[str, float] = {}
    dice = found.dice
    if not dice.size:
        dice = np.zeros((1, 1), np.float32)
    sides = (
        (dice.max(axis=1), found.weight_later, found.shared.max(axis=1, initial=0)),
        (dice.max(axis=0), found.weight_earlier, found.shared.max(axis=0, initial=0)),
    )
    measured = [_side(*side) for side in sides]
    for name in measured[0]:
        low, high = sorted(side[name] for side in measured)
        values[f"sentence_{name}_low"], values[f"sentence_{name}_high"] = low, high
    values["sentence_best"] = float(dice.max())
    values["sentence_order"] = _order(dice)
    values["lead"] = float(dice[:2, :2].max())
    total = float(found.weight_later.sum()), float(found.weight_earlier.sum())
    values["length_ratio"] = min(total) / max(max(total), 1.0)
    values["log_length"] = float(np.log1p(min(len(later.words), len(earlier.words))))
    return values


def _incidence(text: Text, vocabulary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32[sentences, vocabulary] of square roots of rarity, and float32[sentences] of all rarity."""
    content = text.words.content
    sentence, stem, rarity = text.sentence[content], text.words.stem[content], text.rarity[content]
    sentences = int(text.sentence[-1]) + 1 if len(text.sentence) else 0
    weight = np.bincount(sentence, weights=rarity, minlength=sentences).astype(np.float32)
    matrix = np.zeros((sentences, len(vocabulary)), np.float32)
    known = held(stem, vocabulary)
    matrix[sentence[known], np.searchsorted(vocabulary, stem[known])] = np.sqrt(rarity[known])
    return matrix, weight


def _side(best: np.ndarray, weight: np.ndarray, shared: np.ndarray) -> dict[str, float]:
    total = max(float(weight.sum()), 1.0)
    top = np.sort(best * np.minimum(weight / MIN_WEIGHT, 1.0))[::-1][:5]
    return {
        "mean": float((best * weight).sum()) / total if len(best) == len(weight) else 0.0,
        "shared": float(shared.sum()) / total,
        "top3": float(top[:3].sum()) / 3,
        "top5": float(top.sum()) / 5,
        **{f"above{level}": float(weight[best >= level].sum()) / total for level in _LEVELS},
    }


def _order(dice: np.ndarray) -> float:
    """Share of neighbouring aligned sentences whose counterparts stand in the same order; .5 when there are none."""
    at = dice.argmax(axis=1)[dice.max(axis=1) >= _LEVELS[0]]
    if len(at) < 3:
        return 0.5
    steps = np.diff(at)
    return float((steps > 0).sum() / max(1, (steps != 0).sum()))
