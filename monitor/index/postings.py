"""Bounded posting lists: which articles hold a key, for as many keys as there are, with no list growing hot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Postings:
    """Articles by key. A list that has `limit` articles takes no more until some of them leave."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lists: dict[int, list[str]] = {}

    def add(self, keys: Iterable[int], article_id: str) -> None:
        """Put an article under each key; O(1) a key."""
        lists = self._lists
        for key in keys:
            held = lists.get(key)
            if held is None:
                lists[key] = [article_id]
            elif len(held) < self.limit:
                held.append(article_id)

    def remove(self, keys: Iterable[int], article_id: str) -> None:
        """Take an article from under each key; keys that do not hold it are passed over."""
        for key in keys:
            held = self._lists.get(key)
            if held and article_id in held:
                held.remove(article_id)
                if not held:
                    del self._lists[key]

    def find(self, keys: Iterable[int]) -> Iterator[list[str]]:
        """The articles under each key that holds some."""
        lists = self._lists
        return (held for key in keys if (held := lists.get(key)))

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._lists)
