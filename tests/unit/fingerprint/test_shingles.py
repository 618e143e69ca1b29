"""Shingles keep order and length; repeats go only where they shall."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fingerprint.shingles import distinct, mix, shingles, skip_bigrams

HASHES = np.array([5, 9, 5, 7], np.uint64)


def test_shingles_depend_on_order() -> None:
    assert shingles(HASHES, 2)[0] != shingles(HASHES[[1, 0, 2, 3]], 2)[0]


def test_there_is_one_shingle_for_each_place() -> None:
    assert len(shingles(HASHES, 3)) == 2
    assert len(shingles(HASHES, 5)) == 0


def test_equal_runs_have_equal_shingles() -> None:
    twice = np.concatenate([HASHES, HASHES])
    assert shingles(twice, 4)[0] == shingles(twice, 4)[4]


def test_skip_bigrams_hold_the_neighbours_and_pairs_with_words_between() -> None:
    hashes = np.array([1, 2, 3, 4], np.uint64)
    pairs = set(skip_bigrams(hashes, 3).tolist())
    assert set(shingles(hashes, 2).tolist()) <= pairs
    assert int(shingles(hashes[[0, 2]], 2)[0]) in pairs
    assert int(shingles(hashes[[0, 3]], 2)[0]) not in pairs


def test_distinct_sorts_and_drops_repeats() -> None:
    assert distinct(HASHES).tolist() == [5, 7, 9]
    assert distinct(HASHES[:1]).tolist() == [5]
    assert distinct(HASHES[:0]).tolist() == []


# The first call compiles, which takes seconds where nothing is kept on disk.
@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=9), st.integers(2, 5))
def test_the_compiled_loops_say_what_arrays_say(values: list[int], n: int) -> None:
    hashes = np.array(values, np.uint64)
    expected = hashes
    for offset in range(1, n):
        expected = mix(expected[: max(0, len(hashes) - offset)], hashes[offset:])
    assert shingles(hashes, n).tolist() == expected.tolist()
    pairs = [mix(hashes[:-gap], hashes[gap:]) for gap in range(1, n)]
    assert sorted(skip_bigrams(hashes, n).tolist()) == sorted(np.concatenate(pairs).tolist())
