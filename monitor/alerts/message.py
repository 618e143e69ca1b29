"""An event as a short message for people, from which the formats of chats, e-mail and feeds are made.

Every text but Wirewatch's own words was written by strangers: it is plain text here, on one line, and each format
escapes it in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.alerts.describe import plain

_PASSAGES = 2
_PASSAGE_CHARACTERS = 300
_DIGEST_LINES = 20


@dataclass(frozen=True)
class Line:
    """One line under the title: what it is called, the text, and where it leads."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Message:
    """What happened, in one line, and what there is to know about it."""

    title: str
    lines: tuple[Line, ...] = ()
    url: str = ""
    """Of the article that it is about."""


def message(event: dict[str, Any]) -> Message:
    """The message of an event of ours, whatever its type; missing fields are left out, and nothing raises."""
    data = _object(event.get("data"))
    match event.get("type"), data.get("reason"):
        case "story.matched", _:
            made = _matched(data)
        case "article.revised", _:
            made = _revised(data)
        case "story.updated", "grown":
            made = _grown(data)
        case "story.updated", "origin_corrected":
            made = _corrected(data)
        case "story.updated", _:
            made = Message("An article was in a story by mistake", tuple(_fields(data)))
        case "alerts.digest", _:
            made = _digest(data)
        case kind, _:
            made = Message(f"Wirewatch: {plain(kind).replace('.', ' ')}", tuple(_fields(data)))
    why = [
        f"{plain(one.get('name'))}: {', '.join(map(plain, _list(one.get('why'))))}" for one in _objects(data, "rules")
    ]
    return Message(made.title, (*made.lines, *(Line("rule", text) for text in why)), made.url)


def _matched(data: dict[str, Any]) -> Message:
    article, match, story = _object(data.get("article")), _object(data.get("match")), _object(data.get("story"))
    earlier = _object(match.get("article"))
    title = f"{_source(article)} re-uses {_source(earlier)} ({plain(match.get('kind'))}, {_percent(match.get('score'))} sure)"
    passages = sorted(_objects(match, "passages"), key=lambda one: -len(plain(one.get("text"), 10_000)))
    lines = [
        _article("new", article),
        _article("earlier", earlier),
        Line(
            "extent",
            f"{_percent(match.get('containment'))} of the earlier text was taken; it makes up "
            f"{_percent(match.get('coverage'))} of the new article",
        ),
        Line("credit", f"“{plain(match.get('credit'), 200)}”" if match.get("credited") is True else "none found"),
        *(Line("machine", plain(sign, 200)) for sign in _list(match.get("signs"))[:2]),
        *(Line("passage", f"“{plain(one.get('text'), _PASSAGE_CHARACTERS)}”") for one in passages[:_PASSAGES]),
        Line("story", _spread(story)),
    ]
    return Message(title, tuple(lines), plain(article.get("url"), 2000))


def _revised(data: dict[str, Any]) -> Message:
    article, story = _object(data.get("article")), _object(data.get("story"))
    if data.get("match"):
        made = _matched(data)
        return Message(f"Revised: {made.title}", made.lines, made.url)
    title = f"{_source(article)} has revised its article, which re-uses no earlier one"
    return Message(title, (_article("new", article), Line("story", _spread(story))), plain(article.get("url"), 2000))


def _grown(data: dict[str, Any]) -> Message:
    story, article = _object(data.get("story")), _object(data.get("article"))
    origin = _object(story.get("origin"))
    title = f"{_count(story.get('sources'))} outlets carry the text of {_source(origin)}"
    lines = (_article("origin", origin), _article("latest", article), Line("story", _spread(story)))
    return Message(title, lines, plain(origin.get("url"), 2000))


def _corrected(data: dict[str, Any]) -> Message:
    story, previous = _object(data.get("story")), _object(data.get("previous_origin"))
    origin = _object(story.get("origin"))
    lines = (_article("origin", origin), _article("until now", previous), Line("story", _spread(story)))
    return Message(f"{_source(origin)} was first, not {_source(previous)}", lines, plain(origin.get("url"), 2000))


def _digest(data: dict[str, Any]) -> Message:
    items = _objects(data, "alerts")
    more = _count(data.get("more")) + max(0, len(items) - _DIGEST_LINES)
    lines = [
        Line(
            plain(one.get("source")) or "unknown",
            f"{plain(one.get('title'), 200) or plain(one.get('url'), 200)} (from {plain(one.get('origin'))}, "
            f"{plain(one.get('kind'))}, {_count(one.get('outlets'))} outlets)",
            plain(one.get("url"), 2000),
        )
        for one in items[:_DIGEST_LINES]
    ]
    if more:
        lines.append(Line("", f"and {more} more"))
    return Message(f"{len(items) + _count(data.get('more'))} alerts", tuple(lines))


def _fields(data: dict[str, Any]) -> Iterator[Line]:
    for name, value in data.items():
        if isinstance(value, str | int) and not isinstance(value, bool) and plain(str(value)):
            yield Line(plain(name).replace("_", " "), plain(str(value), 400))


def _article(label: str, article: dict[str, Any]) -> Line:
    url = plain(article.get("url"), 2000)
    return Line(label, plain(article.get("title"), 300) or url, url)


def _spread(story: dict[str, Any]) -> str:
    origin = _source(_object(story.get("origin")))
    sure = plain(story.get("origin_confidence"), 10)
    return (
        f"{_count(story.get('articles'))} articles at {_count(story.get('sources'))} outlets; first published by {origin}"
        + (f" ({sure} confidence)" if sure else "")
    )


def _source(article: dict[str, Any]) -> str:
    return plain(article.get("source"), 100) or "an unknown source"


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in _list(data.get(name)) if isinstance(one, dict)]


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else 0


def _percent(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return "?"
    return f"{round(100 * value) if value in (0, 1) else min(99, max(1, round(100 * value)))} %"
