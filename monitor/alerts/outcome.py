"""What an HTTP status or an exception means for a delivery: sent, try again, or drop. Two tables, no logic.

Every reason is `word: explanation`; the word is one of a short fixed list and can be a metric's label.
Source: Standard Webhooks: 2xx is success, redirects are not followed, 410 disables, 429, 502 and 504 throttle.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import aiohttp

from monitor.base.errors import FetchError, ForbiddenAddress

Outcome = Literal["sent", "retry", "drop"]


class Verdict(NamedTuple):
    """What an attempt came to; after one that `throttles`, the endpoint is left alone and its Retry-After holds."""

    outcome: Outcome
    reason: str
    throttles: bool = False


_STATUSES: tuple[tuple[range, Verdict], ...] = (
    (range(200, 300), Verdict("sent", "")),
    (range(410, 411), Verdict("drop", "gone: HTTP 410, the endpoint wants no more alerts; it is disabled")),
    (range(429, 430), Verdict("retry", "throttled: HTTP 429, the receiver asks for fewer requests", True)),
    (range(502, 505), Verdict("retry", "unavailable: HTTP {status}, the receiver is down or overloaded", True)),
    (range(300, 400), Verdict("retry", "redirected: HTTP {status}; redirects are not followed, give the final URL")),
    (range(400, 500), Verdict("retry", "rejected: HTTP {status}; the receiver refused the alert")),
    (range(500, 600), Verdict("retry", "failed: HTTP {status}, an error inside the receiver")),
)

# The first class that fits decides, so that subclasses stand before their bases. A FetchError brings its own word.
_EXCEPTIONS: tuple[tuple[type[BaseException], Outcome, str], ...] = (
    (ForbiddenAddress, "drop", "forbidden_address"),
    (aiohttp.InvalidURL, "drop", "bad_url"),
    (FetchError, "retry", "fetch"),
    (TimeoutError, "retry", "timeout"),
    (aiohttp.ClientConnectorDNSError, "retry", "dns"),
    (aiohttp.ClientSSLError, "retry", "tls"),
    (aiohttp.ClientResponseError, "retry", "bad_answer"),
    (aiohttp.ClientPayloadError, "retry", "bad_answer"),
    (aiohttp.ClientError, "retry", "connection"),
    (OSError, "retry", "connection"),
)

FOREIGN = tuple(known for known, _, _ in _EXCEPTIONS)
"""The exceptions that an attempt may end with; any other one is a bug and is not caught."""


def of_status(status: int) -> Verdict:
    """Verdict on an answer; a status outside 200 to 599 is tried again."""
    for statuses, verdict in _STATUSES:
        if status in statuses:
            return verdict._replace(reason=verdict.reason.format(status=status))
    return Verdict("retry", f"bad_answer: HTTP status {status} means nothing to a webhook")


def of_exception(error: BaseException) -> Verdict:
    """Verdict on one of `FOREIGN`, with the error's own words after the fixed one."""
    for known, outcome, word in _EXCEPTIONS:
        if isinstance(error, known):
            word = error.reason if isinstance(error, FetchError) else word
            return Verdict(outcome, f"{word}: {str(error)[:300] or type(error).__name__}")
    raise error
