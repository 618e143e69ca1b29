"""What each part of matching adds: the stream cross-validated without it. Needs lightgbm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from monitor.articles.clean import Cleaned
from monitor.base.events import Article, Fingerprint
from monitor.evaluate.decided import decided
from monitor.evaluate.evaluation import Evaluation, evaluation
from monitor.fingerprint.fingerprint import fingerprint
from monitor.match.labelled import Labelled
from monitor.match.pairs import Pairs, labelled_pairs
from monitor.match.train import out_of_fold


def _without_signature(article: Article) -> Fingerprint:
    return msgspec.structs.replace(fingerprint(article), signature=b"")


def _without_samples(article: Article) -> Fingerprint:
    return msgspec.structs.replace(fingerprint(article), samples=b"")


def _uncleaned(article: Article) -> Fingerprint:
    return fingerprint(article, cleaned=Cleaned(article.text))


_PARTS: dict[str, Callable[[Article], Fingerprint]] = {
    "MinHash index": _without_signature,
    "index of sampled phrases": _without_samples,
    "cleaning": _uncleaned,
}
_FEATURES = {
    "windows and runs of shared phrases": r".*_best\d+_.*|.*run.*",
    "sentence alignment": r"sentence_.*|unquoted_.*|lead",
    "order and gaps": r"(?:plain_)?chain_.*|gap_.*",
    "neighbours and rarity": r"neighbours.*|rarity_.*|forward",
    "views without quotations": r".*_nq.*|unquoted_.*|quoted_share",
    "names, numbers and plain words": r"(?:name|number|plain)_(?:jaccard|low|high|shared)",
    "set overlaps": r"(?:w\d|s\d|skip)(?:_nq)?_(?:jaccard|low|high)|phrase_share.*",
}
_SIMILARITY = "s2_jaccard"
VARIANTS = ("everything", *_FEATURES, "trees: one threshold on stem bigrams", *_PARTS)
"""Names of the variants, in the order of the table: each is everything but the part that it names."""


def ablation(stream: Sequence[Labelled], *, advance: Callable[[int], None] = lambda _: None) -> dict[str, Evaluation]:
    """The cross-validated figures of each variant, by name.

    Args: advance: is told how many variants are done.
    Cost: about eight minutes for the 4,000 articles of the bench, on 2 cores.
    """
    found = {}
    for done, (name, one) in enumerate(_evaluations(stream)):
        advance(done + 1)
        found[name] = one
    return found


def _evaluations(stream: Sequence[Labelled]) -> Iterator[tuple[str, Evaluation]]:
    pairs = labelled_pairs(stream)
    yield "everything", _cross_validated(stream, pairs)
    for name, pattern in _FEATURES.items():
        yield name, _cross_validated(stream, _without(pairs, pattern))
    yield VARIANTS[len(_FEATURES) + 1], _thresholded(stream, pairs)
    for name, make in _PARTS.items():
        yield name, _cross_validated(stream, labelled_pairs(stream, make=make))


def _without(pairs: Pairs, pattern: str) -> Pairs:
    """The pairs without the features that match."""
    kept = [at for at, name in enumerate(pairs.names) if not re.fullmatch(pattern, name)]
    return replace(pairs, names=tuple(pairs.names[at] for at in kept), features=pairs.features[:, kept])


def _cross_validated(stream: Sequence[Labelled], pairs: Pairs) -> Evaluation:
    probabilities = out_of_fold(pairs)
    return evaluation(stream, pairs, probabilities, decided(pairs, probabilities))


def _thresholded(stream: Sequence[Labelled], pairs: Pairs) -> Evaluation:
    """One similarity in place of the model, with the threshold that suits these pairs best: what it can reach at most."""
    similarity = pairs.features[:, pairs.names.index(_SIMILARITY)]
    least = max(np.unique(similarity.round(2)), key=lambda value: _f1(similarity >= value, pairs.reused))
    return evaluation(stream, pairs, similarity, decided(pairs, similarity, least=float(least)))


def _f1(said: np.ndarray, reused: np.ndarray) -> float:
    return float(2 * (said & reused).sum() / max(1, said.sum() + reused.sum()))
