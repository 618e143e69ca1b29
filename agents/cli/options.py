"""Options that several commands have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from monitor.base.errors import InputError
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


def check_writable(path: Path, option: str) -> None:
    """See that a file can be put where an option says, before the work whose result it is to hold.

    Raises: InputError: it cannot; it names path, reason and option.
    """
    if path.is_dir():
        reason = "it is a folder"
    elif not path.parent.is_dir():
        reason = f"there is no folder {path.parent}"
    elif not os.access(path.parent, os.W_OK):
        reason = f"nothing may be written into {path.parent}"
    else:
        return
    raise InputError(f"{path}: cannot be written ({reason}); give another file with {option}")
