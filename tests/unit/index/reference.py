"""What the index must answer, in plain Python: lists of articles by key."""

from __future__ import annotations

from collections import Counter

import numpy as np

from monitor.base.events import Fingerprint
from monitor.index.index import BAND_WIDTH, BUCKET_LIMIT, MIN_SHARED_COMMON, MIN_SHARED_SAMPLES, SAMPLE_LIMIT

Key = tuple[int, ...]


class Reference:
    """An index whose lists lose their oldest article for each one that comes when they are full."""

    def __init__(self, *, bucket_limit: int = BUCKET_LIMIT) -> None:
        self._limit = bucket_limit
        self._entries: dict[str, Fingerprint] = {}
        self._bands: dict[Key, list[str]] = {}
        self._samples: dict[Key, list[str]] = {}

    def add(self, fp: Fingerprint) -> None:
        """Add an article, or replace it."""
        self.remove(fp.article.id)
        self._entries[fp.article.id] = fp
        for lists, keys, limit in (
            (self._bands, _bands(fp), self._limit),
            (self._samples, _samples(fp), SAMPLE_LIMIT),
        ):
            for key in keys:
                lists[key] = [*lists.get(key, ()), fp.article.id][-limit:]

    def remove(self, article_id: str) -> None:
        """Forget an article."""
        entry = self._entries.pop(article_id, None)
        if entry is None:
            return
        for lists, keys in ((self._bands, _bands(entry)), (self._samples, _samples(entry))):
            for key in keys:
                lists[key] = [one for one in lists[key] if one != article_id]

    def candidates(self, fp: Fingerprint, limit: int) -> list[str]:
        """The articles that share most, best first."""
        found, telling, common = Counter[str](), Counter[str](), Counter[str]()
        for key in _bands(fp):
            found.update(self._bands.get(key, ()))
        for key in _samples(fp):
            held = self._samples.get(key, ())
            (telling if len(held) < SAMPLE_LIMIT else common).update(held)
        for article, shared in (telling + common).items():
            if telling[article] >= MIN_SHARED_SAMPLES or shared >= MIN_SHARED_COMMON:
                found[article] += shared
        found.pop(fp.article.id, None)
        return sorted(found, key=lambda article: (-found[article], article))[:limit]


def _bands(fp: Fingerprint) -> list[Key]:
    values = np.frombuffer(fp.signature, "<u4").reshape(-1, BAND_WIDTH)
    return [(band, *map(int, pair)) for band, pair in enumerate(values)]


def _samples(fp: Fingerprint) -> list[Key]:
    return [(int(one),) for one in np.frombuffer(fp.samples, "<u8")]
