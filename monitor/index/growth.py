"""How candidates, time and memory grow with the index: `python -m monitor.index.growth ARTICLES.jsonl --plot FILE.png`.

The index is filled with simulated articles between the labelled ones: words follow each other as in the labelled articles
(a chain of the first order over their content stems), each article dwells on one of them as its topic, and has names that
no other has. What is asked are the labelled articles, in their order: how many candidates they get, and whether a right
one is among them. Up to `REAL` the index itself is measured; beyond, the sizes of the posting lists are counted for a sample
of the keys.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from monitor.base.events import Article, ArticleRef, Fingerprint
from monitor.fingerprint.fingerprint import features, fingerprint, samples
from monitor.fingerprint.lexicon import RAREST
from monitor.fingerprint.minhash import minhash
from monitor.fingerprint.shingles import scramble
from monitor.fingerprint.words import Words, words
from monitor.index.index import BUCKET_LIMIT, SAMPLE_LIMIT, Index

REAL = (1_000, 10_000, 50_000)
COUNTED = (1_000, 10_000, 50_000, 200_000, 1_000_000)
STEMS = 220
"""Content words of a simulated article: 400 words."""
ASKED = 500
"""Simulated articles whose posting lists are counted."""
SAMPLED_BANDS = 8
"""Of the 128."""
_SAMPLED_PHRASES = 16
"""One in so many."""
# The shares of words that follow the word before them and that are the topic's. With them two simulated articles share
# 1.6 features of the signature and 0.27 phrases in the mean, two unrelated labelled ones of that length 1.1 and 0.21.
_FOLLOWS, _TOPIC = 0.5, 0.12
_OWN_NAMES, _NAMED = 3, 0.03
_CHUNK = 5_000
_SEEN = datetime(2026, 11, 1, tzinfo=UTC)


class Asked(NamedTuple):
    """What the labelled articles got from an index of a size."""

    articles: int
    candidates: float
    """Mean an article."""
    recall: float
    worst_form: float
    ms: float
    """To look up and add, median."""
    keys: int


class Read(NamedTuple):
    """What a new article reads in an index of a size."""

    articles: int
    bands: float
    """Postings, mean an article; all 128 bands, from the sample of them."""
    phrases: float
    full: float
    """Share of its bands whose list is full."""


class News:
    """Simulated articles that repeat each other as unrelated news does."""

    def __init__(self, texts: list[Words], seed: int = 1) -> None:
        self._draw = np.random.default_rng(seed)
        self._stem = np.concatenate([text.stem[text.content] for text in texts])
        self._frequency = np.concatenate([text.frequency[text.content] for text in texts])
        self._ends = np.cumsum([int(text.content.sum()) for text in texts])
        self._by_stem = np.argsort(self._stem, kind="stable")
        ordered = self._stem[self._by_stem]
        self._first = np.searchsorted(ordered, self._stem, "left")
        self._count = np.searchsorted(ordered, self._stem, "right") - self._first

    def articles(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Content stems and their frequencies; uint64 and float32 [count, 220]."""
        draw, total = self._draw, len(self._stem)
        topic = draw.integers(0, len(self._ends), count)
        begin = np.where(topic > 0, self._ends[topic - 1], 0)
        length = np.maximum(self._ends[topic] - begin, 1)
        place = np.empty((count, STEMS), np.int64)
        place[:, 0] = draw.integers(0, total, count)
        for at in range(1, STEMS):
            here = place[:, at - 1]
            follows = self._by_stem[self._first[here] + draw.integers(0, 1 << 40, count) % self._count[here]] + 1
            kind = draw.random(count)
            own = begin + draw.integers(0, 1 << 40, count) % length
            place[:, at] = np.where(
                kind < _FOLLOWS,
                follows % total,
                np.where(kind < _FOLLOWS + _TOPIC, own, draw.integers(0, total, count)),
            )
        names = draw.integers(0, 1 << 63, (count, _OWN_NAMES)).astype(np.uint64)
        named = draw.random((count, STEMS)) < _NAMED
        which = draw.integers(0, _OWN_NAMES, (count, STEMS))
        stem = np.where(named, np.take_along_axis(names, which, 1), self._stem[place])
        return stem, np.where(named, np.float32(RAREST), self._frequency[place]).astype(np.float32)

    def found(self, count: int) -> Iterator[Words]:
        """The same as the words of texts."""
        nothing = np.zeros(STEMS, np.int64)
        for done in range(0, count, _CHUNK):
            for stem, frequency in zip(*self.articles(min(_CHUNK, count - done)), strict=True):
                yield Words(nothing, nothing, stem, stem, frequency, nothing == 1, nothing == 1)


def simulated(number: int, found: Words) -> Fingerprint:
    """The fingerprint of a simulated article."""
    return Fingerprint(
        article=ArticleRef(id=f"sim-{number}", url="", first_seen_at=_SEEN),
        text="",
        signature=minhash(features(found)).tobytes(),
        samples=samples(found).astype("<u8").tobytes(),
    )


def ask(index: Index, stream: list[tuple[dict[str, Any], Fingerprint]]) -> Asked:
    """Candidates, time and recall of the labelled articles, which are in the index only while they are asked."""
    groups: dict[str, set[str]] = defaultdict(set)
    due: dict[str, list[bool]] = defaultdict(list)
    size, keys, got, took = len(index), index.keys, list[int](), list[float]()
    for record, fp in stream:
        began = time.perf_counter()
        found = index.candidates(fp)
        index.add(fp)
        took.append(time.perf_counter() - began)
        got.append(len(found))
        if group := groups[record["group"]]:
            due[record["cls"]].append(not group.isdisjoint(found))
        group.add(record["id"])
    for record, _ in stream:
        index.remove(record["id"])
    recalls = {form: sum(hits) / len(hits) for form, hits in due.items()}
    every = [hit for hits in due.values() for hit in hits]
    return Asked(
        articles=size,
        candidates=float(np.mean(got)),
        recall=sum(every) / len(every),
        worst_form=min(recalls.values()),
        ms=float(np.median(took)) * 1e3,
        keys=keys,
    )


def postings(news: News) -> Iterator[Read]:
    """What a simulated article reads, for each size in `COUNTED`."""
    draw = np.random.default_rng(2)
    factor = (draw.integers(0, 1 << 32, 2 * SAMPLED_BANDS, np.uint32) | np.uint32(1))[:, None, None]
    plus = draw.integers(0, 1 << 32, 2 * SAMPLED_BANDS, np.uint32)[:, None, None]

    def keys(count: int) -> tuple[np.ndarray, list[np.ndarray]]:
        bands, phrases = [], []
        for done in range(0, count, _CHUNK):
            made = [(features(one), samples(one)) for one in news.found(min(_CHUNK, count - done))]
            width = max(len(all_) for all_, _ in made)
            # Short rows are filled up with their own first feature, which changes no minimum.
            rows = np.array([np.pad(all_, (0, width - len(all_)), constant_values=all_[0]) for all_, _ in made])
            mixed = scramble(rows).astype(np.uint32)
            least = np.array([(mixed * a + b).min(1) for a, b in zip(factor, plus, strict=True)], np.uint64)
            bands.append((least[::2] << np.uint64(32) | least[1::2]).T)
            phrases += [some[some % np.uint64(2 * _SAMPLED_PHRASES) < 2] for _, some in made]
        return np.concatenate(bands), phrases

    asked_bands, asked_phrases = keys(ASKED)
    all_bands, all_phrases = [Counter[int]() for _ in range(SAMPLED_BANDS)], Counter[int]()
    wanted = [set(column.tolist()) for column in asked_bands.T]
    wanted_phrases = {key for one in asked_phrases for key in one.tolist()}
    size = 0
    for target in COUNTED:
        while size < target:
            some = min(_CHUNK, target - size)
            bands, phrases = keys(some)
            for count, column, those in zip(all_bands, bands.T, wanted, strict=True):
                count.update(key for key in column.tolist() if key in those)
            all_phrases.update(key for one in phrases for key in one.tolist() if key in wanted_phrases)
            size += some
        held = np.array([[c[key] for c, key in zip(all_bands, row, strict=True)] for row in asked_bands.tolist()])
        read = [min(all_phrases[key], SAMPLE_LIMIT) for one in asked_phrases for key in one.tolist()]
        yield Read(
            size,
            float(np.minimum(held, BUCKET_LIMIT).sum(1).mean()) * 128 / SAMPLED_BANDS,
            sum(read) / ASKED * _SAMPLED_PHRASES,
            float((held >= BUCKET_LIMIT).mean()),
        )


def main() -> None:
    """Print the two tables, and draw them."""
    parser = argparse.ArgumentParser(description="How candidates grow with the index.")
    parser.add_argument("articles", type=Path, help="labelled articles, one JSON a line, in publication order")
    parser.add_argument("--plot", type=Path, help="picture to write; needs matplotlib (the extra `evaluate`)")
    options = parser.parse_args()
    with options.articles.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    stream = [
        (one, fingerprint(Article(id=one["id"], url="", first_seen_at=_SEEN, text=one["text"]))) for one in records
    ]
    firsts = {record["group"]: fp for record, fp in reversed(stream)}
    texts = [words(fp.text, fp.article.language) for fp in firsts.values()]
    asked, read = list[Asked](), list[Read]()
    print("| articles | candidates | recall | worst form | ms to look up and add | keys |\n|---|---|---|---|---|---|")
    for one in _asked(texts, stream):
        asked.append(one)
        print(
            f"| {one.articles:,} | {one.candidates:.1f} | {one.recall:.4f} | {one.worst_form:.3f} |"
            f" {one.ms:.2f} | {one.keys:,} |",
            flush=True,
        )
    print("\n| articles | postings from bands | from phrases | bands in full buckets |\n|---|---|---|---|")
    for each in postings(News(texts, seed=3)):
        read.append(each)
        print(f"| {each.articles:,} | {each.bands:.0f} | {each.phrases:.0f} | {each.full:.4f} |", flush=True)
    if options.plot:
        from monitor.index.growth_picture import draw

        draw(asked, read, options.plot)


def _asked(texts: list[Words], stream: list[tuple[dict[str, Any], Fingerprint]]) -> Iterator[Asked]:
    index, news = Index(timedelta(days=14)), News(texts)
    arriving = news.found(max(REAL))
    for size in REAL:
        while len(index) < size:
            index.add(simulated(len(index), next(arriving)))
        yield ask(index, stream)


if __name__ == "__main__":
    main()
