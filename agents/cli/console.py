"""What commands print: results to standard output, everything else to standard error, so that results can be piped."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from monitor.alerts.describe import plain

out = Console(highlight=False)
_notes = Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """Say something to the user, beside the results."""
    _notes.print(text, markup=False, soft_wrap=True)


WHOLE_WIDTH = 24
"""Of our ids: a prefix of four characters and twenty digits."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str, whole: str = "") -> None:
    """Print rows in columns, or say that there are none. Strangers' texts lose what steers a terminal.

    Args: whole: the column that is never cut, since another command takes what stands in it.
    """
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        shown.add_column(head, no_wrap=head == whole, min_width=WHOLE_WIDTH if head == whole else None)
    for row in rows:
        shown.add_row(*(Text(plain(cell)) for cell in row))
    if shown.row_count:
        out.print(shown)
    else:
        note(empty)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar while the block runs; call what it yields with the number that is done.

    Args: total: None while it is unknown. Nothing is drawn where standard error is no terminal.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_notes, transient=True, disable=not _notes.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=max(0, done))


class JsonLines(logging.Formatter):
    """Each record as one JSON object on one line, whatever strangers' texts are in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time (UTC), level, logger and message; an exception with its traceback."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # With the escapes of ASCII: no line end of any kind and no control character is left.
        return json.dumps(line)


def log_to_stderr(level: str, kind: Literal["text", "json"] = "text") -> None:
    """Log Wirewatch's own events from `level` on, and from the libraries only what is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines() if kind == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for package in ("agents", "monitor"):
        logging.getLogger(package).setLevel(level.upper())
