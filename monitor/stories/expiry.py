"""How stories and their articles are forgotten: a part of the state at a time, so that no tick takes long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from monitor.stories.state import Stored, Write


class _Seen(msgspec.Struct, frozen=True):
    """What `Story` and `Member` have in common."""

    seen: datetime


_seen = msgspec.json.Decoder(_Seen)


class Place(NamedTuple):
    """A key of one of the tables."""

    table: str
    key: bytes


def walk(stored: Stored) -> Iterator[Place]:
    """Every place that can expire, as the tables are when each one's turn comes; take it in parts.

    Gathers are left out, since time decides them. Cost: 1 µs a place, and a list of one table's keys in memory.
    """
    for table, entries in (("stories", stored.stories), ("sources", stored.sources), ("members", stored.members)):
        for key in list(entries):
            yield Place(table, key)


def expired(stored: Stored, places: Iterable[Place], before: datetime) -> tuple[Write, ...]:
    """The deletions that are due among these places: what was last seen before then, and sources of forgotten stories.

    A story is seen with each of its articles, so that none outlives it. Cost: 1 µs a place.
    """
    return tuple(Write(*place, None) for place in places if _is_expired(stored, place, before))


def _is_expired(stored: Stored, place: Place, before: datetime) -> bool:
    if place.table == "sources":
        story, _, _ = place.key.partition(b"/")
        return story not in stored.stories or _is_expired(stored, Place("stories", story), before)
    table: Mapping[bytes, bytes] = getattr(stored, place.table)
    value = table.get(place.key)
    return value is not None and _seen.decode(value).seen < before
