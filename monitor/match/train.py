"""Trains the model that ships: `python -m monitor.match.train ARTICLES.jsonl`.

Needs lightgbm (the extra `evaluate`); running Wirewatch does not. ARTICLES.jsonl holds labelled articles
in publication order, see `labelled.py`. How the model fares on texts that it has not seen is told by
`wirewatch evaluate ARTICLES.jsonl --cross-validate`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from monitor.match.labelled import FOLDS, read_labelled, text_hashes
from monitor.match.model import WEIGHTS, Model
from monitor.match.pairs import Pairs, labelled_pairs

ROUNDS = 400
# Thresholds drawn at random (extremely randomised trees, Geurts 2006), a third of the features for each tree, and trees
# of three questions: what one feature says must be borne out by others, so that the model carries over to other sources.
# Chosen over five assignments of groups to folds (docs/evaluation.md). One thread: more wait for each other where other
# programs run, and trees of this size gain nothing. Deterministic, so that training again gives the same file.
PARAMETERS = {
    "objective": "binary",
    "extra_trees": True,
    "learning_rate": 0.06,
    "num_leaves": 8,
    "max_depth": 3,
    "min_data_in_leaf": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.3,
    "lambda_l2": 3.0,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


def out_of_fold(pairs: Pairs, *, advance: Callable[[int], None] = lambda _: None) -> np.ndarray:
    """Probability of each pair from a model that saw neither its texts nor others of their events; float64[pairs].

    Args: advance: is told how many of the folds are done.
    Cost: 0.7 s a fold for the 6,300 pairs of the bench, on one core.
    """
    probabilities = np.zeros(len(pairs.ids))
    for fold in range(FOLDS):
        advance(fold)
        held_out = pairs.fold_later == fold
        seen = ~held_out & (pairs.fold_earlier != fold)
        # A short stream may have nothing in a fold, or nothing else.
        if held_out.any() and seen.any():
            probabilities[held_out] = _boost(pairs, seen).predict(pairs.features[held_out])
    return probabilities


def train(pairs: Pairs, trained_on: np.ndarray) -> Model:
    """The model of all pairs; it remembers the hashes of the texts that it was trained on."""
    booster = _boost(pairs, np.ones(len(pairs.ids), np.bool_))
    return _flatten(pairs.names, [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]], trained_on)


def _boost(pairs: Pairs, rows: np.ndarray) -> Any:
    data = lightgbm.Dataset(pairs.features[rows], pairs.reused[rows].astype(float))
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def _flatten(names: tuple[str, ...], trees: list[dict[str, Any]], trained_on: np.ndarray) -> Model:
    """The nested trees of lightgbm as arrays."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> tuple[int, int]:
        """Number of the node and of the training pairs that it holds."""
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(feature)
        feature.append(node.get("split_feature", 0))
        threshold.append(node.get("threshold", 0.0))
        left.append(at)
        right.append(at)
        value.append(node.get("leaf_value", 0.0))
        if "left_child" not in node:
            return at, node.get("leaf_count", 1)
        left[at], count_left = add(node["left_child"], depth + 1)
        right[at], count_right = add(node["right_child"], depth + 1)
        count = count_left + count_right
        value[at] = (value[left[at]] * count_left + value[right[at]] * count_right) / count
        return at, count

    roots = [add(tree, 0)[0] for tree in trees]
    return Model(
        names=names,
        roots=np.array(roots, np.int32),
        feature=np.array(feature, np.int16),
        threshold=np.array(threshold),
        left=np.array(left, np.int32),
        right=np.array(right, np.int32),
        value=np.array(value),
        depth=deepest,
        trained_on=trained_on,
    )


def main() -> None:
    """Train on a labelled stream and write the weights."""
    parser = argparse.ArgumentParser(description="Train the verifier on labelled articles.")
    parser.add_argument("articles", type=Path, help="labelled articles, one JSON a line, in publication order")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(WEIGHTS), help="file of weights to write")
    options = parser.parse_args()
    stream = read_labelled(options.articles, now=datetime.now(UTC))
    pairs = labelled_pairs(stream)
    options.out.write_bytes(train(pairs, text_hashes(stream)).to_bytes())
    print(f"{options.out}: {len(pairs.ids)} pairs, {len(pairs.names)} features, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
