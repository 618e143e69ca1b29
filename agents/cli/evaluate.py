"""`wirewatch evaluate`: how well matching does on articles of which it is known who copied whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from agents.cli import console, evaluate_tables, options
from agents.cli.replay import write_alerts
from agents.cli.stopping import run_until_stopped
from agents.replay import replay
from agents.role import utc_now
from monitor.base.errors import InputError
from monitor.base.events import Alert
from monitor.evaluate.decided import decided
from monitor.evaluate.evaluation import Evaluation, evaluation
from monitor.match.labelled import FOLDS, Labelled, read_labelled, text_hashes
from monitor.match.model import shipped
from monitor.match.pairs import Pairs, judged, labelled_pairs

PICTURES = (".png", ".svg", ".pdf")


@click.command()
@click.argument("articles", type=click.Path(path_type=Path))
@click.option("--cross-validate", is_flag=True, help="Judge each article by a model that has not seen its texts.")
@click.option(
    "--ablate", is_flag=True, help="What each part adds: cross-validate without it. About eight minutes on 2 cores."
)
@click.option("--wrong", default=10, show_default=True, type=click.IntRange(0), help="Wrong verdicts to list.")
@click.option("--plot", type=click.Path(path_type=Path), help="Picture to write: precision-recall and calibration.")
@click.option("--out", type=click.Path(path_type=Path), help="File for the alerts, one JSON a line.")
@options.as_json
def command(
    articles: Path, cross_validate: bool, ablate: bool, wrong: int, plot: Path | None, out: Path | None, as_json: bool
) -> None:
    """How well matching does on labelled articles: by form of re-use, its probabilities, and what it got wrong.

    ARTICLES is a file of JSON lines in publication order: id, text, cls (the form of re-use), group (articles of one
    group re-use one text), and url, source, title, published_at, event where they are known. They go through the whole
    pipeline, and the model that ships judges them. With --cross-validate, each is judged by one of ten models, which
    saw neither its texts nor others of their events.
    """
    _check(cross_validate=cross_validate, ablate=ablate, plot=plot, out=out)
    stream = read_labelled(articles, now=utc_now())
    if ablate:
        _ablate(stream, as_json)
        return
    pairs = _pairs(stream)
    if cross_validate:
        probabilities = _out_of_fold(pairs)
        alerts = list(decided(pairs, probabilities))
    else:
        probabilities = judged(pairs, shipped())
        alerts = _replayed(stream)
    found = evaluation(stream, pairs, probabilities, alerts)
    known = 0 if cross_validate else int(np.isin(text_hashes(stream), shipped().trained_on).sum())
    if out:
        write_alerts(out, alerts)
    if plot:
        _draw(found, plot)
    if as_json:
        click.echo(json.dumps({**found.as_json(), "cross_validated": cross_validate, "seen_in_training": known}))
        return
    evaluate_tables.show(stream, found, wrong)
    console.note(_note(cross_validate, known, len(stream)))


def _check(*, cross_validate: bool, ablate: bool, plot: Path | None, out: Path | None) -> None:
    if ablate and (plot or out):
        raise click.UsageError("--ablate compares many runs: leave out --plot and --out")
    _need(*(["lightgbm"] if cross_validate or ablate else []), *(["matplotlib"] if plot else []))
    if plot and plot.suffix not in PICTURES:
        raise click.BadParameter(f"{plot}: a picture ends in {', '.join(PICTURES)}", param_hint="--plot")
    for option, path in (("--plot", plot), ("--out", out)):
        if path:
            options.check_writable(path, option)


def _need(*packages: str) -> None:
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise click.ClickException(
            f"this needs {' and '.join(missing)}: install Wirewatch with its extra 'evaluate', pip install '.[evaluate]'"
        )


def _draw(found: Evaluation, plot: Path) -> None:
    from monitor.evaluate.picture import draw

    try:
        draw(found, plot)
    except OSError as error:
        raise InputError(f"{plot}: cannot be written ({error.strerror}); give another file with --plot") from None


def _note(cross_validate: bool, known: int, articles: int) -> str:
    """Which model judged, and what the figures are worth."""
    if cross_validate:
        return f"Each article was judged by one of {FOLDS} models that had seen neither its texts nor its event."
    if not known:
        return "The shipped model judged; it has seen none of these texts."
    return (
        f"{known} of these {articles} texts are among those that the shipped model was trained on: the figures say that "
        "the parts fit together, not how texts fare that it has not seen. For that, add --cross-validate."
    )


def _pairs(stream: Sequence[Labelled]) -> Pairs:
    with console.progress("comparing articles", len(stream)) as advance:
        return labelled_pairs(stream, advance=advance)


def _out_of_fold(pairs: Pairs) -> np.ndarray:
    from monitor.match.train import out_of_fold

    with console.progress("training models", FOLDS) as advance:
        return out_of_fold(pairs, advance=advance)


def _replayed(stream: Sequence[Labelled]) -> list[Alert]:
    with TemporaryDirectory(prefix="wirewatch-evaluate-") as folder:
        # One partition, so that the order of the stream is kept.
        settings = options.settings_of(None, broker__url=f"sqlite:///{folder}/replay.db", broker__partitions=1)
        console.log_to_stderr("warning")
        with console.progress("through the pipeline", len(stream)) as advance:
            alerts = run_until_stopped(replay((one.article for one in stream), settings, advance=advance))
    if alerts is None:
        raise KeyboardInterrupt
    return [alert for alert in alerts if isinstance(alert, Alert)]


def _ablate(stream: Sequence[Labelled], as_json: bool) -> None:
    from monitor.evaluate.ablation import VARIANTS, ablation

    with console.progress("variants", len(VARIANTS)) as advance:
        found = ablation(stream, advance=advance)
    if as_json:
        click.echo(json.dumps({name: one.as_json() for name, one in found.items()}))
    else:
        evaluate_tables.show_ablation(found)
