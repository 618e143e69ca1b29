"""`wirewatch silences`: keep some alerts of a running service back for a while."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click

from agents.cli import console, options, service
from agents.cli.service import Service
from monitor.alerts.describe import plain


@click.group()
def command() -> None:
    """A silence keeps some alerts back until its end, and then tells how many it was."""


@command.command("list")
@options.config
@service.url
@options.as_json
def list_silences(config: Path | None, url: str | None, as_json: bool) -> None:
    """List the silences that have not ended."""
    found = Service(config, url).get("/silences")["silences"]
    if as_json:
        return click.echo(json.dumps(found))
    rows = []
    for one in found:
        what = ", ".join(f"{key} {one[key]}" for key in ("rule", "story", "source", "words") if one[key])
        rows.append((one["id"], what, one["ends_at"][:19], str(one["alerts"]), one["author"], one["reason"]))
    heads = ("id", "silences", "until", "kept back", "author", "reason")
    return console.table(heads, rows, empty="There are no silences.", whole="id")


@command.command()
@click.option("--for", "length", required=True, help="How long: 30m, 2h, 7d.")
@click.option("--reason", required=True, help="Why, for those who wonder.")
@click.option("--author", default=getpass.getuser, show_default="you", help="Who wants it.")
@click.option("--rule", default="", help="Alerts of this rule.")
@click.option("--story", default="", help="Alerts of this story.")
@click.option("--source", default="", help="Alerts of what this publisher copied, or was first to publish.")
@click.option("--words", default="", help="Alerts with these words, as in rules.")
@options.config
@service.url
def add(
    length: str,
    reason: str,
    author: str,
    rule: str,
    story: str,
    source: str,
    words: str,
    config: Path | None,
    url: str | None,
) -> None:
    """Keep alerts back from now on; all that is given must fit."""
    body = {
        "length": length,
        "reason": reason,
        "author": author,
        "rule": rule,
        "story": story,
        "source": source,
        "words": words,
    }
    click.echo(Service(config, url).order("POST", "/silences", body)["id"])


@command.command()
@click.argument("silence")
@options.config
@service.url
def end(silence: str, config: Path | None, url: str | None) -> None:
    """End SILENCE now."""
    Service(config, url).order("DELETE", f"/silences/{silence}")
    console.out.print(f"Ended {plain(silence)}.", markup=False)
