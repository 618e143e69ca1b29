"""The deliveries of one event: the same body for each endpoint, under an id of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.alerts.payload import notice_event, webhook_body
from monitor.base.events import Alert, AnyAlert, Delivery, Notice
from monitor.base.ids import webhook_id


def alert_delivery(alert: AnyAlert, endpoints: Iterable[str], now: datetime) -> list[Delivery]:
    """The deliveries of an alert; ids and bodies are the same whenever they are made."""
    # How late it is, is measured for articles; a correction has no such moment.
    published_at = alert.article.published_at if isinstance(alert, Alert) else None
    return _deliveries(alert.alert_id, webhook_body(alert), endpoints, now, published_at)


def notice_delivery(notice: Notice, endpoints: Iterable[str], now: datetime) -> list[Delivery]:
    """The deliveries of a notice."""
    return _deliveries(notice.notice_id, msgspec.json.encode(notice_event(notice)).decode(), endpoints, now, None)


def _deliveries(
    event_id: str, body: str, endpoints: Iterable[str], now: datetime, published_at: datetime | None
) -> list[Delivery]:
    return [
        Delivery(
            webhook_id=webhook_id(event_id, endpoint),
            endpoint=endpoint,
            alert_id=event_id,
            body=body,
            published_at=published_at,
            created_at=now,
        )
        for endpoint in endpoints
    ]
