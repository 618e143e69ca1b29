"""A webhook receiver to try alerts with: it verifies each one and hands it on.

`wirewatch webhooks listen`, the demo and the end-to-end tests run it; it is also the shortest example of what a
receiver has to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from monitor.alerts.describe import describe

__all__ = ["MAX_BODY_BYTES", "Received", "describe", "make_receiver"]

MAX_BODY_BYTES = 64 * 1024
"""Three times what Wirewatch sends."""


@dataclass(frozen=True)
class Received:
    """One POST that reached the receiver."""

    webhook_id: str
    """The same over all attempts of one delivery: a receiver that has seen it answers 2xx and does nothing."""
    verified: bool
    event: dict[str, Any]
    """The alert event; empty when the signature is not valid, since nothing in the body can then be believed."""
    body: bytes
    reason: str = ""
    """Why the signature is not valid."""


def make_receiver(secret: str, on_event: Callable[[Received], None]) -> web.Application:
    """A receiver for POSTs on any path.

    It answers 204 when the signature is valid and the body is a JSON object, 401 with the reason when the signature
    is not valid, 413 above 64 kB, 400 for a signed body that is no JSON object. `on_event` is called for 204 and 401,
    before the answer; if it raises, the answer is 500 and the sender tries again.

    Args: secret: `whsec_…`, the one that the sender signs with.
    """
    verifier = Webhook(secret)

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        webhook_id = request.headers.get("webhook-id", "")
        if reason := _fault_of_signature(verifier, body, request):
            on_event(Received(webhook_id, False, {}, body, reason))
            return web.Response(status=401, text=f"{reason}\n")
        event = _object(body)
        if event is None:
            return web.Response(status=400, text="the body is not a JSON object\n")
        on_event(Received(webhook_id, True, event, body))
        return web.Response(status=204)

    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.router.add_post("/{path:.*}", receive)
    return application


def _fault_of_signature(verifier: Webhook, body: bytes, request: web.Request) -> str:
    """Why the request is not from the holder of the secret, or an empty text."""
    try:
        verifier.verify(body, dict(request.headers), json_parse=False)
    except WebhookVerificationError as error:
        return str(error)
    except ValueError:
        # The package lets a header without its comma, bad base64 and a body that is not UTF-8 through as these.
        return "Malformed signature or body"
    return ""


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
