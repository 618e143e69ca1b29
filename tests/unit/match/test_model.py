"""Trees of known shape give known probabilities, and survive their file."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitor.match.model import Model, shipped

# One tree asks `a`, then on its right side `b`; the other asks `b` only.
MODEL = Model(
    names=("a", "b"),
    roots=np.array([0, 5], np.int32),
    feature=np.array([0, 0, 1, 0, 0, 1, 0, 0], np.int16),
    threshold=np.array([0.5, 0, 2.0, 0, 0, 1.0, 0, 0]),
    left=np.array([1, 1, 3, 3, 4, 6, 6, 7], np.int32),
    right=np.array([2, 1, 4, 3, 4, 7, 6, 7], np.int32),
    value=np.array([0.0, -1.0, 0.5, 0.2, 0.8, 0.1, -0.4, 0.6]),
    depth=2,
    trained_on=np.array([3, 7], np.uint32),
)


def odds(a: float, b: float) -> float:
    probability = MODEL.probability(np.array([a, b]))
    return math.log(probability / (1 - probability))


def test_each_side_of_each_threshold() -> None:
    assert odds(0.5, 1.0) == pytest.approx(-1.0 - 0.4)
    assert odds(0.5, 1.1) == pytest.approx(-1.0 + 0.6)
    assert odds(0.6, 2.0) == pytest.approx(0.2 + 0.6)
    assert odds(0.6, 2.1) == pytest.approx(0.8 + 0.6)


def test_contributions_go_to_the_features_that_were_asked() -> None:
    parts = MODEL.contributions(np.array([0.6, 2.1]))
    assert MODEL.base == pytest.approx(0.1)
    assert parts == pytest.approx({"a": 0.5, "b": 0.3 + 0.5})
    assert list(parts) == ["b", "a"]


def test_a_model_survives_its_file() -> None:
    read = Model.from_bytes(MODEL.to_bytes())
    assert read.names == MODEL.names
    assert read.depth == 2 and read.trained_on.tolist() == [3, 7]
    for a, b in ((0.1, 0.1), (0.9, 1.5), (0.9, 3.0)):
        row = np.array([a, b])
        assert read.probability(row) == MODEL.probability(row)


def test_the_shipped_model_is_small_and_reaches_a_leaf_from_every_root() -> None:
    model = shipped()
    assert len(model.to_bytes()) < 1_000_000
    leaves = model._leaves(np.zeros(len(model.names)))[-1]
    assert (model.left[leaves] == leaves).all()
