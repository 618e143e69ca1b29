"""`wirewatch feeds`: the feeds that are watched, and documents of feeds."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from agents.cli import console, options
from agents.cli.feed_documents import Checked, check_document, documents_of
from monitor.alerts.describe import plain


@click.group()
def command() -> None:
    """The feeds that are watched, and documents of feeds."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--expect", is_flag=True, help="Compare each document with what NAME.json beside it says of it.")
@options.as_json
def check(folder: Path, expect: bool, as_json: bool) -> None:
    """Read the feed documents of FOLDER (or one file), as the poller would, and say what is wrong with each.

    With --expect, title, link, date, author and content of each feed and entry are held against NAME.json beside NAME.xml
    (NAME_expected.json beside NAME.json): the layout of gofeed's test data. A document agrees when it was read and nothing
    that is expected of it was read otherwise. Exit code 1 when one crashed the reader, or with --expect does not agree.
    """
    checked: list[Checked] = []
    paths = documents_of(folder)
    with console.progress("Reading", len(paths)) as show:
        for number, path in enumerate(paths, 1):
            checked.append(check_document(path, expect=expect))
            show(number)
    counts = {
        "documents": len(checked),
        "read": sum(one.is_read for one in checked),
        "crashed": sum(one.crashed for one in checked),
        "entries": sum(one.entries for one in checked),
    }
    if expect:
        counts["expected"] = sum(one.is_expected for one in checked)
        counts["agree"] = sum(one.agrees for one in checked)
    if as_json:
        problems = {str(one.path): list(one.problems) for one in checked if one.problems}
        click.echo(json.dumps(counts | {"problems": problems}, ensure_ascii=False))
    else:
        _show(checked, counts)
    raise SystemExit(1 if counts["crashed"] or (expect and counts["agree"] < len(checked)) else 0)


def _show(checked: list[Checked], counts: dict[str, int]) -> None:
    table = Table.grid(padding=(0, 2))
    for one in checked:
        if one.problems:
            table.add_row(Text(str(one.path)), Text("\n".join(plain(problem) for problem in one.problems)))
    console.out.print(table)
    console.out.print(", ".join(f"{name} {number}" for name, number in counts.items()))
