"""The HTTP client session of the service, which keeps away from private networks.

Feeds, redirects and webhooks name addresses that outsiders choose, and Wirewatch often runs next to services that
trust their own network (cloud metadata, databases, admin pages). So an address is judged when a socket is opened to
it: what a name led to a moment ago, or which URL came first, does not count.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.base.errors import ForbiddenAddress

MAX_HEADER_BYTES = 65_536
"""Of one header line. aiohttp's 8,190 is less than the content security policies of some news sites."""

LOOKUP_THREADS = 64
"""Names of one session that are looked up at the same time; aiohttp asks once for all connections to a host."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")


def guarded_session(*, allow_private_addresses: bool, user_agent: str = "") -> aiohttp.ClientSession:
    """A client session that connects to public addresses only; the caller closes it (`async with`).

    Without cookies and without the proxies and passwords of the environment; redirects are followed to http and https
    only. The number of connections is not limited, since callers bound their own concurrency and a wait for a
    connection would count as the publisher's timeout.

    Args: allow_private_addresses: True lifts the guard. user_agent: sent with each request; empty for aiohttp's own.
    Raises (from its requests): ForbiddenAddress: all addresses of the host are private; no packet was sent there.
    """
    connector = aiohttp.TCPConnector(
        limit=0,
        resolver=_Resolver(_Lookups(), guarded=not allow_private_addresses),
        socket_factory=_any_socket if allow_private_addresses else _guarded_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        headers={"User-Agent": user_agent} if user_agent else None,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
    )


def forbidden_kind(address: str) -> str:
    """Why an IP address may not be reached, as an adjective (`loopback`), or nothing when it is a public one.

    Everything that is not known to be public is forbidden, so that a new special range is closed until it is listed.

    Args: address: IPv4 or IPv6 as text; a zone (`%eth0`) is allowed.
    Source: the IANA special-purpose registries; RFC 4291 for 2000::/3, the only block that has global addresses.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unreadable"
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return forbidden_kind(str(inner))
        if ip not in _GLOBAL_UNICAST or ip.teredo is not None:
            return _kind(ip)
    return "" if ip.is_global and not ip.is_multicast else _kind(ip)


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end at: IPv4-mapped, 6to4 or NAT64."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _kind(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    kinds = (
        ("unspecified", ip.is_unspecified),
        ("loopback", ip.is_loopback),
        ("link-local", ip.is_link_local),
        ("multicast", ip.is_multicast),
        ("carrier-network", ip in _CARRIER_NAT),
        # Python counts documentation and benchmark ranges as private, and reserved ones too.
        ("reserved", ip.is_reserved),
        ("private", ip.is_private),
    )
    return next((kind for kind, fits in kinds if fits), "reserved")


class _Lookups(AbstractResolver):
    """The system's look-up of names, in threads of this session alone.

    A name whose servers do not answer holds its thread for up to half a minute, and aiohttp's own resolver takes those
    that the whole process shares: six such names on two cores would keep every other connection waiting.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, "lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found_family, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Resolver(AbstractResolver):
    """Drops the forbidden addresses of a name.

    The guard proper is `_guarded_socket`, which also sees the addresses that stand in URLs; but what a socket factory
    raises is lost when aiohttp races several addresses, so none of those may be forbidden.
    """

    def __init__(self, inner: AbstractResolver, *, guarded: bool) -> None:
        self._inner = inner
        self._guarded = guarded

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        try:
            found = await self._inner.resolve(host, port, family)
        except UnicodeError as error:
            # From Python's IDNA codec, for labels over 63 characters; a hostile redirect can name such a host.
            raise OSError(f"{host[:80]!r} is no possible host name ({error})") from None
        allowed = [one for one in found if not (self._guarded and forbidden_kind(one["host"]))]
        if allowed:
            return allowed
        if found:
            raise _forbidden(found[0]["host"], host)
        raise OSError(f"{host} has no address")

    async def close(self) -> None:
        await self._inner.close()


def _any_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = info
    return socket.socket(family, kind, protocol)


def _guarded_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    address = str(info[4][0])
    if forbidden_kind(address):
        raise _forbidden(address)
    return _any_socket(info)


def _forbidden(address: str, host: str = "") -> ForbiddenAddress:
    where = f"{host} leads to {address}" if host else f"the host is {address}"
    return ForbiddenAddress(
        f"{where}, a {forbidden_kind(address)} address; if it is meant, set fetch.allow_private_addresses = true"
    )
