"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.base.settings import Settings, load

config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file (TOML); without it, the defaults and the environment (WIREWATCH_…).",
)
broker = click.option(
    "--broker", help="sqlite:///FILE (embedded) or kafka://HOST:PORT; default sqlite:///wirewatch.db."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def settings_of(path: Path | None, **overrides: Any) -> Settings:
    """The configuration, with the options that were given over it.

    Raises: ConfigError: every mistake at once.
    """
    return load(path, **overrides)
