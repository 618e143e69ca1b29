"""`wirewatch compare`: whether one text re-uses another, how much, and why."""

from __future__ import annotations

import asyncio
import difflib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from agents.cli import console, options
from agents.cli.articles_in import files_of, read_articles, read_text
from monitor.alerts.describe import plain
from monitor.articles.html import text_of
from monitor.articles.page import read_page
from monitor.base.errors import InputError, TextTooShort
from monitor.base.events import Article, Match
from monitor.base.network import guarded_session
from monitor.base.settings import FetchSettings
from monitor.feeds.fetch import NotModified, fetch
from monitor.fingerprint.fingerprint import fingerprint
from monitor.match.explain import Explanation, explain
from monitor.match.text import Text

REASONS_SHOWN = 12
_PAGE_SUFFIXES = (".html", ".htm")


@click.command()
@click.argument("earlier")
@click.argument("later")
@options.config
@options.as_json
def command(earlier: str, later: str, config: Path | None, as_json: bool) -> None:
    """Whether LATER re-uses the text of EARLIER: the verdict, each score, and the shared passages side by side.

    Each is a file (plain text, HTML, or JSON lines with one article) or the URL of a page. The verdict is the same
    whichever comes first. Exit code 0 whatever the verdict.
    """
    fetching = options.settings_of(config).fetch
    now = datetime.now(UTC)
    first, second = _text(earlier, now, fetching), _text(later, now + timedelta(seconds=1), fetching)
    found = explain(second, first)
    if as_json:
        click.echo(json.dumps(_as_json(found, second, first), ensure_ascii=False))
    else:
        _show(found, second, first)


def _text(name: str, seen_at: datetime, fetching: FetchSettings) -> Text:
    try:
        return Text.of(fingerprint(_article(name, seen_at, fetching)))
    except TextTooShort as error:
        raise InputError(f"{name}: {error}") from None


def _article(name: str, seen_at: datetime, fetching: FetchSettings) -> Article:
    if re.match(r"https?://", name, re.IGNORECASE):
        return Article(id=name, url=name, first_seen_at=seen_at, text=asyncio.run(_page(name, fetching)))
    path = Path(name)
    if path.suffix.lower() in _PAGE_SUFFIXES:
        return Article(id=path.stem, url=name, first_seen_at=seen_at, text=_on_page(read_text(path).encode(), name))
    if path.suffix not in (".jsonl", ".ndjson"):
        return Article(id=path.stem, url=name, first_seen_at=seen_at, text=read_text(path))
    articles = list(read_articles(files_of([name]), now=seen_at))
    if len(articles) != 1:
        raise InputError(f"{name}: holds {len(articles)} articles; give a file with one")
    return articles[0]


async def _page(url: str, fetching: FetchSettings) -> str:
    async with guarded_session(
        allow_private_addresses=fetching.allow_private_addresses, user_agent=fetching.user_agent
    ) as session:
        found = await fetch(session, url, etag="", last_modified="", settings=fetching)
    if isinstance(found, NotModified):
        raise InputError(f"{url}: answered 'not modified' to a request without conditions; try again")
    return _on_page(found.body, url, content_type=found.content_type)


def _on_page(body: bytes, name: str, content_type: str = "text/html; charset=utf-8") -> str:
    page = read_page(body, url=name, content_type=content_type)
    if page.kind == "consent":
        raise InputError(
            f"{name}: asks for consent, or whether you are human, before it shows the article; save its text"
        )
    if page.kind == "paywalled":
        console.note(f"{name}: is behind a paywall; the beginning that it shows is compared")
    # A page of a few lines is whatever the user takes it for.
    return page.text if page.kind == "article" else page.text or text_of(body.decode("utf-8", "replace"))


def _as_json(found: Explanation, later: Text, earlier: Text) -> dict[str, Any]:
    match = found.match
    return {
        "reused": found.reused,
        "probability": round(found.probability, 4),
        "verdict": found.verdict,
        "kind": match.kind,
        "jaccard": match.jaccard,
        "containment": match.containment,
        "coverage": match.coverage,
        "credited": match.credited,
        "credit": match.credit,
        "credited_to": match.credited_to,
        "credits_origin": match.credits_origin,
        "signs": match.signs,
        "passages": [
            {
                "later": passage.article,
                "earlier": passage.earlier,
                "later_text": passage.text,
                "earlier_text": earlier.text[slice(*passage.earlier)],
                "similarity": passage.similarity,
            }
            for passage in match.passages
        ],
        "base": round(found.base, 4),
        "reasons": [
            {"feature": reason.feature, "value": round(reason.value, 4), "log_odds": round(reason.contribution, 4)}
            for reason in found.reasons
        ],
        "later_language": later.article.language,
        "earlier_language": earlier.article.language,
    }


def _show(found: Explanation, later: Text, earlier: Text) -> None:
    match = found.match
    console.out.print(Line(found.verdict[:1].upper() + found.verdict[1:], style="bold red" if found.reused else "bold"))
    numbers = Table.grid(padding=(0, 2))
    for name, value in (
        ("kind", match.kind if found.reused else "none"),
        ("Jaccard similarity of 3-word shingles", f"{match.jaccard:.3f}"),
        ("containment: of the earlier text, found in the later", f"{match.containment:.0%}"),
        ("coverage: of the later text, from the earlier", f"{match.coverage:.0%}"),
        ("credit", _credit(match)),
        ("signs of machine rewriting", "\n".join(map(plain, match.signs)) or "none found"),
    ):
        numbers.add_row(Line(name, style="dim"), Line(value))
    console.out.print(Padding(numbers, (0, 2, 1, 2)))
    console.out.print(_reasons(found))
    if found.reused:
        console.out.print(_side_by_side(found, later, earlier))


def _credit(match: Match) -> str:
    if not match.credited:
        return "none found"
    known = match.earlier.source
    whom = "" if not known else "the earlier text's source: " if match.credits_origin else "somebody else: "
    return whom + plain(match.credit)


def _reasons(found: Explanation) -> Table:
    table = Table(title="What spoke for re-use (+) and against it (−), in log-odds", title_justify="left")
    table.add_column("feature")
    table.add_column("value", justify="right")
    table.add_column("log-odds", justify="right")
    table.add_row("before any feature", "", f"{found.base:+.2f}")
    for reason in found.reasons[:REASONS_SHOWN]:
        style = "red" if reason.contribution > 0 else "green"
        table.add_row(reason.feature, f"{reason.value:.3f}", Line(f"{reason.contribution:+.2f}", style=style))
    rest = found.reasons[REASONS_SHOWN:]
    table.add_row(f"{len(rest)} others together", "", f"{sum(reason.contribution for reason in rest):+.2f}")
    return table


def _side_by_side(found: Explanation, later: Text, earlier: Text) -> Table:
    table = Table(title="Shared passages; the words that both have are marked", title_justify="left", show_lines=True)
    table.add_column("later", ratio=1)
    table.add_column("earlier", ratio=1)
    table.add_column("same words", justify="right")
    for passage in found.match.passages:
        texts = later.text[slice(*passage.article)], earlier.text[slice(*passage.earlier)]
        table.add_row(*marked(*texts), f"{passage.similarity:.0%}")
    return table


def marked(first: str, second: str) -> tuple[Line, Line]:
    """Two passages with the words that they have in common, in their order, marked."""
    words = [re.findall(r"\S+\s*", plain(text, len(text))) for text in (first, second)]
    keys = [[re.sub(r"\W+", "", word).lower() for word in side] for side in words]
    lines = tuple(Line() for _ in words)
    for tag, a, b, c, d in difflib.SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes():
        style = "bold yellow" if tag == "equal" else "dim"
        for line, part in zip(lines, (words[0][a:b], words[1][c:d]), strict=True):
            line.append("".join(part), style=style)
    return lines[0], lines[1]
