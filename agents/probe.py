"""A test of an endpoint: signed and sent as an alert would be."""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec

from agents.channels import Channels
from monitor.alerts.delivery import attempt
from monitor.alerts.payload import probe_event
from monitor.base.events import Delivery, DeliveryAttempt, Endpoint
from monitor.base.ids import webhook_id
from monitor.base.network import guarded_session
from monitor.base.settings import Settings


def probe_delivery(endpoint: str, now: datetime) -> Delivery:
    """A test to hand to an endpoint."""
    test_id = f"test_{secrets.token_hex(8)}"
    return Delivery(
        webhook_id=webhook_id(test_id, endpoint),
        endpoint=endpoint,
        alert_id=test_id,
        body=msgspec.json.encode(probe_event(test_id, now)).decode(),
        created_at=now,
        is_test=True,
    )


async def probe(settings: Settings, endpoint: Endpoint, now: datetime) -> DeliveryAttempt:
    """How one test of an endpoint ended, without a running service; whatever the receiver does, it is no exception."""
    delivery = probe_delivery(endpoint.name, now)
    if endpoint.format in ("apprise", "kafka"):
        channels = Channels(settings.delivery)
        try:
            return await channels.attempt(delivery, endpoint, number=1, now=now, spread=0.0)
        finally:
            await channels.close()
    async with guarded_session(
        allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
    ) as session:
        return await attempt(session, delivery, endpoint, number=1, now=now, spread=0.0, settings=settings.delivery)
