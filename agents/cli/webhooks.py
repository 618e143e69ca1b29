"""`wirewatch webhooks`: a local receiver of alerts."""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import b64encode
from pathlib import Path
from typing import NoReturn

import click
from pydantic import SecretStr, TypeAdapter, ValidationError

from agents.cli import console, options
from agents.cli.stopping import run_until_stopped
from agents.serve import serve
from monitor.alerts.describe import describe, plain
from monitor.alerts.receiver import Received, make_receiver
from monitor.base.errors import InputError
from monitor.base.settings import WebhookSecret


@click.group()
def command() -> None:
    """A local receiver of alerts that verifies their signatures."""


@command.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the secret (whsec_…) that the sender signs with; without it, a new one is made and shown.",
)
@options.as_json
def listen(host: str, port: int, secret_file: Path | None, as_json: bool) -> None:
    """Receive alerts, verify each signature, and print them until Ctrl-C.

    A webhook whose signature is not valid is answered with 401 and reported. With --json, each alert is one line.
    """
    secret = _read_secret(secret_file) if secret_file else f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    run_until_stopped(_listen(host, port, secret, as_json=as_json, is_new=secret_file is None))


async def _listen(host: str, port: int, secret: str, *, as_json: bool, is_new: bool) -> NoReturn:
    def receive(received: Received) -> None:
        if not received.verified:
            console.note(f"Refused {plain(received.webhook_id, 80) or 'a request'}: {plain(received.reason)}")
        elif as_json:
            click.echo(json.dumps(received.event, ensure_ascii=False))
        else:
            console.out.print(describe(received.event))

    runner, url = await serve(make_receiver(secret, receive), host, port)
    try:
        console.note(f"Listening on {url}/  ·  Ctrl-C ends")
        if is_new:
            console.note(
                "Send alerts here with this in the configuration (and fetch.allow_private_addresses = true):\n\n"
                f'[[webhooks]]\nname = "listen"\nurl = "{url}/"\nsecret = "{secret}"\n'
            )
        await asyncio.Event().wait()
        raise AssertionError  # the wait ends by cancellation only
    finally:
        await runner.cleanup()


def _read_secret(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    try:
        secret: SecretStr = TypeAdapter(WebhookSecret).validate_python(text)
    except ValidationError as error:
        raise InputError(f"{path}: the secret {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
    return secret.get_secret_value()
