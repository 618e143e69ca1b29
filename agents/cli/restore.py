"""`wirewatch restore`: a backup becomes the broker's file."""

from __future__ import annotations

from pathlib import Path

import click

from agents.cli import options
from agents.cli.backup import FILE, broker_file, copied


@click.command()
@click.argument("file", type=FILE)
@options.config
@options.broker
def command(file: Path, config: Path | None, broker: str | None) -> None:
    """Put a backup in the place of the broker's file, which must be free; the service then goes on where it was.

    Feeds are polled from there on; what was published meanwhile and is still in them is read.
    """
    copied(file, broker_file(config, broker))
