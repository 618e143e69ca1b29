"""What a page says of its article to machines: schema.org in JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from monitor.articles.html import text_of
from monitor.feeds.dates import date_of

_MAX_NODES = 2_000
_MAX_DEPTH = 12
_MAX_AUTHORS = 20
_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|Review)(?:$|\b)")
_CONTROL = re.compile(r"[\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Described:
    """An article as its page describes it; what it does not say is empty."""

    headline: str = ""
    url: str = ""
    text: str = ""
    """`articleBody` as plain text: the whole article, or its beginning."""
    description: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    is_free: bool | None = None
    """`isAccessibleForFree`; None when nothing is said."""


def described(scripts: Sequence[str]) -> Described:
    """The article that JSON-LD scripts describe: the one with the longest text, or else the first.

    Scripts that are no JSON are passed over, since publishers write them by hand.
    Source: schema.org/NewsArticle; Google's structured data for articles and for subscription content.
    Cost: linear in the scripts; at most 2,000 nodes are looked at.
    """
    found = [_described(node) for node in _nodes(scripts) if _ARTICLE.search(_types(node))]
    return max(found, key=lambda one: (len(one.text), bool(one.headline)), default=Described())


def _nodes(scripts: Sequence[str]) -> Iterator[dict[str, Any]]:
    count = 0
    for script in scripts:
        try:
            # Line breaks within strings are forbidden and frequent.
            waiting: list[tuple[Any, int]] = [(json.loads(_CONTROL.sub(" ", script), strict=False), 0)]
        except (ValueError, RecursionError):
            continue
        while waiting and count < _MAX_NODES:
            node, depth = waiting.pop(0)
            count += 1
            if isinstance(node, list):
                waiting += ((inner, depth + 1) for inner in node[:_MAX_NODES] if depth < _MAX_DEPTH)
            elif isinstance(node, dict):
                yield node
                for key in ("@graph", "mainEntity", "mainEntityOfPage"):
                    if depth < _MAX_DEPTH and isinstance(node.get(key), list | dict):
                        waiting.append((node[key], depth + 1))


def _types(node: dict[str, Any]) -> str:
    kind = node.get("@type")
    return " ".join(str(one) for one in kind) if isinstance(kind, list) else str(kind or "")


def _described(node: dict[str, Any]) -> Described:
    page = node.get("mainEntityOfPage")
    address = page.get("@id") if isinstance(page, dict) else page
    return Described(
        headline=_plain(node.get("headline")) or _plain(node.get("name")),
        url=_text(node.get("url")) or _text(address),
        text=text_of(unescape(_text(node.get("articleBody")))),
        description=_plain(node.get("description")),
        published_at=date_of(node.get("datePublished")) or date_of(node.get("dateCreated")),
        modified_at=date_of(node.get("dateModified")),
        authors=tuple(dict.fromkeys(_names(node.get("author"))))[:_MAX_AUTHORS],
        language=_text(node.get("inLanguage")),
        is_free=_bool(node.get("isAccessibleForFree")),
    )


def _names(author: Any) -> Iterator[str]:
    for one in author[:_MAX_AUTHORS] if isinstance(author, list) else [author]:
        name = _plain(one.get("name")) if isinstance(one, dict) else _plain(one)
        # Some give the address of the author's page.
        if name and not name.startswith(("http://", "https://")):
            yield name


def _bool(value: Any) -> bool | None:
    word = str(value).rpartition("/")[2].lower()
    return {"true": True, "false": False}.get(word)


def _plain(value: Any) -> str:
    return " ".join(text_of(unescape(_text(value))).split())


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
