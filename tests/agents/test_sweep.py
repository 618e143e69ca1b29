"""The look at everything that a table holds, a part at a time."""

from __future__ import annotations

from datetime import timedelta

from agents.sweep import PLACES_A_TICK, SWEEP_EVERY, Sweep
from tests.agents.stage import START


def test_it_goes_over_everything_once_in_parts() -> None:
    sweep = Sweep(lambda: range(2 * PLACES_A_TICK + 1))
    parts = []
    while sweep.is_due(START):
        parts.append(sweep.part(START))
    assert [len(part) for part in parts] == [PLACES_A_TICK, PLACES_A_TICK, 1]
    assert [place for part in parts for place in part] == list(range(2 * PLACES_A_TICK + 1))
    assert sweep.part(START) == []


def test_it_begins_again_after_an_hour_with_what_is_there_then() -> None:
    places = ["a"]
    sweep = Sweep(lambda: list(places))
    assert sweep.part(START) == ["a"]
    places.append("b")
    assert not sweep.is_due(START + SWEEP_EVERY - timedelta(seconds=1))
    assert sweep.part(START + SWEEP_EVERY) == ["a", "b"]


def test_one_that_takes_longer_than_an_hour_ends_before_it_begins_again() -> None:
    sweep = Sweep(lambda: range(PLACES_A_TICK + 1))
    sweep.part(START)
    assert sweep.part(START + 2 * SWEEP_EVERY) == [PLACES_A_TICK]
    assert sweep.is_due(START + 2 * SWEEP_EVERY)


def test_a_table_without_places_is_looked_at_once_an_hour() -> None:
    empty: list[str] = []
    sweep = Sweep(lambda: empty)
    assert sweep.is_due(START) and sweep.part(START) == [] and not sweep.is_due(START)
