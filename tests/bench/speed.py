"""How fast matching is on labelled articles: `python -m tests.bench.speed ARTICLES.jsonl`.

Processor time of one core, best and median of several rounds: other programs on the machine slow both, the best least.
The bars: 0.8 ms to fingerprint 400 words, 2 ms for a fully verified pair, 2 ms an article for candidates and verification
and 15 ms at the 99th percentile.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Before numpy: threads for its small matrices cost more than they bring, and would be counted.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint
from monitor.fingerprint.words import words
from monitor.index.index import Index
from monitor.match.text import Text
from monitor.match.verify import MATCH_PROBABILITY, hopeless, verify
from monitor.stories.telling import telling_matches

ROUNDS = 5
BETWEEN = (360, 440)
"""Words of an article of 400 words."""
PAIRS = 300
_SEEN = datetime(2026, 11, 1, tzinfo=UTC)


def took(work: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e3


def fingerprinting(articles: list[Article]) -> float:
    """Milliseconds an article of 400 words, its words not looked at before but known to the lexicon."""
    usual = [one for one in articles if BETWEEN[0] <= len(one.text.split()) <= BETWEEN[1]]
    words.cache_clear()
    return took(lambda: [fingerprint(one) for one in usual]) / len(usual)


def verifying(prints: list[Fingerprint]) -> float:
    """Milliseconds a pair of texts of 400 words that is fully looked at, both prepared."""
    usual = [Text.of(fp) for fp in prints if BETWEEN[0] <= len(fp.text.split()) <= BETWEEN[1]]
    pairs = [(b, a) for at, a in enumerate(usual) for b in usual[at + 1 :] if not hopeless(b, a)][:PAIRS]
    return took(lambda: [verify(later, earlier) for later, earlier in pairs]) / len(pairs)


def matching(prints: list[Fingerprint]) -> list[float]:
    """Milliseconds of each article: prepared, looked up, verified against each candidate, added, as a shard does it."""
    index, texts, times = Index(timedelta(days=36_500)), dict[str, Text](), []
    words.cache_clear()
    for fp in prints:
        began = time.process_time()
        mine = texts[fp.article.id] = Text.of(fp)
        telling_matches(mine, [texts[earlier] for earlier in index.candidates(fp)], least=MATCH_PROBABILITY)
        index.add(fp)
        times.append((time.process_time() - began) * 1e3)
    return times


def main(path: str) -> None:
    """Print the table."""
    with Path(path).open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    articles = [Article(id=one["id"], url="", first_seen_at=_SEEN, text=one["text"]) for one in records]
    prints = [fingerprint(one) for one in articles]
    rounds: dict[str, list[float]] = {}
    # What a long-lived service has behind it, and what tells nothing of the work itself.
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        times = matching(prints)
        for name, value in (
            ("fingerprint, 400 words", fingerprinting(articles)),
            ("fully verified pair, 400 words each", verifying(prints)),
            ("an article of the stream, mean", statistics.fmean(times)),
            ("an article of the stream, 99th percentile", float(np.percentile(times, 99))),
        ):
            rounds.setdefault(name, []).append(value)
    print("| ms of one core | best | median |\n|---|---|---|")
    for name, values in rounds.items():
        print(f"| {name} | {min(values):.2f} | {statistics.median(values):.2f} |")


if __name__ == "__main__":
    main(sys.argv[1])
