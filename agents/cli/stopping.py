"""Commands that run until they are told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GC_THRESHOLDS = (50_000, 20, 20)
"""Objects made before the collector looks for cycles. Python's 700 suit small programs; with them it takes 5 to 10 % of a
replay's time, and finds next to nothing."""


def run_until_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """Run something; SIGINT (Ctrl-C) and SIGTERM cancel it, and it then ends as it sees fit.

    Returns: what it returned, or None when it was told to stop.
    """

    async def main() -> T | None:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        await asyncio.wait([task])
        return None if task.cancelled() else task.result()

    gc.set_threshold(*GC_THRESHOLDS)
    return asyncio.run(main())
