"""The shared passages of an alert, cut to the room that its webhook body has left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from monitor.alerts.clip import clip, json_bytes
from monitor.base.events import Passage

DIGITS = 4
"""Decimals of every share and score: finer ones are noise of the estimate."""

_TEXT_LIMITS_BYTES = (2000, 1000, 500, 250, 120)
"""Tried in turn: many passages in short say more of a copy than few in full, down to about 20 words each."""


def fit(passages: Sequence[Passage], room_bytes: int) -> tuple[list[dict[str, Any]], bool]:
    """The passages as JSON values within `room_bytes`, and whether anything was cut.

    Texts are shortened first, all to one limit; if the shortest limit does not do, the passages that cover least of
    the new article are dropped. The offsets stay those of the whole passage.
    Cost: at worst six passes over the passages; 50 ms for 300 of any length.
    """
    # A text that alone fills the room leaves none for its offsets, so that what fits here was not cut.
    whole = [_json(passage, clip(passage.text, room_bytes)) for passage in passages]
    if _size(whole) <= room_bytes:
        return whole, False
    for limit in _TEXT_LIMITS_BYTES:
        shortened = [_json(passage, clip(passage.text, limit)) for passage in passages]
        if _size(shortened) <= room_bytes:
            return shortened, True
    return _longest(passages, shortened, room_bytes), True


def _longest(passages: Sequence[Passage], shortened: list[dict[str, Any]], room_bytes: int) -> list[dict[str, Any]]:
    """The longest passages that fit, in their original order."""
    kept: list[int] = []
    for at in sorted(range(len(passages)), key=lambda at: (passages[at].article[0] - passages[at].article[1], at)):
        room_bytes -= _size([shortened[at]])
        if room_bytes < 0:
            break
        kept.append(at)
    return [shortened[at] for at in sorted(kept)]


def _json(passage: Passage, text: str) -> dict[str, Any]:
    return {
        "article": list(passage.article),
        "earlier": list(passage.earlier),
        "text": text,
        "similarity": round(passage.similarity, DIGITS),
    }


def _size(values: Iterable[dict[str, Any]]) -> int:
    """Bytes of the values inside a JSON list, each with its comma."""
    return sum(json_bytes(value) + 1 for value in values)
