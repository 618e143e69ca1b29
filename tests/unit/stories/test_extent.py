"""Ranges of characters, and whether some lie in others."""

from __future__ import annotations

import pytest

from monitor.stories.extent import Ranges, merged, mostly_in, part_of
from tests.unit.stories.desk import match, passage, ref


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((), ()),
        (((5, 9), (0, 3)), ((0, 3), (5, 9))),
        (((0, 3), (3, 5)), ((0, 5),)),
        (((0, 9), (2, 4), (8, 12)), ((0, 12),)),
    ],
)
def test_ranges_that_touch_are_one(ranges: Ranges, expected: Ranges) -> None:
    assert merged(ranges) == expected


@pytest.mark.parametrize(
    ("ranges", "whole", "expected"),
    [
        (((0, 10),), ((5, 20),), True),
        (((0, 10),), ((6, 20),), False),
        (((0, 4), (10, 20)), ((10, 20),), True),
        (((0, 11), (10, 20)), ((0, 5), (15, 20)), False),
        (((0, 10),), (), True),
        ((), ((0, 1),), True),
    ],
)
def test_half_is_most(ranges: Ranges, whole: Ranges, expected: bool) -> None:
    assert mostly_in(ranges, whole) is expected


def test_an_article_that_is_the_earlier_ones_text_is_so_as_a_whole() -> None:
    found = [passage((0, 5), (0, 5)), passage((5, 9), (7, 11))]
    late, early = ref("b", 1), ref("a", 0)
    assert part_of(match(late, early, passages=found)) == ()
    assert part_of(match(late, early, kind="partial", passages=found)) == ((0, 9),)
    assert part_of(match(late, early, coverage=0.39, passages=found)) == ((0, 9),)
    assert part_of(match(late, early, coverage=0.4, passages=found)) == ()
