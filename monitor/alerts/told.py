"""The deliveries of one event: who gets it, under which id, with which body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from monitor.alerts.payload import Reason, notice_event, webhook_body
from monitor.base.events import Alert, AnyAlert, Delivery, Notice
from monitor.base.ids import webhook_id

Reasons = Mapping[str, Sequence[Reason]]
"""The rules that send an event, by the endpoint that they send it to."""


def alert_deliveries(alert: AnyAlert, reasons: Reasons, now: datetime) -> list[Delivery]:
    """The deliveries of an alert; ids and bodies are the same whenever they are made.

    Cost: one body, about 0.1 ms, for each different set of rules.
    """
    # How late it is, is measured for articles; a correction has no such moment.
    published_at = alert.article.published_at if isinstance(alert, Alert) else None
    bodies: dict[tuple[Reason, ...], str] = {}
    made = []
    for endpoint, why in reasons.items():
        key = tuple(why)
        if key not in bodies:
            bodies[key] = webhook_body(alert, key)
        rules = ", ".join(one.rule for one in key)
        made.append(delivery(alert.alert_id, endpoint, bodies[key], now, rules, published_at))
    return made


def notice_deliveries(notice: Notice, endpoints: Iterable[str], now: datetime) -> list[Delivery]:
    """The deliveries of a notice."""
    body = msgspec.json.encode(notice_event(notice)).decode()
    return [delivery(notice.notice_id, endpoint, body, now) for endpoint in endpoints]


def delivery(
    event_id: str, endpoint: str, body: str, now: datetime, rule: str = "", published_at: datetime | None = None
) -> Delivery:
    """One delivery of an event to an endpoint."""
    return Delivery(
        webhook_id=webhook_id(event_id, endpoint),
        endpoint=endpoint,
        alert_id=event_id,
        body=body,
        published_at=published_at,
        created_at=now,
        rule=rule,
    )
