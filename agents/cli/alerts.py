"""`wirewatch alerts`: the latest alerts of a running service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from agents.cli import console, options, service
from agents.cli.service import Service
from monitor.alerts.describe import describe


@click.command()
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@click.option("--full", is_flag=True, help="With passages, credit and extent.")
@options.config
@service.url
@options.as_json
def command(limit: int, full: bool, config: Path | None, url: str | None, as_json: bool) -> None:
    """Show the latest alerts, the newest first. Their ids are what `wirewatch verdict` takes."""
    found = Service(config, url).get("/alerts", limit=limit)["alerts"]
    if as_json:
        return click.echo(json.dumps(found))
    if full:
        for one in found:
            console.out.print(describe(one))
        return None
    heads = ("at", "alert", "outlet", "re-uses", "kind", "article")
    return console.table(heads, [_row(one) for one in found], empty="There are no alerts yet.", whole="alert")


def _row(event: dict[str, Any]) -> tuple[str, ...]:
    data = event["data"]
    at, alert_id = event["timestamp"][:19], data["alert_id"]
    if event["type"] == "story.updated":
        origin = data["story"]["origin"]
        return (at, alert_id, origin["source"], "", "origin corrected", origin["title"] or origin["url"])
    article, match = data["article"], data["match"]
    return (
        at,
        alert_id,
        article["source"],
        match["article"]["source"],
        match["kind"],
        article["title"] or article["url"],
    )
