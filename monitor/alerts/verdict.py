"""What people say of alerts: relevant, not relevant, a wrong match; and how often the service was right, over time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, get_args

from monitor.base.events import VerdictGiven, VerdictWord


def precision(verdicts: Iterable[VerdictGiven]) -> list[dict[str, Any]]:
    """By the week of the alerts (ISO 8601), the latest first: how many were judged, and the shares.

    Returns: `matches_right`: share that is no wrong match; `relevant`: share that is relevant, of those judged.
    """
    weeks: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        year, week, _ = verdict.alerted_at.isocalendar()
        weeks[f"{year}-W{week:02}"][verdict.word] += 1
    return [
        {
            "week": week,
            "judged": total,
            **{word: counts[word] for word in get_args(VerdictWord)},
            "matches_right": round(1 - counts["wrong_match"] / total, 4),
            "share_relevant": round(counts["relevant"] / total, 4),
        }
        for week, counts in sorted(weeks.items(), reverse=True)
        if (total := counts.total())
    ]
