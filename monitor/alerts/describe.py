"""An alert as the person that it wakes wants to read it, for a terminal.

Everything in an alert but its numbers was written by strangers: it is shown as plain text, without control
characters, escape sequences or marks that turn the direction of writing, and never as rich markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_PASSAGES_SHOWN = 2
_SIGNS_SHOWN = 4
_PASSAGE_CHARACTERS = 320
_LINE_CHARACTERS = 400

# C0, DEL and C1 (escape sequences start there), line separators, direction marks, byte-order mark, tag characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

_KIND_STYLES = {"verbatim": "bold red", "edited": "bold yellow", "rewritten": "bold magenta", "partial": "bold cyan"}


def describe(event: dict[str, Any]) -> RenderableType:
    """An alert event as a block of text for `rich.console.Console.print`.

    It says which source took from whom, how and how much, whether it says so, the best passages, both links, and how
    far the story has spread. Missing or odd fields are left out: whatever the event holds, this does not raise.
    Also fits a console without colours or a file.
    """
    data = _object(event.get("data"))
    if event.get("type") == "story.updated":
        return _updated(_object(data.get("story")), _object(data.get("previous_origin")))
    revised = event.get("type") == "article.revised"
    if revised and not data.get("match"):
        return _withdrawn(_object(data.get("article")), _object(data.get("story")))
    article, match, story = _object(data.get("article")), _object(data.get("match")), _object(data.get("story"))
    earlier = _object(match.get("article"))
    # Two columns, so that the lines of a long passage stay under its beginning.
    details = Table.grid(padding=(0, 1))
    details.add_column(style="dim")
    details.add_column(overflow="fold")
    for label, text in (
        *_article("new", article),
        *_article("earlier", earlier),
        ("extent", _extent(match, earlier)),
        ("credit", _credit(match)),
        *_signs(match),
        *_passages(match),
        ("story", _spread(story)),
    ):
        details.add_row(label, text)
    head = _headline(article, earlier, match, "still re-uses" if revised else "re-uses")
    return Group(head, Padding(details, (0, 0, 1, 2), expand=False))


def _withdrawn(article: dict[str, Any], story: dict[str, Any]) -> RenderableType:
    """An article of a story whose new text re-uses no other source's."""
    line = Text("○ ", style="bold")
    line.append(_source(article), style="bold").append(" has revised its article, which re-uses no earlier one")
    details = Table.grid(padding=(0, 1))
    details.add_column(style="dim")
    details.add_column(overflow="fold")
    for label, text in (*_article("new", article), ("story", _spread(story))):
        details.add_row(label, text)
    return Group(line, Padding(details, (0, 0, 1, 2), expand=False))


def _updated(story: dict[str, Any], previous: dict[str, Any]) -> RenderableType:
    """The correction of a story: who was first, and who had been taken for it."""
    origin = _object(story.get("origin"))
    line = Text("○ ", style="bold")
    line.append(_source(origin), style="bold").append(" was first, not ").append(_source(previous), style="bold")
    line.append("  a story's origin is corrected", style="dim")
    details = Table.grid(padding=(0, 1))
    details.add_column(style="dim")
    details.add_column(overflow="fold")
    for label, text in (*_article("origin", origin), *_article("until now", previous), ("story", _spread(story))):
        details.add_row(label, text)
    return Group(line, Padding(details, (0, 0, 1, 2), expand=False))


def plain(value: object, limit: int = _LINE_CHARACTERS) -> str:
    """A stranger's text on one line, without anything that steers a terminal, cut to `limit` characters."""
    text = value if isinstance(value, str) else ""
    text = " ".join(_UNSAFE.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _headline(article: dict[str, Any], earlier: dict[str, Any], match: dict[str, Any], does: str) -> Text:
    kind = plain(match.get("kind"))
    line = Text()
    line.append("● ", style=_KIND_STYLES.get(kind, "bold"))
    line.append(_source(article), style="bold")
    line.append(f" {does} ")
    line.append(_source(earlier), style="bold")
    if kind:
        line.append("  ").append(kind, style=_KIND_STYLES.get(kind, "bold"))
    if score := _percent(match.get("score")):
        line.append(f"  {score} sure", style="dim")
    return line


def _article(label: str, article: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    yield label, Text(plain(article.get("title")) or "(no headline)", style="bold" if label == "new" else "")
    where = [plain(article.get("url")), plain(article.get("published_at"), 40)]
    if any(where):
        yield "", Text("  ".join(part for part in where if part), style="dim")


def _extent(match: dict[str, Any], earlier: dict[str, Any]) -> Text:
    containment, coverage = _percent(match.get("containment")), _percent(match.get("coverage"))
    parts = []
    if containment:
        parts.append(f"{containment} of {_source(earlier)}'s text was taken")
    if coverage:
        parts.append(f"it makes up {coverage} of the new article")
    return Text("; ".join(parts) or "not given")


def _credit(match: dict[str, Any]) -> Text:
    if match.get("credited") is not True:
        return Text("none found", style="red")
    credit = plain(match.get("credit"), 200)
    words = "yes"
    if "credits_origin" in match:
        words = "the origin" if match["credits_origin"] is True else "somebody else"
    return Text(f"{words}: “{credit}”" if credit else words, style="yellow" if words == "somebody else" else "green")


def _signs(match: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """What looks as if a machine had rewritten the text."""
    found = match.get("signs")
    for sign in found[:_SIGNS_SHOWN] if isinstance(found, list) else []:
        if text := plain(sign, 200):
            word, _, explanation = text.partition(": ")
            yield "machine", Text(f"{word.replace('_', ' ')}: {explanation}" if explanation else text, style="magenta")


def _passages(match: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """The passages that say most: long ones that agree in most words."""
    found = match.get("passages")
    passages = [passage for passage in found if isinstance(passage, dict)] if isinstance(found, list) else []
    passages.sort(key=lambda passage: -len(plain(passage.get("text"), 10_000)) * _share(passage.get("similarity")))
    for passage in passages[:_PASSAGES_SHOWN]:
        if text := plain(passage.get("text"), _PASSAGE_CHARACTERS):
            percent = _percent(passage.get("similarity"))
            yield "passage", Text(f"“{text}”" + (f" ({percent} the same words)" if percent else ""), style="italic")
    rest = len(passages) - _PASSAGES_SHOWN
    if rest > 0:
        yield "", Text(f"and {rest} more passage{'s' if rest > 1 else ''}", style="dim")


def _spread(story: dict[str, Any]) -> Text:
    origin = _object(story.get("origin"))
    counts = [
        f"{number} {noun}{'s' if number > 1 else ''}"
        for noun in ("article", "source")
        if (number := _count(story.get(noun + "s")))
    ]
    sure = plain(story.get("origin_confidence"), 10)
    return Text(
        f"{' at '.join(counts) or 'size unknown'}; first published by {_source(origin)}"
        + (f" ({sure} confidence)" if sure else "")
    )


def _source(article: dict[str, Any]) -> str:
    return plain(article.get("source"), 100) or "an unknown source"


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 10**9 else 0


def _share(value: object) -> float:
    """A share between 0 and 1; 0 for anything that cannot be one, NaN among it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return min(1.0, max(0.0, float(value))) if -2 < value < 2 else 0.0


def _percent(value: object) -> str:
    """`83 %`; empty for what is not a number. Never 100 % or 0 % unless it is exactly so, as on the live page."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    share = _share(value)
    return f"{round(100 * share) if share in (0, 1) else min(99, max(1, round(100 * share)))} %"
