"""Ask a running service over its HTTP API: what commands that look into it or change it have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import click
import msgspec
from yarl import URL

from agents.cli import options
from monitor.base.errors import InputError

TIMEOUT_S = 60.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}

url = click.option("--url", help="Address of the service; without it, web.host and web.port of the configuration.")


class Service:
    """A running service, found by the configuration that it runs with."""

    def __init__(self, config: Path | None, at: str | None) -> None:
        """Raises: ConfigError: the configuration cannot be used. InputError: it does not say where the service is."""
        settings = options.settings_of(config)
        web = settings.web
        if at is None and web.port == 0:
            raise InputError("web.port is 0, so the service has taken a free port; give its address with --url")
        host = EVERYWHERE.get(web.host, web.host)
        self._url = URL(at) if at else URL.build(scheme="http", host=host, port=web.port)
        self._token = web.token.get_secret_value()

    def get(self, path: str, **query: str | int | None) -> Any:
        """The answer to a question.

        Raises: InputError: nobody answers there, or the service refuses, with its reason and its mend.
        """
        return self._ask("GET", path, {name: value for name, value in query.items() if value is not None}, None)

    def order(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to an order, sent with the token of the configuration. Raises: InputError: as `get`."""
        return self._ask(method, path, {}, body or {})

    def _ask(self, method: str, path: str, query: Mapping[str, str | int], body: Mapping[str, Any] | None) -> Any:
        try:
            return asyncio.run(self._answer(method, path, query, body))
        except (aiohttp.InvalidURL, ValueError):
            raise InputError(f"{self._url}: is no address of a service; for example http://127.0.0.1:6066") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise InputError(
                f"{self._url}: no service answers there ({error or 'timeout'}); start it with 'wirewatch run', "
                "or give its --config or --url"
            ) from None

    async def _answer(
        self, method: str, path: str, query: Mapping[str, str | int], body: Mapping[str, Any] | None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if body is not None else {}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        address = self._url.joinpath(*("api/v1" + path).split("/"))
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.request(method, address, params=query, json=body, headers=headers) as answer,
        ):
            return _read(await answer.read(), answer.status, address)


def _read(answer: bytes, status: int, address: URL) -> Any:
    try:
        value = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        raise InputError(f"{address}: is not answered by Wirewatch (HTTP {status})") from None
    if status < 400:
        return value
    error = value.get("error", {}) if isinstance(value, dict) else {}
    raise InputError(f"{error.get('reason', f'HTTP {status}')}; {error.get('mend', 'see the log of the service')}")
