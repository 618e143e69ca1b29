"""One attempt to hand an alert to an endpoint: a signed HTTP POST, and what its end means."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import aiohttp
import msgspec
from standardwebhooks import Webhook

from monitor.alerts import outcome
from monitor.alerts.clip import encodable
from monitor.alerts.formats import body
from monitor.alerts.outcome import Verdict
from monitor.alerts.retry import retry_at
from monitor.base.events import Delivery, DeliveryAttempt, Endpoint
from monitor.base.retry_after import parse_retry_after
from monitor.base.settings import DeliverySettings

ANSWER_CHARACTERS = 1_000
_ANSWER_BYTES = 4 * ANSWER_CHARACTERS


class _Answer(NamedTuple):
    verdict: Verdict
    status: int = 0
    text: str = ""
    retry_after: str = ""


async def attempt(
    session: aiohttp.ClientSession,
    delivery: Delivery,
    endpoint: Endpoint,
    *,
    number: int,
    now: datetime,
    spread: float,
    settings: DeliverySettings,
) -> DeliveryAttempt:
    """How attempt `number` (1 for the first) of a delivery ended.

    Args: session: one that guards its addresses (monitor.base.network); an alert is sent nowhere else. now: goes into
        the signature, which receivers accept for five minutes. spread: 0 to 1, see `retry_at`.
    Returns: `sent`; `retry` with `retry_at`; `drop` with a reason when another attempt is useless or the schedule is
        used up. Whatever the receiver does is one of these, never an exception.
    Cost: one request; at most `settings.timeout_s` and 4 kB of the answer.
    """
    began = time.monotonic()
    try:
        answer = await _post(session, delivery, endpoint, now, settings)
    except outcome.FOREIGN as error:
        answer = _Answer(_timeout(settings) if isinstance(error, TimeoutError) else outcome.of_exception(error))
    made = ended(
        delivery,
        answer.verdict,
        number=number,
        now=now,
        spread=spread,
        settings=settings,
        took_s=time.monotonic() - began,
        asked_s=parse_retry_after(answer.retry_after, now) if answer.verdict.throttles else None,
    )
    return msgspec.structs.replace(made, status=answer.status, answer=answer.text)


def ended(
    delivery: Delivery,
    verdict: Verdict,
    *,
    number: int,
    now: datetime,
    spread: float,
    settings: DeliverySettings,
    took_s: float,
    asked_s: float | None = None,
) -> DeliveryAttempt:
    """The end of attempt `number`, with when the next one is due. Args: asked_s: what a Retry-After asked for."""
    scheduled, due = _schedule(verdict, number, now, spread, settings, asked_s)
    return DeliveryAttempt(
        webhook_id=delivery.webhook_id,
        endpoint=delivery.endpoint,
        attempt=number,
        at=now,
        outcome=scheduled.outcome,
        reason=encodable(scheduled.reason),
        retry_at=due,
        throttled=verdict.throttles,
        retry_after_s=asked_s,
        took_s=round(took_s, 3),
    )


def signed_headers(
    secret: str, webhook_id: str, now: datetime, body: str, previous: Iterable[str] = ()
) -> dict[str, str]:
    """The Standard Webhooks headers of one attempt.

    Args: secret: `whsec_…`. now: time of the attempt, aware. previous: secrets that sign too, since while one rotates
        a receiver may know either.
    """
    # The package takes a time of any zone for UTC, so it gets UTC.
    now = now.astimezone(UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(webhook_id, now, body) for key in (secret, *previous)),
    }


async def _post(
    session: aiohttp.ClientSession,
    delivery: Delivery,
    endpoint: Endpoint,
    now: datetime,
    settings: DeliverySettings,
) -> _Answer:
    sent = body(delivery, endpoint.format)
    headers = {"content-type": sent.content_type, "accept-encoding": "identity"}
    if secrets := endpoint.signing(now):
        headers |= signed_headers(secrets[0], delivery.webhook_id, now, sent.text, secrets[1:])
    async with session.post(
        endpoint.url,
        data=sent.text.encode(),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=settings.timeout_s),
        allow_redirects=False,
    ) as response:
        verdict = outcome.of_status(response.status)
        text = await _beginning(response)
        return _Answer(verdict, response.status, text, response.headers.get("retry-after", ""))


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """The first characters of an answer that may be endless, dripping, or broken off.

    The status has already decided: an answer of 200 whose body never ends must not bring the alert a second time.
    """
    read = b""
    with contextlib.suppress(*outcome.FOREIGN):
        while len(read) < _ANSWER_BYTES and (piece := await response.content.read(_ANSWER_BYTES - len(read))):
            read += piece
    return read.decode("utf-8", "replace")[:ANSWER_CHARACTERS]


def _timeout(settings: DeliverySettings) -> Verdict:
    # The exception itself has no words.
    return Verdict("retry", f"timeout: no answer within {settings.timeout_s:g} s")


def _schedule(
    verdict: Verdict, number: int, now: datetime, spread: float, settings: DeliverySettings, asked_s: float | None
) -> tuple[Verdict, datetime | None]:
    if verdict.outcome != "retry":
        return verdict, None
    due = retry_at(number, now, settings.schedule_s, settings.jitter, spread, asked_s)
    if due is None:
        return Verdict("drop", f"exhausted: {number} attempts failed, the last one with {verdict.reason}"), None
    return verdict, due
