"""The judge of a pair: gradient-boosted trees whose weights ship as data."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from monitor.match.features import FEATURES
from monitor.match.kernels import sum_leaves

WEIGHTS = "model.npz"
_ARRAYS = ("roots", "feature", "threshold", "left", "right", "value", "trained_on")


@dataclass(frozen=True, slots=True)
class Model:
    """Trees over pair features, as arrays over all nodes of all trees.

    A node sends a pair to `left` when its feature is at most its threshold, else to `right`; a leaf leads to itself.
    """

    names: tuple[str, ...]
    """Names of the features, in the order of their numbers."""
    roots: np.ndarray
    """int32[trees]"""
    feature: np.ndarray
    """int16[nodes]"""
    threshold: np.ndarray
    """float64[nodes]"""
    left: np.ndarray
    """int32[nodes]"""
    right: np.ndarray
    """int32[nodes]"""
    value: np.ndarray
    """float64[nodes]: log-odds that the tree adds at a leaf; at an inner node the mean over the training pairs."""
    depth: int
    """Steps from a root to the farthest leaf."""
    trained_on: np.ndarray
    """uint32[articles], sorted: hashes of the texts that it was trained on, so that nobody judges it by them unawares."""

    def probability(self, features: np.ndarray) -> float:
        """Probability that the pair shares text, 0 to 1.

        Args: features: float64[len(names)], in the order of `names`.
        Cost: 15 µs for 400 trees.
        """
        return _logistic(
            sum_leaves(features, self.roots, self.feature, self.threshold, self.left, self.right, self.value)
        )

    def contributions(self, features: np.ndarray) -> dict[str, float]:
        """Log-odds that each feature adds for this pair, largest first; with `base` they sum to the model's log-odds.

        Args: features: as in `probability`.
        Source: the path method (Saabas 2014): each step's change of the mean goes to the feature that was asked.
        """
        paths = self._leaves(features)
        totals = np.zeros(len(self.names))
        for before, after in itertools.pairwise(paths):
            np.add.at(totals, self.feature[before], self.value[after] - self.value[before])
        added = {name: float(total) for name, total in zip(self.names, totals, strict=True)}
        return dict(sorted(added.items(), key=lambda item: -abs(item[1])))

    @property
    def base(self) -> float:
        """Log-odds before any feature is looked at."""
        return float(self.value[self.roots].sum())

    def _leaves(self, row: np.ndarray) -> list[np.ndarray]:
        """The node of every tree after each step, from the roots to the leaves."""
        at = self.roots
        steps = [at]
        for _ in range(self.depth):
            at = np.where(row[self.feature[at]] <= self.threshold[at], self.left[at], self.right[at])
            steps.append(at)
        return steps

    def to_bytes(self) -> bytes:
        """The weights as a compressed .npz file."""
        buffer = BytesIO()
        np.savez_compressed(
            buffer,
            names=np.array(self.names),
            depth=np.array(self.depth),
            **{name: getattr(self, name) for name in _ARRAYS},
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """The model of a file that `to_bytes` wrote."""
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
            return cls(names=tuple(stored["names"].tolist()), depth=int(stored["depth"]), **arrays)


@cache
def shipped() -> Model:
    """The model that ships with the package.

    Raises: ValueError: it was trained on other features than `pair_features` computes; train it again.
    """
    model = Model.from_bytes(files("monitor.match").joinpath(WEIGHTS).read_bytes())
    if model.names != FEATURES:
        raise ValueError(f"{WEIGHTS} was trained on other features; run python -m monitor.match.train ARTICLES.jsonl")
    return model


def _logistic(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))
