"""`wirewatch replay`: articles from files through the whole pipeline."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from agents.cli import console, options
from agents.cli.articles_in import count_articles, files_of, read_articles, spooled
from agents.cli.stopping import run_until_stopped
from agents.replay import replay
from agents.role import utc_now
from monitor.alerts.payload import webhook_body
from monitor.base.errors import InputError
from monitor.base.events import Alert, AnyAlert


@click.command()
@click.argument("articles", nargs=-1, required=True)
@click.option("--out", default="-", show_default=True, help="File for the alerts, one JSON a line; - is the terminal.")
@click.option("--broker", help="sqlite:///FILE keeps the run; a run that was killed goes on where it stopped.")
@click.option(
    "--all-events",
    is_flag=True,
    help="Write story.updated and article.revised events too: a story's origin was corrected, an article has another text.",
)
@options.config
def command(articles: tuple[str, ...], out: str, broker: str | None, all_events: bool, config: Path | None) -> None:
    """Articles through the whole pipeline, in their order and as fast as it goes.

    ARTICLES are files of JSON lines (id, url, source, title, text, published_at), text files, or folders of these;
    - reads JSON lines from standard input. Each alert that they cause is written as one line (story.matched).
    """
    if broker is not None and not broker.startswith("sqlite:"):
        raise InputError(f"--broker {broker}: replay runs on the embedded broker; give sqlite:///FILE, or leave it out")
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="wirewatch-replay-"))
        files = files_of(spooled(articles, Path(folder)))
        broker = broker or f"sqlite:///{folder}/replay.db"
        # One partition, so that the order of the series is kept.
        settings = options.settings_of(config, broker__url=broker, broker__partitions=1)
        console.log_to_stderr("warning")
        advance = stack.enter_context(console.progress("articles", count_articles(files)))
        found = run_until_stopped(replay(read_articles(files, now=utc_now()), settings, advance=advance))
    if found is None:
        raise KeyboardInterrupt
    alerts = [alert for alert in found if all_events or isinstance(alert, Alert)]
    if out == "-":
        sys.stdout.write(_lines(alerts))
    else:
        write_alerts(Path(out), alerts)


def _lines(alerts: Iterable[AnyAlert]) -> str:
    return "".join(f"{webhook_body(alert)}\n" for alert in alerts)


def write_alerts(path: Path, alerts: Iterable[AnyAlert]) -> None:
    """Put the alerts in place as a whole: a run that is killed leaves no half file.

    Raises: InputError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(_lines(alerts), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); give another file with --out") from None
