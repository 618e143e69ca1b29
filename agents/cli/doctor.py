"""`wirewatch doctor`: what is wrong with this installation, and what mends it."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import version
from pathlib import Path

import click
import msgspec
from rich.table import Table
from rich.text import Text

from agents.channels import check_extra
from agents.cli import console, options
from agents.doctor import broker, machine, network
from agents.doctor.finding import Finding, fault, ok, skipped
from agents.sqlite.transport import log_path
from monitor.alerts.describe import plain
from monitor.base.errors import ConfigError
from monitor.base.settings import Settings
from monitor.feeds.feed_list import WatchedFeeds

MARKS = {"ok": ("✔", "green"), "warning": ("!", "yellow"), "fault": ("✘", "red"), "skipped": ("·", "dim")}


@click.command()
@options.config
@options.broker
@click.option("--offline", is_flag=True, help="Ask no feed and no endpoint; the broker is asked.")
@click.option("--test-webhooks", is_flag=True, help="Send each endpoint of the configuration a signed test.")
@options.as_json
def command(config: Path | None, broker: str | None, offline: bool, test_webhooks: bool, as_json: bool) -> None:
    """Look at all that the service needs: the configuration, this machine, the broker, feeds and endpoints.

    Nothing is changed. Each fault comes with what mends it. Exit code 1 when there is a fault; warnings are none.
    """
    findings = asyncio.run(examine(config, broker, offline=offline, test_webhooks=test_webhooks))
    faults = sum(finding.word == "fault" for finding in findings)
    if as_json:
        shown = {"ok": not faults, "version": version("wirewatch"), "checks": msgspec.to_builtins(findings)}
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        _show(findings)
    raise SystemExit(1 if faults else 0)


async def examine(config: Path | None, url: str | None, *, offline: bool, test_webhooks: bool) -> list[Finding]:
    """All findings, in the order in which they are best mended."""
    try:
        settings = options.settings_of(config, broker__url=url)
        check_extra(settings)
    except ConfigError as error:
        return [
            fault("configuration", one, "mend it and look again: nothing else was looked at") for one in error.faults
        ]
    looked = await broker.look(settings.broker)
    findings = [ok("configuration", str(config or "the defaults and the environment"))]
    findings += machine.permissions(config, settings)
    if settings.broker.url.startswith("sqlite:"):
        findings.append(machine.disk(log_path(settings.broker.url).parent))
    findings += [machine.open_files(), machine.memory(looked.articles, machine.available_memory())]
    findings += [await machine.port(settings.web), *looked.findings]
    if offline:
        return [*findings, skipped("outside", "feeds, endpoints and clock: --offline")]
    return [*findings, *await _outside(settings, test_webhooks=test_webhooks)]


async def _outside(settings: Settings, *, test_webhooks: bool) -> list[Finding]:
    with console.progress("Asking feeds and endpoints", None):
        feeds = WatchedFeeds(settings, report=console.note).feeds
        return await network.outside(settings, feeds, test_webhooks=test_webhooks)


def _show(findings: list[Finding]) -> None:
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, colour = MARKS[finding.word]
        said = Text(plain(finding.found))
        if finding.mend:
            said.append(f"\n→ {plain(finding.mend)}", style=colour)
        table.add_row(Text(mark, style=colour), Text(finding.check), said)
    console.out.print(table)
    counts = {word: sum(finding.word == word for finding in findings) for word in ("fault", "warning")}
    console.out.print(
        ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items()) + "."
    )
