"""The index of earlier articles: for a new fingerprint, the few articles that may share its text.

Two indexes in one. Locality-sensitive hashing of the MinHash signatures finds copies and rewrites (Broder 1997;
Indyk and Motwani 1998): 128 bands of 2 values let through half of all pairs with a Jaccard similarity of .07. Sampled
rare three-stem phrases find a passage that was lifted into a longer article, which signatures miss.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import numpy as np

from monitor.base.errors import IndexFull
from monitor.base.events import Fingerprint
from monitor.index import kernels
from monitor.index.kernels import GONE, PART, SLOT_BITS, SLOTS
from monitor.index.tables import Tables

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
# Slots of removed articles are given to others when three in four are free, and there are more than this.
_FEW_SLOTS = 1 << 16


class Index:
    """Earlier articles by what their texts share; in memory, in arrays: about 3 kB an article.

    Not safe for several threads at once.
    """

    def __init__(self, retention: timedelta, *, band_width: int = BAND_WIDTH, bucket_limit: int = BUCKET_LIMIT) -> None:
        """An empty index.

        Args:
            retention: how long after they were first seen articles stay, see `expire`.
            band_width: values of a signature that must agree for a band to agree.
            bucket_limit: articles a band's bucket holds.
        """
        self.retention = retention
        self._width = band_width
        self._limits = (bucket_limit, SAMPLE_LIMIT, MIN_SHARED_SAMPLES, MIN_SHARED_COMMON)
        self._salt = secrets.randbits(63)
        self._tables = Tables()
        self._slots: dict[str, int] = {}
        # By slot, of which the first is never used.
        self._ids: list[str] = [""]
        self._seen_at = np.zeros(1024)
        self._counted = np.zeros(1024, np.int64)
        self._counted[0] = GONE
        self._keys = np.empty((4, 1), np.int64)
        self._found = np.empty(0, np.int64)
        # The article that was looked up last, as long as its keys are where they were then.
        self._looked_up: Fingerprint | None = None

    def add(self, fp: Fingerprint) -> None:
        """Add an article; one with the same id (an earlier revision) is replaced.

        Raises: IndexFull: it holds 16 million articles.
        Cost: 15 µs; after `candidates` of the same fingerprint half of it.
        """
        self.remove(fp.article.id)
        signature, phrases = self._values(fp)
        slot = self._new_slot(fp)
        known, at = self._looked_up is fp, 0
        self._looked_up = None
        number = len(signature) // self._width + len(phrases)
        while True:
            at = kernels.insert(
                self._tables.list,
                self._counted,
                self._keys,
                signature,
                self._width,
                phrases,
                self._salt,
                slot,
                self._limits,
                at,
                known,
            )
            if at == number:
                return
            self._tables.grow(int(self._keys[PART, at]), self._counted)
            known = False

    def candidates(self, fp: Fingerprint, limit: int = CANDIDATE_LIMIT) -> list[str]:
        """Ids of the articles that may share text with this one, best first; never its own.

        Cost: 15 µs, bounded whatever the size of the index: at most 128 × 64 + 30 × samples postings are read.
        """
        signature, phrases = self._values(fp)
        number = kernels.count(
            self._tables.list,
            self._counted,
            self._keys,
            self._found,
            signature,
            self._width,
            phrases,
            self._salt,
            self._slots.get(fp.article.id, 0),
            self._limits,
        )
        self._looked_up = fp
        if not number:
            return []
        found = self._found[:number]
        if number > limit:
            shared = found >> SLOT_BITS
            # All that share as much as the last that counts: which of them do is decided by their ids.
            found = found[shared >= np.partition(shared, number - limit)[number - limit]]
        ids = self._ids
        # Ties are broken by id, so that every run gives the same order.
        best = sorted([(-(one >> SLOT_BITS), ids[one & (SLOTS - 1)]) for one in found.tolist()])
        return [article for _, article in best[:limit]]

    def remove(self, article_id: str) -> None:
        """Forget an article; one that is not there is no error. Its memory is used again when its tables grow."""
        slot = self._slots.pop(article_id, 0)
        if slot:
            self._counted[slot] = GONE
            self._ids[slot] = ""

    def expire(self, now: datetime) -> list[str]:
        """Forget the articles first seen longer ago than the retention; returns their ids.

        Cost: 2 ns an article that is there, 0.3 µs one that goes.
        """
        oldest = (now - self.retention).timestamp()
        used = len(self._ids)
        slots = np.flatnonzero((self._seen_at[:used] < oldest) & (self._counted[:used] != GONE))
        ids = [self._ids[slot] for slot in slots.tolist()]
        for article in ids:
            self.remove(article)
        return ids

    @property
    def keys(self) -> int:
        """Postings that are held; those of removed articles too, until their table grows."""
        return len(self._tables)

    @property
    def nbytes(self) -> int:
        """Memory of all postings, in bytes; ids take about 0.2 kB an article more."""
        return self._tables.nbytes

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._slots

    def _values(self, fp: Fingerprint) -> tuple[np.ndarray, np.ndarray]:
        signature, phrases = np.frombuffer(fp.signature, np.uint32), np.frombuffer(fp.samples, np.uint64)
        bands = len(signature) // self._width
        self._make_room(bands + len(phrases), bands * self._limits[0] + len(phrases) * SAMPLE_LIMIT)
        return signature, phrases

    def _make_room(self, keys: int, postings: int) -> None:
        if self._keys.shape[1] <= keys:
            self._keys = np.empty((4, 2 * keys), np.int64)
            self._looked_up = None
        if len(self._found) < postings:
            self._found = np.empty(2 * postings, np.int64)

    def _new_slot(self, fp: Fingerprint) -> int:
        if len(self._ids) >= min(SLOTS, 4 * (len(self._slots) + 1) + _FEW_SLOTS):
            self._renumber()
        slot = len(self._ids)
        if slot == SLOTS:
            raise IndexFull(
                f"an index holds at most {SLOTS - 1:,} articles: divide it into more shards (broker.shards),"
                " or keep articles for fewer days (match.retention_days)"
            )
        if slot == len(self._counted):
            self._counted = np.concatenate([self._counted, np.zeros(slot, np.int64)])
            self._seen_at = np.concatenate([self._seen_at, np.zeros(slot)])
        self._seen_at[slot] = fp.article.first_seen_at.timestamp()
        self._ids.append(fp.article.id)
        self._slots[fp.article.id] = slot
        return slot

    def _renumber(self) -> None:
        """Give the articles the lowest slots, in their order. Cost: 2 µs an article, once in three times as many."""
        kept = np.flatnonzero(self._counted[: len(self._ids)] != GONE)
        renumbered = np.zeros(len(self._counted), np.int64)
        renumbered[kept] = np.arange(1, len(kept) + 1)
        self._tables.renumber(self._counted, renumbered)
        self._ids = ["", *(self._ids[slot] for slot in kept.tolist())]
        self._slots = {article: slot for slot, article in enumerate(self._ids) if slot}
        self._seen_at = np.concatenate([[0.0], self._seen_at[kept], np.zeros(1024)])
        self._counted = np.zeros(len(self._seen_at), np.int64)
        self._counted[0] = GONE
        self._looked_up = None
