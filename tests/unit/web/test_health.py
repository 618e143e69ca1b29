"""Health by progress: ready when all stages run, not ready when waiting work stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.web.health import Health

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Watch:
    """A clock that shows what it is set to."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def health(watch: Watch) -> Health:
    return Health(["match"], stuck_after_s=60, dead_after_s=600, clock=watch)


def state(health: Health, stage: str = "match") -> str:
    return str(health.ready()[1]["stages"][stage]["state"])


def test_not_ready_before_every_stage_has_started(health: Health) -> None:
    health.expect("decide")
    health.progress("match", 0, 5, 5, NOON)

    ready, details = health.ready()

    assert not ready
    assert details["stages"]["decide"]["state"] == "starting"
    assert health.live()[0]
    health.beat("decide", NOON, 0)
    assert health.ready()[0]


def test_an_idle_stage_stays_ready_for_ever(health: Health, watch: Watch) -> None:
    health.progress("match", 0, 5, 5, NOON)
    watch.now = after(1e6)

    assert health.ready() == (True, {"ready": True, "stages": {"match": {"state": "idle", "lag": 0, "still_s": 0.0}}})
    assert health.live()[0]


def test_a_stage_that_stands_still_with_work_waiting_is_named(health: Health, watch: Watch) -> None:
    health.progress("match", 0, 5, 9, NOON)
    watch.now = after(60)
    assert (health.ready()[0], state(health)) == (True, "moving")

    watch.now = after(61)
    assert health.ready()[0] is False
    assert health.ready()[1]["stages"]["match"] == {"state": "stuck", "lag": 4, "still_s": 61.0}
    assert health.live()[0]

    watch.now = after(601)
    assert health.live() == (False, {"live": False, "dead": ["match"]})


def test_reports_do_not_hide_that_the_position_stands_still(health: Health, watch: Watch) -> None:
    for second in range(0, 70, 10):
        health.progress("match", 0, 5, 9 + second, after(second))
    watch.now = after(61)

    assert state(health) == "stuck"


def test_work_that_arrives_after_a_quiet_hour_has_its_whole_time(health: Health, watch: Watch) -> None:
    health.progress("match", 0, 5, 5, NOON)
    health.progress("match", 0, 5, 6, after(3600))
    watch.now = after(3650)

    assert health.ready()[0]


@pytest.mark.parametrize("position", [6, 2])
def test_any_move_counts_as_progress(health: Health, watch: Watch, position: int) -> None:
    health.progress("match", 0, 5, 9, NOON)
    health.progress("match", 0, position, 9, after(50))
    watch.now = after(100)

    assert state(health) == "moving"


def test_one_stuck_partition_is_enough(health: Health, watch: Watch) -> None:
    health.progress("match", 0, 5, 9, NOON)
    health.progress("match", 1, 5, 5, NOON)
    watch.now = after(61)
    assert state(health) == "stuck"

    health.forget("match", 0)
    assert state(health) == "idle"
    health.forget("match", 7)
    health.forget("unknown", 0)


def test_an_unknown_end_is_no_lag(health: Health, watch: Watch) -> None:
    health.progress("match", 0, 5, None, NOON)
    watch.now = after(1000)

    assert health.ready()[0]


def test_beats_are_progress_of_their_own(health: Health, watch: Watch) -> None:
    health.beat("match", NOON, 3)
    health.beat("match", after(50), 3)
    watch.now = after(100)
    assert (state(health), health.ready()[1]["stages"]["match"]["lag"]) == ("moving", 3)

    watch.now = after(111)
    assert state(health) == "stuck"
