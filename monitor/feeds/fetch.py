"""One polite GET of a feed or page, which no publisher can make endless, huge or dangerous."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp import hdrs
from multidict import CIMultiDictProxy

from monitor.base.errors import ForbiddenAddress
from monitor.base.retry_after import parse_retry_after
from monitor.base.settings import FetchSettings
from monitor.feeds import failures
from monitor.feeds.body import ACCEPTED, read_body, too_large

MAX_KEPT_HEADER = 1_000
"""Characters of a header that is kept; real validators have under 200."""

ACCEPT_FEED = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_PERMANENT = (301, 308)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Fetched:
    """A document as it came over the network."""

    status: int
    url: str
    """Where it was found, after redirects and without a password; relative links start from here."""
    body: bytes
    """Decompressed, not decoded, never empty."""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    max_age_s: float | None = None
    """How long the publisher calls the document fresh (`Cache-Control: max-age`)."""
    moved_to: str = ""
    """Where it stands now, when permanent redirects alone led there."""


@dataclass(frozen=True)
class NotModified:
    """The document is as it was; the validators are those for the next request."""

    etag: str
    last_modified: str
    max_age_s: float | None = None
    moved_to: str = ""


async def fetch(
    session: aiohttp.ClientSession,
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    settings: FetchSettings,
    accept: str = ACCEPT_FEED,
) -> Fetched | NotModified:
    """The document under a URL, or that it has not changed.

    Args: session: one that guards its addresses (monitor.base.network). etag, last_modified: the validators of the
        version that is known, empty for none.
    Raises: FetchError: with a `reason` of `monitor.feeds.failures.Reason`, and `retry_after_s` when the publisher asks
        for a pause; the caller tries again later. ForbiddenAddress: the URL or a redirect leads to a private network.
    Source: RFC 9110, 13.1 (conditional requests), 10.2.3 (Retry-After).
    Cost: at most `timeout_s`, `max_redirects` + 1 requests, and twice `max_body_bytes` of memory.
    """
    sent = NotModified(_kept(etag), _kept(last_modified))
    try:
        async with session.get(
            url,
            headers=_headers(sent, accept),
            auto_decompress=False,
            # aiohttp counts the answers that redirect, and takes 0 for no limit.
            max_redirects=settings.max_redirects + 1,
            timeout=aiohttp.ClientTimeout(total=settings.timeout_s),
        ) as response:
            if response.status == 304 and (sent.etag or sent.last_modified):
                return NotModified(
                    _header(response, hdrs.ETAG) or sent.etag,
                    _header(response, hdrs.LAST_MODIFIED) or sent.last_modified,
                    max_age_s=_max_age_s(response.headers),
                    moved_to=_moved_to(response),
                )
            return await _fetched(response, url, settings)
    except ForbiddenAddress as error:
        raise failures.of_forbidden(error, url) from None
    except failures.FOREIGN as error:
        raise failures.of_exception(error, url, settings) from None


async def _fetched(response: aiohttp.ClientResponse, url: str, settings: FetchSettings) -> Fetched:
    if not 200 <= response.status < 300:
        raise failures.of_status(response.status, url, _retry_after_s(response.headers))
    if (response.content_length or 0) > settings.max_body_bytes:
        raise too_large(url, settings.max_body_bytes)
    body = await read_body(
        response.content.iter_any(),
        coding=response.headers.get(hdrs.CONTENT_ENCODING, ""),
        max_bytes=settings.max_body_bytes,
        url=url,
    )
    return Fetched(
        status=response.status,
        url=str(response.url),
        body=body,
        content_type=_header(response, hdrs.CONTENT_TYPE),
        etag=_header(response, hdrs.ETAG),
        last_modified=_header(response, hdrs.LAST_MODIFIED),
        max_age_s=_max_age_s(response.headers),
        moved_to=_moved_to(response),
    )


def _moved_to(response: aiohttp.ClientResponse) -> str:
    hops = response.history
    return str(response.url) if hops and all(hop.status in _PERMANENT for hop in hops) else ""


def _max_age_s(headers: CIMultiDictProxy[str]) -> float | None:
    found = _MAX_AGE.search(headers.get(hdrs.CACHE_CONTROL, ""))
    return float(found[1]) if found else None


def _headers(known: NotModified, accept: str) -> dict[str, str]:
    headers = {
        hdrs.ACCEPT: accept,
        hdrs.ACCEPT_ENCODING: ACCEPTED,
        hdrs.IF_NONE_MATCH: known.etag,
        hdrs.IF_MODIFIED_SINCE: known.last_modified,
    }
    return {name: value for name, value in headers.items() if value}


def _header(response: aiohttp.ClientResponse, name: str) -> str:
    return _kept(response.headers.get(name, ""))


def _kept(value: str) -> str:
    """A header's value that can be stored and sent back, or nothing."""
    return value if len(value) <= MAX_KEPT_HEADER and value.isascii() and value.isprintable() else ""


def _retry_after_s(headers: CIMultiDictProxy[str]) -> float | None:
    # A date counts from the publisher's own clock, which need not agree with this machine's.
    try:
        now = parsedate_to_datetime(headers.get(hdrs.DATE, ""))
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        now = datetime.now(UTC)
    return parse_retry_after(headers.get(hdrs.RETRY_AFTER, ""), now)
