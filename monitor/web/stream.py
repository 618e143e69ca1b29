"""Server-sent events: each alert and each correction of a story at once, the numbers once a beat.

Format: the 'Server-sent events' chapter of the HTML standard. The numbers are the heartbeat too: a client that hears
nothing for some beats has lost the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

from monitor.alerts.payload import alert_event
from monitor.base.events import StoryUpdated
from monitor.web.view import Subscription

RETRY = b"retry: 2000\n\n"
"""How long the browser waits before it connects again, in ms."""


def frame(event: str, value: Any) -> bytes:
    """One event; JSON has no line break, which would end it early."""
    return b"event: " + event.encode() + b"\ndata: " + orjson.dumps(value) + b"\n\n"


async def frames(alerts: Subscription, numbers: Callable[[], Any], beat_s: float) -> AsyncIterator[bytes]:
    """The bytes of a stream, until the subscription ends.

    Args: numbers: gives the value of the `metrics` event, sent at the start and every `beat_s` seconds, however many
        alerts arrive in between.
    """
    yield RETRY
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        if loop.time() >= due:
            yield frame("metrics", numbers())
            due = loop.time() + beat_s
        try:
            async with asyncio.timeout_at(due):
                alert = await anext(alerts)
        except TimeoutError:
            continue
        except StopAsyncIteration:
            return
        yield frame("update" if isinstance(alert, StoryUpdated) else "alert", alert_event(alert))
