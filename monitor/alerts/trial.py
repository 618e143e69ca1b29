"""What a rule would have sent, had it been in effect: it is tried on earlier alerts before it is used."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from monitor.alerts.rules import Looked, Rule
from monitor.base.events import Alert

SHOWN = 20


class Trial:
    """One rule on a series of alerts, in their order."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._alerts = 0
        self._sent = 0
        self._licensed = 0
        self._not: Counter[str] = Counter()
        self._latest: deque[dict[str, Any]] = deque(maxlen=SHOWN)

    def add(self, alert: Alert) -> None:
        """Judge one more alert."""
        self._alerts += 1
        judgement = self._rule.judge(Looked(alert))
        self._licensed += judgement.licensed
        if not judgement.sends:
            self._not[judgement.why_not.partition(":")[0]] += 1
            return
        self._sent += 1
        self._latest.append(
            {
                "alert_id": alert.alert_id,
                "at": alert.at,
                "article": alert.article.title or alert.article.url,
                "source": alert.article.source,
                "origin": alert.story.origin.source,
                "why": list(judgement.why),
            }
        )

    def result(self) -> dict[str, Any]:
        """Of how many alerts how many would be sent, the latest of them, and which condition kept the others back."""
        return {
            "rule": self._rule.name,
            "alerts": self._alerts,
            "would_send": self._sent,
            "licensed": self._licensed,
            "kept_back_by": dict(self._not.most_common()),
            "latest": list(reversed(self._latest)),
        }
