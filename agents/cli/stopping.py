"""Commands that run until they are told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


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

    return asyncio.run(main())
