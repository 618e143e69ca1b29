"""How an endpoint does: when it is left alone, when it is given up.

All attempts at one endpoint move one state, so that a receiver that is down is asked by one request at a time instead
of by each delivery that waits for it.
Source: Standard Webhooks: two secrets while one rotates, 429 and 502 and 504 throttle, 410 disables, and so do days
of failure, which the owner is told by another way.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from monitor.alerts.retry import MAX_RETRY_AFTER_S
from monitor.base.events import DeliveryAttempt, Endpoint, SigningSecret
from monitor.base.settings import WebhookSettings

PAUSE_S = 5.0
"""How long a receiver that throttles is left alone when it does not say; twice as long after each time in a row."""
LONGEST_PAUSE_S = 300.0


def configured(settings: WebhookSettings) -> Endpoint:
    """The endpoint of an entry of the configuration."""
    values = (settings.secret.get_secret_value(), *(old.get_secret_value() for old in settings.previous_secrets))
    return Endpoint(
        name=settings.name,
        url=settings.url,
        secrets=tuple(SigningSecret(value=value) for value in values if value),
        format=settings.format,
    )


def rotated(endpoint: Endpoint, secret: str, until: datetime) -> Endpoint:
    """The endpoint with a new secret; the one before signs too `until` then, and older ones no longer."""
    old = SigningSecret(value=endpoint.secrets[0].value, until=until)
    return msgspec.structs.replace(endpoint, secrets=(SigningSecret(value=secret), old))


class EndpointState(msgspec.Struct, frozen=True, kw_only=True):
    """How an endpoint does, as of its latest attempt; a new one does well."""

    failing_since: datetime | None = None
    """The first failure after the latest success."""
    failures: int = 0
    """Attempts that failed in a row."""
    throttles: int = 0
    """Attempts in a row that the receiver throttled."""
    paused_until: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str = ""

    @property
    def disabled(self) -> bool:
        """Whether nothing but a test is sent there."""
        return self.disabled_at is not None

    def parallel(self, now: datetime, concurrency: int) -> int:
        """How many attempts may be under way at this time."""
        if self.paused_until is not None and now < self.paused_until:
            return 0
        return 1 if self.failures else concurrency


class EndpointRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker that delivers to an endpoint knows of it."""

    endpoint: Endpoint | None = None
    """None when it stands in the configuration."""
    state: EndpointState = EndpointState()


def after_attempt(state: EndpointState, attempt: DeliveryAttempt, disable_after: timedelta) -> EndpointState:
    """The state after an attempt. What the sender refuses by itself (an unknown name, a full queue) changes nothing."""
    if attempt.outcome == "sent":
        return EndpointState()
    if not attempt.status and attempt.reason.partition(":")[0] in OWN_REASONS:
        return state
    since = state.failing_since or attempt.at
    failed = msgspec.structs.replace(_throttled(state, attempt), failing_since=since, failures=state.failures + 1)
    if state.disabled:
        return failed
    if attempt.reason.startswith("gone:"):
        reason = "the receiver answers 410 Gone: it wants no more alerts"
        return msgspec.structs.replace(failed, disabled_at=attempt.at, disabled_reason=reason)
    if attempt.at - since >= disable_after:
        days = (attempt.at - since) / timedelta(days=1)
        reason = f"every attempt of {days:.1f} days failed, the last one with {attempt.reason}"
        return msgspec.structs.replace(failed, disabled_at=attempt.at, disabled_reason=reason)
    return failed


OWN_REASONS = frozenset({"unknown_endpoint", "disabled", "backlog", "bug"})
"""Words of the reasons for which nothing was sent."""


def _throttled(state: EndpointState, attempt: DeliveryAttempt) -> EndpointState:
    if not attempt.throttled:
        return msgspec.structs.replace(state, throttles=0)
    until = state.paused_until
    # Those that were under way together when the pause began are one sign, not several.
    throttles = state.throttles + 1 if until is None or attempt.at >= until else state.throttles
    if attempt.retry_after_s is not None:
        pause_s = min(attempt.retry_after_s, MAX_RETRY_AFTER_S)
    else:
        pause_s = min(PAUSE_S * 2 ** min(throttles - 1, 10), LONGEST_PAUSE_S)
    ends = attempt.at + timedelta(seconds=pause_s)
    return msgspec.structs.replace(state, throttles=throttles, paused_until=max(ends, until or ends))
