"""Which part of an article's text belongs to a story: ranges of characters, and whether others lie in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.base.events import Match

Ranges = tuple[tuple[int, int], ...]
"""Character offsets [start, end) of a cleaned text, in order and apart; none at all stand for the whole text."""

MOST = 0.5
# A round-up that holds a short report whole has its kind from the report, and still is mostly another text. Rewrites
# reach this coverage (monitor/match/kind.py).
_PART_COVERAGE = 0.4


def part_of(match: Match) -> Ranges:
    """The part of the later article that is the earlier one's text; empty when it is that text as a whole."""
    is_part = match.kind == "partial" or match.coverage < _PART_COVERAGE
    return merged(passage.article for passage in match.passages) if is_part else ()


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def mostly_in(ranges: Ranges, whole: Ranges) -> bool:
    """Whether at least half of the characters of some ranges lie in others. Cost: O(n m), few of each."""
    return not whole or _inside(ranges, whole) >= MOST * _length(ranges)


def _inside(ranges: Sequence[tuple[int, int]], whole: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(end, stop) - max(start, first)) for start, end in ranges for first, stop in whole)


def _length(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)
