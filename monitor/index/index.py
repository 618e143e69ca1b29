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
"""Articles a band's bucket holds, the newest: a story of more copies is still found, at a bounded cost."""
SAMPLE_LIMIT = 30
"""Articles that a phrase's list holds, the newest; a phrase with a full list says little."""
MIN_SHARED_SAMPLES = 2
"""Shared phrases that make a candidate; one alone is often a name with a title."""
MIN_SHARED_COMMON = 6
"""The same with phrases whose lists are full: a passage out of a story that thirty others have copied shares a dozen of
them with each copy, unrelated articles share names and set phrases."""
CANDIDATE_LIMIT = 24
"""Candidates an article, unless asked otherwise. On the bench the right one is nearly always among the first five."""


@dataclass(frozen=True, slots=True)
class _Entry:
    # As bytes: as numbers they would take five times the memory.
    signature: bytes
    samples: bytes
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
        self._entries[fp.article.id] = _Entry(fp.signature, fp.samples, fp.article.first_seen_at)
        self._bands.add(_bands(fp.signature), fp.article.id)
        self._samples.add(_sampled(fp.samples), fp.article.id)

    def candidates(self, fp: Fingerprint, limit: int = CANDIDATE_LIMIT) -> list[str]:
        """Ids of the articles that may share text with this one, best first; never its own.

        Cost: 0.1 ms, bounded whatever the size of the index: at most 128 × 64 + 30 × samples postings are read.
        """
        found = Counter(chain.from_iterable(self._bands.find(_bands(fp.signature))))
        telling, common = Counter[str](), Counter[str]()
        for held in self._samples.find(_sampled(fp.samples)):
            (telling if len(held) < SAMPLE_LIMIT else common).update(held)
        for article, shared in (telling + common).items():
            if telling[article] >= MIN_SHARED_SAMPLES or shared >= MIN_SHARED_COMMON:
                found[article] += shared
        found.pop(fp.article.id, None)
        # Ties are broken by id, so that every run gives the same order.
        return sorted(found, key=lambda article: (-found[article], article))[:limit]

    def remove(self, article_id: str) -> None:
        """Forget an article; one that is not there is no error."""
        entry = self._entries.pop(article_id, None)
        if entry:
            self._bands.remove(_bands(entry.signature), article_id)
            self._samples.remove(_sampled(entry.samples), article_id)

    def expire(self, now: datetime) -> list[str]:
        """Forget the articles first seen longer ago than the retention; returns their ids. Cost: O(articles)."""
        oldest = now - self.retention
        ids = [article for article, entry in self._entries.items() if entry.first_seen_at < oldest]
        for article in ids:
            self.remove(article)
        return ids

    @property
    def keys(self) -> int:
        """Band values and phrases that are held; each takes some 200 bytes."""
        return len(self._bands) + len(self._samples)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._entries


def _bands(signature: bytes) -> list[int]:
    """One key a band, each of its own kind, so that all bands share one table."""
    values = np.frombuffer(signature, "<u4").reshape(-1, BAND_WIDTH).astype(np.uint64)
    pairs = (values[:, 0] << np.uint64(32)) | values[:, 1]
    keys: list[int] = mix(pairs, np.arange(1, len(pairs) + 1, dtype=np.uint64)).tolist()
    return keys


def _sampled(samples: bytes) -> list[int]:
    keys: list[int] = np.frombuffer(samples, "<u8").tolist()
    return keys
