"""`wirewatch config`: check a configuration, show what is in effect, print the one that ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import tomli_w
from pydantic import SecretStr

from agents.bundled import CONFIGURATION, bundled
from agents.cli import console, options
from monitor.base.errors import ConfigError
from monitor.base.settings import SIGNED, Settings

MASK = "**********"


@click.group()
def command() -> None:
    """Check a configuration, show what is in effect, print the one that ships."""


@command.command()
@options.config
@options.as_json
def check(config: Path | None, as_json: bool) -> None:
    """Name every mistake of a configuration at once; exit code 1 when there is one."""
    faults: tuple[str, ...] = ()
    try:
        settings = options.settings_of(config)
    except ConfigError as error:
        if not as_json:
            raise
        faults = error.faults
    if as_json:
        click.echo(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False))
    else:
        console.out.print(f"The configuration is fine: {_size(settings)}.", markup=False)
    raise SystemExit(1 if faults else 0)


@command.command()
@options.config
@options.as_json
def show(config: Path | None, as_json: bool) -> None:
    """Print every key with the value that is in effect, as TOML (or JSON); secrets are masked."""
    shown = shown_settings(options.settings_of(config))
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False) if as_json else tomli_w.dumps(shown), nl=as_json)


@command.command()
def default() -> None:
    """Print the commented configuration that ships: every key with its default, to be changed and kept."""
    click.echo(bundled(CONFIGURATION).read_text(encoding="utf-8"), nl=False)


def shown_settings(settings: Settings) -> dict[str, Any]:
    """The configuration as TOML and JSON can say it, without what is not set, secrets masked."""
    shown: dict[str, Any] = _masked(settings.model_dump(exclude_none=True))
    for hook in shown["webhooks"]:
        # The addresses of chats and mail servers hold their secret.
        if hook["format"] not in SIGNED:
            hook["url"] = f"{hook['url'].partition('://')[0]}://{MASK}"
    return shown


def _masked(value: Any) -> Any:
    match value:
        case SecretStr():
            return MASK
        case dict():
            return {key: _masked(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_masked(inner) for inner in value]
        case _:
            return value


def _size(settings: Settings) -> str:
    return f"{len(settings.feeds)} feeds, {len(settings.webhooks)} webhooks, broker {settings.broker.url}"
