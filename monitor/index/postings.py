"""Bounded posting lists: which articles hold a key, for as many keys as there are, with no list growing hot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Postings:
    """Articles by key. A list that has `limit` articles loses its oldest for each one that comes.

    The newest stay because copies come within hours: of a story with more copies than a list holds, a new one is found
    by the latest, and a key that everything holds is no use for old articles either.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        # Tuples: nearly all lists have one article, and a list would take twice the memory.
        self._lists: dict[int, tuple[str, ...]] = {}

    def add(self, keys: Iterable[int], article_id: str) -> None:
        """Put an article under each key; O(limit) a key."""
        lists = self._lists
        for key in keys:
            held = lists.get(key)
            lists[key] = (article_id,) if held is None else (*held, article_id)[-self.limit :]

    def remove(self, keys: Iterable[int], article_id: str) -> None:
        """Take an article from under each key; keys that do not hold it are passed over."""
        for key in keys:
            held = self._lists.get(key, ())
            if article_id in held:
                left = tuple(one for one in held if one != article_id)
                if left:
                    self._lists[key] = left
                else:
                    del self._lists[key]

    def find(self, keys: Iterable[int]) -> Iterator[tuple[str, ...]]:
        """The articles under each key that holds some, the oldest first."""
        lists = self._lists
        return (held for key in keys if (held := lists.get(key)))

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._lists)
