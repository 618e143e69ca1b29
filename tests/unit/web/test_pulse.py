"""Rates and curves: of the last minute, and honest about resets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.metrics import Metrics
from monitor.web.health import Health
from monitor.web.pulse import CURVE_POINTS, Pulse
from monitor.web.view import View

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def pulse(metrics: Metrics) -> Pulse:
    return Pulse(metrics, View(), Health(clock=lambda: NOON))


def beat(pulse: Pulse, second: float) -> None:
    pulse.beat(NOON + timedelta(seconds=second))


def test_one_sample_has_counts_but_no_rate(pulse: Pulse, metrics: Metrics) -> None:
    metrics.alerts.inc(3)
    beat(pulse, 0)

    now = pulse.now()
    assert (now["at"], now["counts"]["alerts"], now["per_minute"]["alerts"]) == ("2026-11-23T12:00:00+00:00", 3, 0)


def test_rates_are_those_of_the_last_minute(pulse: Pulse, metrics: Metrics) -> None:
    for second in range(200):
        metrics.alerts.inc(10 if second <= 100 else 2)
        beat(pulse, second)

    assert pulse.now()["per_minute"]["alerts"] == 120


def test_a_short_history_is_scaled_to_a_minute(pulse: Pulse, metrics: Metrics) -> None:
    beat(pulse, 0)
    metrics.alerts.inc(1)
    beat(pulse, 10)

    assert pulse.now()["per_minute"]["alerts"] == 6


def test_a_series_that_begins_later_counts_from_zero(pulse: Pulse, metrics: Metrics) -> None:
    beat(pulse, 0)
    metrics.polled.labels(outcome="ok").inc(4)
    beat(pulse, 60)

    assert pulse.now()["per_minute"]["polled.ok"] == 4


def test_only_counters_have_rates(pulse: Pulse, metrics: Metrics) -> None:
    metrics.article_to_alert_seconds.observe(1)
    beat(pulse, 0)

    assert not [key for key in pulse.now()["per_minute"] if "seconds" in key]


def test_curves_hold_the_rises_of_the_last_minute(pulse: Pulse, metrics: Metrics) -> None:
    for number in range(150):
        metrics.alerts.inc(number)
        beat(pulse, number / 2)

    assert pulse.curves() == {"alerts": [float(number) for number in range(150 - CURVE_POINTS, 150)]}


def test_a_clock_that_goes_back_starts_anew(pulse: Pulse, metrics: Metrics) -> None:
    beat(pulse, 100)
    metrics.alerts.inc(5)
    beat(pulse, 0)
    assert pulse.now()["per_minute"]["alerts"] == 0

    metrics.alerts.inc(1)
    beat(pulse, 60)
    assert pulse.now()["per_minute"]["alerts"] == 1
