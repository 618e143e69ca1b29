"""`wirewatch verdict`: say of an alert whether it was right, and see how often the service is."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click

from agents.cli import console, options, service
from agents.cli.service import Service

WORDS = ("relevant", "not-relevant", "wrong-match")


@click.command()
@click.argument("alert", required=False)
@click.argument("word", type=click.Choice(WORDS), required=False)
@click.option("--comment", default="", help="Why.")
@click.option("--author", default=getpass.getuser, show_default="you", help="Who says so.")
@options.config
@service.url
@options.as_json
def command(
    alert: str | None,
    word: str | None,
    comment: str,
    author: str,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Say of ALERT (its alert_id) whether it is relevant, not relevant, or a wrong match; without it, see how often
    the service was right.

    A story that is not relevant is told no more. A wrong match is taken out of its story.
    """
    if (alert is None) != (word is None):
        raise click.UsageError(f"give an alert and one of {', '.join(WORDS)}, or neither")
    asked = Service(config, url)
    if alert is not None and word is not None:
        body = {"alert_id": alert, "verdict": word.replace("-", "_"), "author": author, "comment": comment}
        asked.order("POST", "/verdicts", body)
        return console.note("Noted.")
    weeks = asked.get("/verdicts")["weeks"]
    if as_json:
        return click.echo(json.dumps(weeks))
    rows = [
        (
            one["week"],
            str(one["judged"]),
            str(one["wrong_match"]),
            str(one["not_relevant"]),
            f"{one['matches_right']:.1%}",
            f"{one['share_relevant']:.1%}",
        )
        for one in weeks
    ]
    heads = ("week", "judged", "wrong match", "not relevant", "matches right", "relevant")
    return console.table(heads, rows, empty="No alert has been judged yet.")
