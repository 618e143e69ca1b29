"""`wirewatch rules`: who is told of what, in a running service, and what a rule would have sent."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from agents.cli import console, options, service
from agents.cli.service import Service
from monitor.alerts.describe import plain
from monitor.base.errors import InputError


@click.group()
def command() -> None:
    """Rules say who is told of what. They stand in the configuration, or are added to a running service.

    A rule for `add` and `test` is a TOML file with [[rules]], as in the configuration.
    """


@command.command("list")
@options.config
@service.url
@options.as_json
def list_rules(config: Path | None, url: str | None, as_json: bool) -> None:
    """List the rules in effect."""
    found = Service(config, url).get("/rules")["rules"]
    if as_json:
        return click.echo(json.dumps(found))
    rows = []
    for rule in found:
        name, configured = rule.pop("name"), rule.pop("configured")
        conditions = ", ".join(f"{key} {_worded(value)}" for key, value in rule.items() if key != "to")
        rows.append(
            (name, ", ".join(rule.get("to", ["all"])), conditions or "every alert", "" if configured else "added")
        )
    return console.table(("rule", "to", "when", ""), rows, empty="There are no rules.")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.config
@service.url
def add(file: Path, config: Path | None, url: str | None) -> None:
    """Add the rules of FILE; one of a name that was added before is changed."""
    asked = Service(config, url)
    for rule in _read(file):
        console.out.print(f"Added {plain(asked.order('POST', '/rules', rule)['name'])}.", markup=False)


@command.command()
@click.argument("name")
@options.config
@service.url
def remove(name: str, config: Path | None, url: str | None) -> None:
    """Forget a rule that was added."""
    Service(config, url).order("DELETE", f"/rules/{name}")
    console.out.print(f"Removed {plain(name)}.", markup=False)


@command.command()
@click.argument("rule")
@click.option(
    "--since", default="7d", show_default=True, help="How long ago (30m, 7d) or when (ISO 8601); 90 days at most."
)
@options.config
@service.url
@options.as_json
def test(rule: str, since: str, config: Path | None, url: str | None, as_json: bool) -> None:
    """Show what RULE would have sent of the alerts since then: the name of one, or a TOML file with one."""
    given: Any = _only(Path(rule)) if rule.endswith(".toml") else rule
    found = Service(config, url).order("POST", "/rules/test", {"rule": given, "since": since})
    if as_json:
        return click.echo(json.dumps(found))
    return _show_trial(found)


def _show_trial(found: dict[str, Any]) -> None:
    console.out.print(
        f"{plain(found['rule'])} would have sent {found['would_send']} of {found['alerts']} alerts.", markup=False
    )
    if found["kept_back_by"]:
        kept = ", ".join(f"{plain(word)} {count}" for word, count in found["kept_back_by"].items())
        console.out.print(f"Kept back by: {kept}.", markup=False)
    rows = [
        (one["at"][:19], one["source"], one["origin"], one["article"], "; ".join(one["why"])) for one in found["latest"]
    ]
    if rows:
        console.table(("at", "copier", "origin", "article", "why"), rows, empty="")


def _worded(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _only(file: Path) -> dict[str, Any]:
    rules = _read(file)
    if len(rules) != 1:
        raise InputError(f"{file}: holds {len(rules)} rules; give one")
    return rules[0]


def _read(file: Path) -> list[dict[str, Any]]:
    """The rules of a file; the service checks what they say."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: cannot be read as TOML ({error})") from None
    rules = found.get("rules")
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, dict) for rule in rules) or len(found) > 1:
        raise InputError(f"{file}: must hold [[rules]] and nothing else, as in the configuration")
    return rules
