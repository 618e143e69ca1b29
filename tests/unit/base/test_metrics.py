"""Counters and histograms: names, numbers, and that nothing is shared."""

from __future__ import annotations

import json

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from monitor.base.metrics import Metrics, quantile

INFINITE = float("inf")


def scraped(metrics: Metrics) -> dict[str, float]:
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def count_once_each(metrics: Metrics) -> None:
    metrics.polled.labels(outcome="ok").inc()
    metrics.polled.labels(outcome="timeout").inc(2)
    metrics.articles_new.inc(3)
    metrics.articles_revised.inc(4)
    metrics.articles_unchanged.inc(5)
    metrics.articles_rejected.inc(6)
    metrics.fingerprinted.inc(7)
    metrics.too_short.inc(8)
    metrics.candidates.inc(9)
    metrics.verified.inc(10)
    metrics.matched.labels(kind="verbatim").inc(11)
    metrics.alerts.inc(12)
    metrics.deliveries.labels(outcome="sent").inc(13)
    metrics.dead_lettered.labels(stage="match").inc(14)


def test_every_stage_is_scraped_under_a_name_of_the_prometheus_conventions() -> None:
    metrics = Metrics()
    count_once_each(metrics)

    numbers = scraped(metrics)

    expected = {
        "wirewatch_polls_total[ok]": 1,
        "wirewatch_polls_total[timeout]": 2,
        "wirewatch_articles_total[new]": 3,
        "wirewatch_articles_total[revised]": 4,
        "wirewatch_articles_total[unchanged]": 5,
        "wirewatch_articles_total[rejected]": 6,
        "wirewatch_fingerprints_total": 7,
        "wirewatch_articles_too_short_total": 8,
        "wirewatch_candidates_total": 9,
        "wirewatch_verified_pairs_total": 10,
        "wirewatch_matches_total[verbatim]": 11,
        "wirewatch_alerts_total": 12,
        "wirewatch_delivery_attempts_total[sent]": 13,
        "wirewatch_dead_letters_total[match]": 14,
    }
    assert {name: numbers[name] for name in expected} == expected
    assert all(name.startswith("wirewatch_") for name in numbers)


def test_the_snapshot_has_the_sum_and_each_part() -> None:
    metrics = Metrics()
    count_once_each(metrics)

    numbers = metrics.snapshot()

    assert (numbers["polled"], numbers["polled.ok"], numbers["polled.timeout"]) == (3, 1, 2)
    assert (numbers["articles"], numbers["articles.new"], numbers["articles.revised"]) == (18, 3, 4)
    assert (numbers["candidates"], numbers["matched"], numbers["matched.verbatim"]) == (9, 11, 11)
    assert (numbers["deliveries.sent"], numbers["deliveries.retry"]) == (13, 0)


def test_an_untouched_snapshot_is_all_zeros_without_quantiles_and_is_json() -> None:
    numbers = Metrics().snapshot()

    assert set(numbers.values()) == {0.0}
    assert not [name for name in numbers if name.endswith(("_p50", "_p95"))]
    json.dumps(numbers, allow_nan=False)


def test_latencies_are_scraped_in_seconds_and_read_as_quantiles() -> None:
    metrics = Metrics()
    for _ in range(90):
        metrics.publication_to_webhook_seconds.observe(1.5)
    for _ in range(10):
        metrics.publication_to_webhook_seconds.observe(50)
    metrics.stage_seconds.labels(stage="match").observe(0.003)

    numbers = metrics.snapshot()

    assert scraped(metrics)["wirewatch_publication_to_webhook_seconds_count"] == 100
    assert numbers["publication_to_webhook_seconds_count"] == 100
    assert 1 < numbers["publication_to_webhook_seconds_p50"] <= 2
    assert 30 < numbers["publication_to_webhook_seconds_p95"] <= 60
    assert 0.0025 < numbers["stage_seconds.match_p50"] <= 0.005


def test_two_metrics_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.alerts.inc()

    assert second.snapshot()["alerts"] == 0


def test_a_given_registry_is_used() -> None:
    registry = CollectorRegistry()
    Metrics(registry).alerts.inc()

    assert registry.get_sample_value("wirewatch_alerts_total") == 1
    with pytest.raises(ValueError, match="Duplicated"):
        Metrics(registry)


@pytest.mark.parametrize(
    ("buckets", "share", "expected"),
    [
        ([(1.0, 0), (2.0, 10), (INFINITE, 10)], 0.5, 1.5),
        ([(1.0, 10), (2.0, 10), (INFINITE, 10)], 0.5, 0.5),
        ([(1.0, 5), (2.0, 5), (4.0, 10), (INFINITE, 10)], 0.75, 3.0),
        ([(1.0, 0), (2.0, 0), (INFINITE, 4)], 0.5, 2.0),
        ([(1.0, 1), (2.0, 1), (INFINITE, 1)], 0.0, 0.0),
    ],
)
def test_quantile_is_linear_within_its_bucket(
    buckets: list[tuple[float, float]], share: float, expected: float
) -> None:
    assert quantile(buckets, share) == pytest.approx(expected)
