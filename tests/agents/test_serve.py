"""Serving on an address of this machine, and what is said when it cannot be had."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from agents.serve import serve
from monitor.base.errors import InputError


def application() -> web.Application:
    """Answers every request."""

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    made = web.Application()
    made.router.add_get("/", hello)
    return made


async def test_port_0_takes_a_free_port_and_the_url_says_which() -> None:
    runner, url = await serve(application(), "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.text() == "hello"
    await runner.cleanup()


async def test_a_port_that_is_taken_is_named_with_the_mend() -> None:
    runner, url = await serve(application(), "127.0.0.1", 0)
    port = int(url.rstrip("/").rpartition(":")[2])
    with pytest.raises(InputError, match=rf"127\.0\.0\.1 port {port}: cannot be served on \(.*; stop what has it"):
        await serve(application(), "127.0.0.1", port)
    await runner.cleanup()
    again, _ = await serve(application(), "127.0.0.1", port)
    await again.cleanup()


@pytest.mark.parametrize("host", ["256.1.1.1.invalid", "a" * 70])
async def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="cannot be served on"):
        await serve(application(), host, 0)


async def test_an_ipv6_address_makes_a_url_that_works() -> None:
    try:
        runner, url = await serve(application(), "::1", 0)
    except InputError as error:
        pytest.skip(str(error))
    assert url.startswith("http://[::1]:")
    await runner.cleanup()
