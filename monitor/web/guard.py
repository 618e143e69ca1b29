"""What keeps hostile text and foreign pages out: a check of the Host header, and headers that bind the browser.

The page shows words from any feed of the world. The script writes them as text only; these headers make the browser
enforce it, should the script ever get it wrong.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitor.web.refusal import Refused

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
ANY_HOST = frozenset({"*"})

HEADERS = {
    # Trusted types without a policy: the browser refuses `innerHTML` and its kin altogether.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every response, errors and streams included (a hook of aiohttp)."""
    response.headers.update(HEADERS)
    # Ask again each time: an upgrade of the service must not meet yesterday's script in the browser.
    response.headers.setdefault("Cache-Control", "no-cache")


def host_check(allowed: Collection[str]) -> Middleware:
    """A middleware that answers only requests to one of the `allowed` host names (`ANY_HOST` allows all).

    Without it a foreign page could point its own name at 127.0.0.1 and read the service through its visitor's browser
    (DNS rebinding); the browser then still sends the foreign name as Host.
    """
    names = {name.strip("[]").rstrip(".").lower() for name in allowed}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.getall("Host", [])
        if "*" not in names and (len(given) != 1 or host_name(given[0]) not in names):
            raise Refused(
                421,
                f"this service does not answer for the host {', '.join(given)[:100]!r}",
                f"ask for it as {' or '.join(sorted(names))}, or allow the name in its configuration",
            )
        return await handler(request)

    return check


def host_name(host_header: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    if host_header.startswith("["):
        return host_header[1:].partition("]")[0].lower()
    return host_header.partition(":")[0].rstrip(".").lower()


def write_check(token: str) -> Middleware:
    """A middleware that lets requests that change something pass only with `Authorization: Bearer TOKEN`.

    A foreign page cannot make its visitor's browser send this header, so that no order is forged through it.

    Args: token: empty refuses all of them.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        # What is no order at all is refused as that: there is no such page, or none that takes this method.
        if request.method not in ("GET", "HEAD") and request.match_info.http_exception is None:
            if not token:
                raise Refused(403, "this service takes no orders", "set web.token in its configuration, and restart it")
            kind, _, given = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
                raise Refused(
                    401, "an order needs the token of this service", "send Authorization: Bearer and web.token"
                )
        return await handler(request)

    return check
