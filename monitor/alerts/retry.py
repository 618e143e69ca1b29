"""When a failed delivery is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_RETRY_AFTER_S = 86_400.0
"""A receiver cannot push an attempt further away than the longest wait of the Standard Webhooks schedule."""


def retry_at(
    number: int, now: datetime, schedule_s: Sequence[float], jitter: float, spread: float, retry_after_s: float | None
) -> datetime | None:
    """When to try again after attempt `number`, or None when the schedule is used up.

    Args: number: the attempt that failed, 1 for the first; its wait is `schedule_s[number - 1]`. jitter: share of the
        wait by which it varies both ways, so that deliveries that failed together do not return together. spread:
        where in that range, 0 to 1; a random number, handed in. retry_after_s: what the receiver asked for; the wait
        is never shorter, and jitter then only adds.
    """
    if number > len(schedule_s):
        return None
    wait_s = schedule_s[number - 1] * (1 + jitter * (2 * spread - 1))
    if retry_after_s is not None:
        wait_s = max(wait_s, min(retry_after_s, MAX_RETRY_AFTER_S) * (1 + jitter * spread))
    return now + timedelta(seconds=wait_s)
