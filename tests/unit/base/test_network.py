"""Which addresses may be reached, whatever name or URL led there."""

import asyncio
import socket
import threading
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from monitor.base import network
from monitor.base.errors import ForbiddenAddress
from monitor.base.network import forbidden_kind, guarded_session


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "172.32.0.1",
        "2606:4700::6810:84e5",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "64:ff9b::808:808",
    ],
)
def test_public_addresses_may_be_reached(address: str) -> None:
    assert forbidden_kind(address) == ""


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.1.2", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("fd00::1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("100.64.0.1", "carrier-network"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("240.0.0.1", "reserved"),
        # The same through IPv6, and what stands outside the block of global addresses.
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local"),
        ("2002:7f00:1::1", "loopback"),
        ("64:ff9b::a00:1", "private"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "private"),
        ("4000::1", "reserved"),
        ("nonsense", "unreadable"),
        ("0177.0.0.1", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_all_other_addresses_may_not(address: str, kind: str) -> None:
    assert forbidden_kind(address) == kind


class Names(AbstractResolver):
    """A DNS in which every name has these addresses."""

    addresses: tuple[str, ...] = ()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(network, "_Lookups", lambda: names)
    return names


async def test_a_name_that_leads_to_private_addresses_only_is_refused(names: Names) -> None:
    names.addresses = ("10.0.0.1", "127.0.0.1")
    async with guarded_session(allow_private_addresses=False) as session:
        with pytest.raises(ForbiddenAddress, match="herald.example leads to 10.0.0.1, a private address"):
            await session.get("http://herald.example/")


async def test_of_a_names_addresses_only_the_public_ones_are_tried(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def no_socket(info: Any) -> socket.socket:
        tried.append(info[4][0])
        raise OSError("no network in tests")

    monkeypatch.setattr(network, "_any_socket", no_socket)
    names.addresses = ("127.0.0.1", "93.184.216.34")
    async with guarded_session(allow_private_addresses=False) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://herald.example/")
    assert tried == ["93.184.216.34"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0x7f.1"])
async def test_an_address_in_a_url_is_judged_too(host: str) -> None:
    async with guarded_session(allow_private_addresses=False) as session:
        with pytest.raises(ForbiddenAddress, match="set fetch.allow_private_addresses = true"):
            await session.get(f"http://{host}:9/")


async def test_an_address_in_an_old_form_is_refused_by_the_client() -> None:
    async with guarded_session(allow_private_addresses=False) as session:
        with pytest.raises(aiohttp.InvalidURL):
            await session.get("http://2130706433:9/")


async def test_the_session_keeps_no_cookies_and_no_secrets_of_the_environment() -> None:
    async with guarded_session(allow_private_addresses=False, user_agent="Wirewatch/test") as session:
        assert not session.trust_env
        assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
        assert session.headers["User-Agent"] == "Wirewatch/test"


async def test_names_that_nobody_answers_for_do_not_hold_up_another_session(monkeypatch: pytest.MonkeyPatch) -> None:
    released, held = threading.Event(), threading.Semaphore(0)
    look_up = socket.getaddrinfo

    def slow(host: str, *rest: Any, **more: Any) -> Any:
        if host.endswith(".dead.example"):
            held.release()
            released.wait(20)
            raise socket.gaierror("no answer")
        return look_up("127.0.0.1", *rest, **more)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=204)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    application = web.Application()
    application.router.add_get("/", answer)
    async with (
        TestServer(application, host="127.0.0.1") as server,
        guarded_session(allow_private_addresses=True) as first,
        guarded_session(allow_private_addresses=True) as second,
    ):
        dead = [asyncio.create_task(asked(first, f"http://{number}.dead.example/")) for number in range(40)]
        try:
            await asyncio.to_thread(lambda: [held.acquire(timeout=10) for _ in dead])
            async with asyncio.timeout(5):
                assert await asked(second, f"http://alive.example:{server.port}/") == 204
        finally:
            released.set()
            ends = await asyncio.gather(*dead, return_exceptions=True)
    assert {type(end) for end in ends} == {aiohttp.ClientConnectorDNSError}


async def asked(session: aiohttp.ClientSession, url: str) -> int:
    """The status of an answer."""
    async with session.get(url) as answer:
        return answer.status
