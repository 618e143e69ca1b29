"""Serve a web application on an address of this machine."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from monitor.base.errors import InputError

SHUTDOWN_S = 1.0
"""How long open requests may go on at the end; live pages are let go before."""


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """The running server and its URL; the caller ends it with `cleanup`.

    Args: port: 0 takes a free one.
    Raises: InputError: the address cannot be taken, most often because another process has the port.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, UnicodeError) as error:
        await runner.cleanup()
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{host} port {port}: cannot be served on ({reason}); stop what has it, or give another host or port, "
            "0 for a free one"
        ) from None
    return runner, str(URL.build(scheme="http", host=host, port=runner.addresses[0][1]))
