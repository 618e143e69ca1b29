"""The compiled loops say what plain Python says, on whatever arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match import kernels

# The first call compiles, which takes seconds where nothing is kept on disk.
settings.register_profile("compiling", deadline=None)
settings.load_profile("compiling")
SETS = st.lists(st.integers(0, 40), max_size=30).map(lambda hashes: np.unique(np.array(hashes, np.uint64)))
COVERS = st.lists(st.booleans(), max_size=40).map(lambda cover: np.array(cover, np.bool_))


@given(SETS, SETS)
def test_sets_share_what_python_says(first: np.ndarray, second: np.ndarray) -> None:
    assert kernels.count_shared(first, second) == len(set(first.tolist()) & set(second.tolist()))


@given(SETS, SETS)
def test_a_place_is_where_the_hash_stands(hashes: np.ndarray, others: np.ndarray) -> None:
    listed = others.tolist()
    for hash_ in hashes:
        expected = listed.index(int(hash_)) if int(hash_) in listed else -1
        assert kernels.place_of(hash_, others) == expected
    assert kernels.held(hashes, others).tolist() == [int(hash_) in listed for hash_ in hashes]


@given(COVERS, st.integers(1, 50))
def test_the_densest_window_is_the_best_of_all(cover: np.ndarray, width: int) -> None:
    width_here = min(width, len(cover))
    windows = [cover[at : at + width_here].sum() for at in range(len(cover) - width_here + 1)]
    assert kernels.densest(cover, width) == (max(windows) / width_here if width_here else 0)


@given(COVERS, st.integers(1, 6))
def test_runs_are_what_stands_between_gaps(cover: np.ndarray, length: int) -> None:
    runs = [len(run) for run in "".join("x" if word else " " for word in cover).split()]
    assert kernels.words_in_runs(cover, length) == (sum(run for run in runs if run >= length), max(runs, default=0))


@given(st.integers(0, 5), st.integers(0, 5), st.randoms(use_true_random=False))
def test_similarities_are_dice_and_never_divide_by_little(rows: int, columns: int, random: object) -> None:
    draw = np.random.default_rng(random.randrange(1 << 30))  # type: ignore[attr-defined]
    shared, first, second = draw.random((rows, columns)), draw.random(rows) * 20, draw.random(columns) * 20
    expected = 2 * shared / np.maximum(first[:, None] + second[None, :], kernels.MIN_WEIGHT)
    assert kernels.similarities(shared, first, second) == pytest.approx(expected)


@given(st.permutations(range(12)), st.integers(0, 12), st.lists(st.floats(0.1, 6), min_size=12, max_size=12))
def test_the_heaviest_chain_is_the_best_of_all(order: list[int], count: int, weights: list[float]) -> None:
    heaviest: list[float] = []
    for at in range(count):
        before = [heaviest[to] for to in range(at) if order[to] < order[at]]
        heaviest.append(max(before, default=0.0) + weights[at])
    found = kernels.heaviest_chain(np.array(order[:count], np.int64), np.array(weights[:count]), 12)
    assert found == pytest.approx(max(heaviest, default=0.0))


def test_the_worst_sentences_are_counted_by_weight() -> None:
    dice, weight = np.array([[0.2, 0.1], [0.3, 0.8], [0.5, 0.0]]), np.array([1.0, 2.0, 1.0])
    assert [kernels.quantile(dice, weight, share) for share in (0.25, 0.5, 0.75)] == [0.2, 0.5, 0.8]
    assert kernels.quantile(dice, np.zeros(3), 0.5) == 0
