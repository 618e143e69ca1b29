"""`wirewatch backup`: all that the service knows, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from agents.cli import console, options
from agents.sqlite.backup import copy
from agents.sqlite.transport import log_path

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
@options.config
@options.broker
def command(file: Path, config: Path | None, broker: str | None) -> None:
    """Copy all that the service knows (articles, stories, deliveries, feed states, offsets) into FILE.

    For the embedded broker, while the service is stopped. The copy is checked before it gets its name. The configuration
    and the list of feeds are files of their own: copy them too.
    """
    copied(broker_file(config, broker), file)


def broker_file(config: Path | None, broker: str | None) -> Path:
    """The file of the embedded broker. Raises: UsageError: it is a Kafka."""
    url = options.settings_of(config, broker__url=broker).broker.url
    if not url.startswith("sqlite:"):
        raise click.UsageError(
            f"{url}: topics of Kafka are kept by its replicas; this copies an embedded broker's file"
        )
    return log_path(url)


def copied(source: Path, target: Path) -> None:
    """Copy a broker's file and say so."""
    with console.progress("Copying", None) as show:
        size = copy(source, target, lambda done, _all: show(done))
    console.out.print(f"{source} is copied to {target}, {size / 1024**2:.1f} MB.", markup=False)
