"""Why a fetch failed: one short fixed list of reasons, and the two tables that lead to it. No logic beyond that.

Every message names the URL (without its password), what happened, and the likely mend; it is safe to print, to store
and to encode, whatever bytes the publisher sent.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from monitor.base.errors import FetchError, ForbiddenAddress
from monitor.base.settings import FetchSettings

Reason = Literal[
    "bad_url",  # the URL, or one that it redirects to, is no http or https URL
    "forbidden_address",  # it leads to a private network
    "dns",  # the host has no address
    "connection",  # no connection, or one that broke off
    "tls",  # no encrypted connection, or a wrong certificate
    "timeout",  # not complete within the time limit
    "redirects",  # too many of them, or one that leads nowhere
    "bad_answer",  # not HTTP, headers too large, an answer to something that was not asked
    "truncated",  # the body ended too early
    "bad_encoding",  # the body is not compressed as its header says
    "too_large",
    "empty",
    "gone",  # HTTP 410
    "not_found",  # HTTP 404
    "rate_limited",  # HTTP 429
    "http_4xx",
    "http_5xx",
    "not_a_feed",  # fetched, but no feed (monitor.feeds.parse)
]
"""All values that `FetchError.reason` takes here: the metric's label, and `error` in a feed's state."""

REASONS: tuple[str, ...] = get_args(Reason)
_LONGEST_TEXT = 300

_LIGHT, _MIDDLE = 0.25, 0.5
_WEIGHTS: dict[str, float] = {
    # A publisher that is busy, or moves its pages about, comes back; so does what lies between us and it.
    "rate_limited": _LIGHT,
    "not_found": _LIGHT,
    "timeout": _MIDDLE,
    "connection": _MIDDLE,
    "dns": _MIDDLE,
    "truncated": _MIDDLE,
    "empty": _MIDDLE,
    "http_5xx": _MIDDLE,
}


def weight_of(reason: str) -> float:
    """How much a failure counts, 0.25 to 1: the more, the longer the feed is left alone.

    Source: the weights of mediacloud/rss-fetcher.
    """
    return _WEIGHTS.get(reason, 1.0)


class _Status(NamedTuple):
    statuses: range
    reason: Reason
    text: str


# The first row that fits decides. 429 and 503 are those that RFC 6585 and RFC 9110 give a Retry-After.
_STATUSES = (
    _Status(range(304, 305), "bad_answer", "said 'not modified' though nothing was asked; the server is at fault"),
    _Status(range(300, 400), "redirects", "redirects without saying where to; look for the feed's new URL"),
    _Status(range(401, 404), "http_4xx", "refuses access; it may want a login, or block programs"),
    _Status(range(404, 405), "not_found", "has nothing there; look for the feed's new URL"),
    _Status(range(410, 411), "gone", "says that the feed is gone for good; remove it or look for its new URL"),
    _Status(range(429, 430), "rate_limited", "asks for fewer requests; poll it less often"),
    _Status(range(400, 500), "http_4xx", "does not accept the request; try the URL in a browser"),
    _Status(range(500, 600), "http_5xx", "has a fault of its own; it is tried again"),
)

# The first class that fits decides, so that subclasses stand before their bases.
_EXCEPTIONS: tuple[tuple[type[Exception], Reason, str], ...] = (
    (aiohttp.TooManyRedirects, "redirects", "redirects more than {limits.max_redirects} times; give the final URL"),
    (aiohttp.RedirectClientError, "redirects", "redirects to something that is no http or https URL"),
    (aiohttp.InvalidURL, "bad_url", "is no http or https URL"),
    (aiohttp.NonHttpUrlClientError, "bad_url", "is no http or https URL"),
    (TimeoutError, "timeout", "was not complete within {limits.timeout_s:g} s; it is slow, or sends without end"),
    (aiohttp.ClientConnectorDNSError, "dns", "has a host without address; check the spelling and the DNS"),
    (aiohttp.ClientSSLError, "tls", "cannot be reached with TLS; check the certificate, or whether http is meant"),
    (aiohttp.ClientResponseError, "bad_answer", "did not answer with proper HTTP"),
    (aiohttp.ClientPayloadError, "truncated", "broke off in the middle of the body"),
    (HttpProcessingError, "bad_answer", "did not answer with proper HTTP"),
    (aiohttp.ClientError, "connection", "cannot be reached, or broke off"),
    (OSError, "connection", "cannot be reached, or broke off"),
    # aiohttp lets these through for a redirect to a URL whose user name has a colon or is not Latin.
    (ValueError, "bad_url", "has, or redirects to, a URL with an impossible user name"),
)

FOREIGN = tuple(known for known, _, _ in _EXCEPTIONS)
"""The exceptions that a request may end with; any other one is a bug and is not caught."""


def of_status(status: int, url: str, retry_after_s: float | None) -> FetchError:
    """The error for an HTTP status outside 200 to 299."""
    for statuses, reason, text in _STATUSES:
        if status in statuses:
            return failure(reason, url, f"{text} (HTTP {status})", retry_after_s=retry_after_s)
    return failure("bad_answer", url, f"answered with HTTP {status}, which means nothing to a fetch")


def of_exception(error: Exception, url: str, limits: FetchSettings) -> FetchError:
    """The error for one of `FOREIGN`, with its own words at the end."""
    for known, reason, text in _EXCEPTIONS:
        if isinstance(error, known):
            words = _words(error)
            text = text.format(limits=limits)
            return failure(reason, url, f"{text} ({words})" if words else text)
    raise error


def of_forbidden(error: ForbiddenAddress, url: str) -> ForbiddenAddress:
    """The same error, which now names the URL too."""
    return ForbiddenAddress(f"{shown(url)} may not be fetched: {_printable(str(error))}")


def failure(reason: Reason, url: str, text: str, *, retry_after_s: float | None = None) -> FetchError:
    """An error that says `text` about `url`."""
    return FetchError(reason, f"{shown(url)} {text}", retry_after_s=retry_after_s)


def shown(url: str) -> str:
    """A URL as it may be told and logged: without user and password, and not endless."""
    try:
        url = str(URL(url).with_user(None))
    except ValueError:
        # What cannot be read may hide a password in any place before the last '@'.
        url = url.rpartition("@")[2]
    return _printable(url)


def _words(error: Exception) -> str:
    match error:
        case aiohttp.ClientResponseError():
            return _printable(error.message)
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() if not isinstance(
            error, aiohttp.RedirectClientError
        ):
            # It quotes the URL, and with it the password.
            return ""
        case _:
            return _printable(str(error))


def _printable(text: str) -> str:
    """The text on one line, without what cannot be printed or encoded."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * _LONGEST_TEXT])
    return " ".join(line.split())[:_LONGEST_TEXT]
