"""Which feeds are due, without a look at all of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime


class DueFeeds:
    """Feeds by the time of their next poll. Cost: log n a change; what is not due costs nothing."""

    def __init__(self) -> None:
        self._times: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def put(self, url: str, at: datetime) -> None:
        """Note when a feed is due; an earlier note does not count any more."""
        self._times[url] = at
        heapq.heappush(self._heap, (at, url))

    def pop(self, now: datetime) -> Iterator[tuple[str, datetime]]:
        """The feeds that are due, the longest waiting first, with the time they were due at; each is taken out."""
        while self._heap and self._heap[0][0] <= now:
            at, url = heapq.heappop(self._heap)
            if self._times.get(url) == at:
                del self._times[url]
                yield url, at

    def clear(self) -> None:
        """Forget all of them."""
        self._times.clear()
        self._heap.clear()

    def __contains__(self, url: str) -> bool:
        return url in self._times
