"""Labelled pairs: what the index proposes for each article of a labelled stream, as the verifier sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from monitor.base.errors import TextTooShort
from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint
from monitor.index.index import Index
from monitor.match.features import FEATURES, pair_features
from monitor.match.labelled import Labelled, folds
from monitor.match.model import Model
from monitor.match.text import Text
from monitor.match.verify import hopeless

_FOR_EVER = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The candidate pairs of a stream that a first look does not dismiss: those of which the model is asked."""

    ids: list[tuple[str, str]]
    """Later and earlier article, in the order of the later ones."""
    names: tuple[str, ...]
    features: np.ndarray
    """float64[pairs, names]"""
    reused: np.ndarray
    """bool[pairs]: the two are of one group."""
    fold_later: np.ndarray
    """int64[pairs]: cross-validation fold of the later article."""
    fold_earlier: np.ndarray
    """int64[pairs]: of the earlier one."""
    prints: dict[str, Fingerprint]
    """Of every article that is long enough, in the order of the stream."""


def labelled_pairs(
    stream: Sequence[Labelled],
    *,
    make: Callable[[Article], Fingerprint] = fingerprint,
    advance: Callable[[int], None] = lambda _: None,
) -> Pairs:
    """The pairs of a labelled stream.

    Args: make: how fingerprints are made. advance: is told how many articles are done.
    Cost: 10 ms and 60 kB an article of the bench.
    """
    index, texts, prints = Index(_FOR_EVER), dict[str, Text](), dict[str, Fingerprint]()
    ids, rows = list[tuple[str, str]](), list[np.ndarray]()
    for done, one in enumerate(stream):
        advance(done)
        try:
            fp = make(one.article)
        except TextTooShort:
            continue
        key = one.article.id
        prints[key], texts[key] = fp, Text.of(fp)
        for earlier in index.candidates(fp):
            if not hopeless(texts[key], texts[earlier]):
                ids.append((key, earlier))
                rows.append(pair_features(texts[key], texts[earlier]))
        index.add(fp)
    group = {one.article.id: one.group for one in stream}
    fold = folds(stream)
    return Pairs(
        ids=ids,
        names=FEATURES,
        features=np.array(rows).reshape(len(rows), len(FEATURES)),
        reused=np.array([group[a] == group[b] for a, b in ids], np.bool_),
        fold_later=_column(fold[a] for a, _ in ids),
        fold_earlier=_column(fold[b] for _, b in ids),
        prints=prints,
    )


def judged(pairs: Pairs, model: Model) -> np.ndarray:
    """What a model says of each pair; float64[pairs]. Cost: 15 µs a pair."""
    return np.fromiter(map(model.probability, pairs.features), np.float64, len(pairs.ids))


def _column(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, np.int64)
