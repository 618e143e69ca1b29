"""What `wirewatch evaluate` shows: figures, a table by form of re-use, and what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text as Line

from agents.cli import console
from monitor.alerts.describe import plain
from monitor.evaluate.evaluation import Evaluation
from monitor.evaluate.score import INDEPENDENT, Score
from monitor.match.labelled import Labelled

_WORDS_SHOWN = 60


def show(stream: Sequence[Labelled], found: Evaluation, wrong: int) -> None:
    """Print an evaluation with at most `wrong` of its wrong verdicts."""
    console.out.print(_overall(found))
    console.out.print(_by_form(stream, found.score))
    if wrong and (found.score.wrong or found.score.missed):
        console.out.print(_wrong(stream, found, wrong))


def show_ablation(found: Mapping[str, Evaluation]) -> None:
    """Print the figures of each variant, one a line."""
    table = Table(title="What each part adds: cross-validated without it", title_justify="left")
    table.add_column("variant")
    for name in ("F1", "worst form", *(f"alarms: {form}" for form in INDEPENDENT), "ARI"):
        table.add_column(name, justify="right")
    for name, one in found.items():
        score = one.score
        worst = min(score.recall_by_form, key=lambda form: score.recall_by_form[form], default="")
        alarms = (f"{score.false_alarms.get(form, 0):.3f}" for form in INDEPENDENT)
        table.add_row(name, f"{score.f1:.3f}", f"{score.min_recall:.3f} {plain(worst)}", *alarms, f"{score.ari:.3f}")
    console.out.print(table)


def _overall(found: Evaluation) -> Table:
    score = found.score
    figures = found.as_json()
    table = Table.grid(padding=(0, 2))
    for name, value in (
        ("articles", f"{score.articles}, of which {score.due} re-use an earlier one"),
        ("alerts", f"{score.alerts}" + (f", and {score.unknown_ids} of unknown ids" if score.unknown_ids else "")),
        ("precision", f"{score.precision:.4f}"),
        ("recall", f"{score.recall:.4f}; of the worst form {score.min_recall:.3f}"),
        ("F1", f"{score.f1:.4f}"),
        ("stories against groups", f"{score.ari:.4f} (adjusted Rand index)"),
        ("average precision", f"{figures['average_precision']:.4f}"),
        ("calibration error", f"{figures['calibration_error']:.4f} ({sum(one.pairs for one in found.bins)} pairs)"),
    ):
        table.add_row(Line(name, style="dim"), Line(value))
    return table


def _by_form(stream: Sequence[Labelled], score: Score) -> Table:
    articles = Counter(one.form for one in stream)
    missed = Counter(one.form for one in stream if one.article.id in set(score.missed))
    table = Table(title="By form of re-use", title_justify="left")
    for name in ("form", "articles", "recall", "missed", "false alarms", "wrong"):
        table.add_column(name, justify="left" if name == "form" else "right")
    for form in sorted(articles, key=lambda name: (name in INDEPENDENT, name)):
        recall, alarms = score.recall_by_form.get(form), score.false_alarms.get(form)
        table.add_row(
            plain(form),
            f"{articles[form]}",
            "" if recall is None else f"{recall:.3f}",
            f"{missed[form]}" if recall is not None else "",
            "" if alarms is None else f"{alarms:.3f}",
            f"{score.wrong_by_form.get(form, 0)}",
        )
    return table


def _wrong(stream: Sequence[Labelled], found: Evaluation, most: int) -> Table:
    """False alarms and missed copies by turns, the surest of each first."""
    by_id = {one.article.id: one for one in stream}
    table = Table(title="Wrong verdicts", title_justify="left")
    for name in ("said", "article", "earlier one", "probability"):
        table.add_column(name, justify="right" if name == "probability" else "left")
    for at, (said, later, earlier) in enumerate(_verdicts(stream, found)):
        if at == most:
            break
        probability = found.probability.get((later, earlier))
        shown = "no candidate" if probability is None else f"{probability:.2f}"
        table.add_row(said, _described(by_id[later]), _described(by_id[earlier]), shown)
    return table


def _verdicts(stream: Sequence[Labelled], found: Evaluation) -> Iterator[tuple[str, str, str]]:
    """What was said, later and earlier article: false alarms and missed copies by turns."""
    alarms = [("re-use", claim.article, claim.earlier) for claim in found.score.wrong]
    misses = [("none", name, earlier) for name, earlier in _likeliest(stream, found)]
    for turn in range(max(len(alarms), len(misses))):
        yield from (rows[turn] for rows in (alarms, misses) if turn < len(rows))


def _likeliest(stream: Sequence[Labelled], found: Evaluation) -> Iterator[tuple[str, str]]:
    """Each missed copy with the earlier article of its group that was thought likeliest."""
    missed = set(found.score.missed)
    earlier: dict[str, list[str]] = {}
    for one in stream:
        before = earlier.setdefault(one.group, [])
        name = one.article.id
        if name in missed:
            yield name, max(before, key=lambda other: found.probability.get((name, other), -1.0))
        before.append(name)


def _described(one: Labelled) -> str:
    first = one.article.title or one.article.text
    return f"{plain(one.article.id)} {plain(one.form)}\n{plain(first, _WORDS_SHOWN)}"
