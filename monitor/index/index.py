"""The index of earlier articles: for a new fingerprint, the few articles that may share its text.

Two indexes in one. Locality-sensitive hashing of the MinHash signatures finds copies and rewrites (Broder 1997;
Indyk and Motwani 1998): 128 bands of 2 values let through half of all pairs with a Jaccard similarity of .07. Sampled
rare three-stem phrases find a passage that was lifted into a longer article, which signatures miss.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import numpy as np

from monitor.base.events import Fingerprint
from monitor.fingerprint.shingles import mix
from monitor.index.postings import Postings

BAND_WIDTH = 2
"""Signature values a band. RESEARCH.md section 1: 128 × 2 loses 2 % of the copies, wider bands far more."""
BUCKET_LIMIT = 64
"""Articles a band's bucket holds: a story of more copies is still found, at a bounded cost."""
SAMPLE_LIMIT = 30
"""Articles in which a phrase may stand before it says nothing any more."""
MIN_SHARED_SAMPLES = 2
"""Shared phrases that make a candidate; one alone is often a name with a title."""
CANDIDATE_LIMIT = 24
"""Candidates an article, unless asked otherwise. On the bench the right one is nearly always among the first five."""


@dataclass(frozen=True, slots=True)
class _Entry:
    bands: list[int]
    samples: list[int]
    first_seen_at: datetime


class Index:
    """Earlier articles by what their texts share; in memory, rebuilt by adding the stored fingerprints again.

    Not safe for several threads at once.
    """

    def __init__(self, retention: timedelta) -> None:
        self.retention = retention
        self._entries: dict[str, _Entry] = {}
        self._bands = Postings(BUCKET_LIMIT)
        self._samples = Postings(SAMPLE_LIMIT)

    def add(self, fp: Fingerprint) -> None:
        """Add an article; one with the same id (an earlier revision) is replaced. Cost: 0.1 ms."""
        self.remove(fp.article.id)
        entry = _Entry(_bands(fp), _sampled(fp), fp.article.first_seen_at)
        self._entries[fp.article.id] = entry
        self._bands.add(entry.bands, fp.article.id)
        self._samples.add(entry.samples, fp.article.id)

    def candidates(self, fp: Fingerprint, limit: int = CANDIDATE_LIMIT) -> list[str]:
        """Ids of the articles that may share text with this one, best first; never its own.

        Cost: 0.1 ms, bounded whatever the size of the index: at most 128 × 64 + 30 × samples postings are read.
        """
        bands = Counter(chain.from_iterable(self._bands.find(_bands(fp))))
        samples = Counter(
            chain.from_iterable(held for held in self._samples.find(_sampled(fp)) if len(held) < SAMPLE_LIMIT)
        )
        found = bands + Counter({article: n for article, n in samples.items() if n >= MIN_SHARED_SAMPLES})
        found.pop(fp.article.id, None)
        # Ties are broken by id, so that every run gives the same order.
        return sorted(found, key=lambda article: (-found[article], article))[:limit]

    def remove(self, article_id: str) -> None:
        """Forget an article; one that is not there is no error."""
        entry = self._entries.pop(article_id, None)
        if entry:
            self._bands.remove(entry.bands, article_id)
            self._samples.remove(entry.samples, article_id)

    def expire(self, now: datetime) -> list[str]:
        """Forget the articles first seen longer ago than the retention; returns their ids. Cost: O(articles)."""
        oldest = now - self.retention
        ids = [article for article, entry in self._entries.items() if entry.first_seen_at < oldest]
        for article in ids:
            self.remove(article)
        return ids

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._entries


def _bands(fp: Fingerprint) -> list[int]:
    """One key a band, each of its own kind, so that all bands share one table."""
    values = np.frombuffer(fp.signature, "<u4").reshape(-1, BAND_WIDTH).astype(np.uint64)
    pairs = (values[:, 0] << np.uint64(32)) | values[:, 1]
    keys: list[int] = mix(pairs, np.arange(1, len(pairs) + 1, dtype=np.uint64)).tolist()
    return keys


def _sampled(fp: Fingerprint) -> list[int]:
    keys: list[int] = np.frombuffer(fp.samples, "<u8").tolist()
    return keys
