"""How stories and their articles are forgotten: a part of the state at a time, so that no tick takes long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.stories.state import MEMBER, STORY, Stored, Write

UNMATCHED_KEPT = timedelta(hours=1)
"""How long it is known of an article without a match that it was decided: an answer that a restart repeats comes
within minutes, and one that comes later gathers again, which delays an alert by the timeout and does no other harm."""


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


def expired(stored: Stored, places: Iterable[Place], now: datetime, retention: timedelta) -> tuple[Write, ...]:
    """The deletions that are due among these places: what was last seen before the retention.

    A story is seen with each of its articles, so that none outlives it; its sources go with it. Cost: 2 µs a place.
    """
    return tuple(Write(*place, None) for place in places if _EXPIRED[place.table](stored, place.key, now, retention))


def _story(stored: Stored, key: bytes, now: datetime, retention: timedelta) -> bool:
    story = stored.stories.get(key)
    return story is not None and STORY.decode(story).seen < now - retention


def _source(stored: Stored, key: bytes, now: datetime, retention: timedelta) -> bool:
    story, _, _ = key.partition(b"/")
    return key in stored.sources and (story not in stored.stories or _story(stored, story, now, retention))


def _member(stored: Stored, key: bytes, now: datetime, retention: timedelta) -> bool:
    value = stored.members.get(key)
    if value is None:
        return False
    member = MEMBER.decode(value)
    return member.seen < now - (retention if member.story else UNMATCHED_KEPT)


_EXPIRED = {"stories": _story, "sources": _source, "members": _member}
