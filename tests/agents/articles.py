"""Invented articles for the tests of the roles, each of words that no other one has together."""

from __future__ import annotations

import random
from datetime import datetime
from functools import cache

import wordfreq

from monitor.base.events import Article
from tests.agents.stage import START


@cache
def _vocabulary() -> list[str]:
    return [word for word in wordfreq.top_n_list("en", 20_000)[300:] if word.isalpha() and len(word) > 3]


def prose(number: int, *, words: int = 120) -> str:
    """A text in sentences of 12 words; the same number gives the same text."""
    draw = random.Random(number)
    drawn = draw.choices(_vocabulary(), k=words)
    return " ".join(" ".join(drawn[at : at + 12]).capitalize() + "." for at in range(0, words, 12))


def article(
    name: str, text: str, *, seen_at: datetime = START, revision: int = 1, source: str | None = None
) -> Article:
    """An article of a source of its own, unless it is given one."""
    return Article(
        id=f"art_{name}",
        url=f"https://{name}.example/1",
        title=f"Title of {name}",
        source=source or f"{name}.example",
        first_seen_at=seen_at,
        revision=revision,
        language="en",
        text=text,
    )
