"""Who waits for an event to be handled in this process: an order of the API, a test of an endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Waits:
    """Futures by the id of what is waited for. What nobody waits for is passed over."""

    def __init__(self) -> None:
        self._futures: dict[str, asyncio.Future[Any]] = {}

    @contextmanager
    def expect(self, name: str) -> Iterator[asyncio.Future[Any]]:
        """A future that `fulfil` of this id ends; forgotten when the block ends."""
        self._futures[name] = asyncio.get_running_loop().create_future()
        try:
            yield self._futures[name]
        finally:
            self._futures.pop(name).cancel()

    def fulfil(self, name: str, value: Any) -> None:
        """Hand the result to whoever waits for it."""
        future = self._futures.get(name)
        if future is not None and not future.done():
            future.set_result(value)
