"""Trains the model that ships: `python -m monitor.match.train ARTICLES.jsonl [--cross-validate]`.

Needs the development dependency `lightgbm`; running Wirewatch does not. ARTICLES.jsonl holds labelled articles in
publication order (`id, url, source, text, published_at, group, event`): articles of one group re-use one text.
"""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from monitor.base.errors import TextTooShort
from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint
from monitor.index.index import Index
from monitor.match.alignment import align
from monitor.match.features import pair_features
from monitor.match.model import WEIGHTS, Model
from monitor.match.text import Text

FOLDS = 5
ROUNDS = 400
# Thresholds drawn at random (extremely randomised trees, Geurts 2006) and a third of the features for each tree: what
# one feature says must be borne out by others, so that the model carries over to other sources. Out of fold it errs
# less than exact thresholds do (F1 .992 against .989). Deterministic, so that training again gives the same file.
PARAMETERS = {
    "objective": "binary",
    "extra_trees": True,
    "learning_rate": 0.04,
    "num_leaves": 12,
    "min_data_in_leaf": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.3,
    "lambda_l2": 3.0,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labelled pairs: what the index proposes for each article of a stream."""

    ids: list[tuple[str, str]]
    """Later and earlier article."""
    names: tuple[str, ...]
    features: np.ndarray
    """float64[pairs, names]"""
    reused: np.ndarray
    """bool[pairs]: the two are of one group."""
    fold_later: np.ndarray
    """int64[pairs]: cross-validation fold of the later article."""
    fold_earlier: np.ndarray
    """int64[pairs]: of the earlier one."""


def labelled_pairs(records: list[dict[str, Any]]) -> Pairs:
    """The pairs of a stream of labelled articles, in its order. Cost: 10 ms an article."""
    prints = [fp for fp in map(_fingerprint, records) if fp]
    ids, index = [], Index(timedelta(days=36_500))
    for fp in prints:
        ids += [(fp.article.id, earlier) for earlier in index.candidates(fp)]
        index.add(fp)
    texts = {fp.article.id: Text.of(fp) for fp in prints}
    rows = [pair_features(texts[a], texts[b], align(texts[a], texts[b])) for a, b in ids]
    group = {record["id"]: record["group"] for record in records}
    fold = folds(records)
    return Pairs(
        ids=ids,
        names=tuple(rows[0]),
        features=np.array([list(row.values()) for row in rows]),
        reused=np.array([group[a] == group[b] for a, b in ids]),
        fold_later=np.array([fold[a] for a, _ in ids]),
        fold_earlier=np.array([fold[b] for _, b in ids]),
    )


def folds(records: list[dict[str, Any]]) -> dict[str, int]:
    """Cross-validation fold of each article: those that share a group or an event are always in one fold."""
    group_of_event: dict[str, str] = {}
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for record in records:
        if record["event"]:
            parent[root(record["group"])] = root(group_of_event.setdefault(record["event"], record["group"]))
    return {record["id"]: zlib.crc32(root(record["group"]).encode()) % FOLDS for record in records}


def out_of_fold(pairs: Pairs) -> np.ndarray:
    """Probability of each pair from a model that saw neither its texts nor others of their events; float64[pairs]."""
    probabilities = np.zeros(len(pairs.ids))
    for fold in range(FOLDS):
        held_out = pairs.fold_later == fold
        seen = ~held_out & (pairs.fold_earlier != fold)
        probabilities[held_out] = _boost(pairs, seen).predict(pairs.features[held_out])
    return probabilities


def train(pairs: Pairs) -> Model:
    """The model of all pairs."""
    booster = _boost(pairs, np.ones(len(pairs.ids), np.bool_))
    return _flatten(pairs.names, [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])


def _fingerprint(record: dict[str, Any]) -> Fingerprint | None:
    try:
        return fingerprint(
            Article(
                id=record["id"],
                url=record["url"],
                source=record["source"],
                title=record["title"] or "",
                first_seen_at=datetime.fromisoformat(record["published_at"]),
                text=record["text"],
            )
        )
    except TextTooShort:
        return None


def _boost(pairs: Pairs, rows: np.ndarray) -> Any:
    data = lightgbm.Dataset(pairs.features[rows], pairs.reused[rows].astype(float))
    return lightgbm.train(PARAMETERS, data, num_boost_round=ROUNDS)


def _flatten(names: tuple[str, ...], trees: list[dict[str, Any]]) -> Model:
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
    )


def main() -> None:
    """Train on a labelled stream and write the weights, or report how pairs of unseen texts are judged."""
    parser = argparse.ArgumentParser(description="Train the verifier on labelled articles.")
    parser.add_argument("articles", type=Path, help="labelled articles, one JSON a line, in publication order")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(WEIGHTS), help="file of weights to write")
    parser.add_argument("--cross-validate", action="store_true", help="judge unseen texts; write nothing")
    options = parser.parse_args()
    with options.articles.open(encoding="utf-8") as lines:
        pairs = labelled_pairs([json.loads(line) for line in lines])
    if options.cross_validate:
        wrong = (out_of_fold(pairs) >= 0.5) != pairs.reused
        print(f"{len(pairs.ids)} pairs, {pairs.reused.sum()} of them re-use; {wrong.sum()} judged wrongly out of fold")
        return
    options.out.write_bytes(train(pairs).to_bytes())
    print(f"{options.out}: {len(pairs.ids)} pairs, {len(pairs.names)} features, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
