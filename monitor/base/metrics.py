"""What the service counts and times, on a Prometheus registry of its own.

Nothing here is global: two `Metrics` in one process (two tests, two services) share nothing. The agents count through
the typed attributes; `render` is what Prometheus scrapes, `snapshot` what the page shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from monitor.base.events import Kind

CONTENT_TYPE = CONTENT_TYPE_LATEST
"""The `Content-Type` of what `Metrics.render` returns."""

STAGE_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ALERT_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
# Publishers list an article minutes to hours after they date it, so this one has to reach to a day.
PUBLICATION_BUCKETS_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400)


class Metrics:
    """Counters and histograms of every stage, in the order in which an article passes them.

    Args: registry: where the metrics are registered; None makes a new one.
    Raises: ValueError: the registry has metrics of these names already; give each `Metrics` its own.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}

        self.polled = self._counter(
            "polled", "polls", "Polls of feeds, by outcome: ok or the reason of failure", "outcome"
        )
        self.pages = self._counter(
            "pages",
            "pages",
            "Pages of articles, by outcome: read, paywalled, disallowed …, or why none came",
            "outcome",
        )
        articles = self._counter(
            "articles", "articles", "Feed entries, by outcome: new, revised, unchanged or rejected", "outcome"
        )
        self.articles_new: Counter = articles.labels("new")
        self.articles_revised: Counter = articles.labels("revised")
        self.articles_unchanged: Counter = articles.labels("unchanged")
        self.articles_rejected: Counter = articles.labels("rejected")
        self.fingerprinted = self._counter("fingerprinted", "fingerprints", "Articles that were fingerprinted")
        self.too_short = self._counter("too_short", "articles_too_short", "Articles with too few words to be compared")
        self.candidates = self._counter("candidates", "candidates", "Earlier articles that the index proposed")
        self.verified = self._counter("verified", "verified_pairs", "Candidate pairs that were compared on their texts")
        self.matched = self._counter("matched", "matches", "Verified pairs that re-use text, by kind", "kind")
        self.alerts = self._counter("alerts", "alerts", "Alerts: an article joined a story")
        self.kept_back = self._counter(
            "kept_back",
            "alerts_kept_back",
            "Alerts that a rule did not tell at once, by why: licensed, silenced, not_relevant, told, gathered, hours, capped",
            "reason",
        )
        self.deliveries = self._counter(
            "deliveries", "delivery_attempts", "Attempts to deliver, by outcome: sent, retry or drop", "outcome"
        )
        self.dead_lettered = self._counter(
            "dead_lettered", "dead_letters", "Messages set aside because they could not be processed, by stage", "stage"
        )
        self.feed_changes = self._counter(
            "feed_changes", "feed_changes", "Feeds that began to fail, or recovered", "change"
        )
        self.poll_lateness_seconds = self._histogram(
            "poll_lateness_seconds",
            "poll_lateness",
            "From the time a feed was due to the start of its poll",
            STAGE_BUCKETS_S,
        )
        self.stage_seconds = self._histogram(
            "stage_seconds", "stage", "Time one event takes in a stage", STAGE_BUCKETS_S, "stage"
        )
        self.publication_to_webhook_seconds = self._histogram(
            "publication_to_webhook_seconds",
            "publication_to_webhook",
            "From the publication date of an article to the accepted delivery of its alert",
            PUBLICATION_BUCKETS_S,
        )
        self.article_to_alert_seconds = self._histogram(
            "article_to_alert_seconds",
            "article_to_alert",
            "From the moment an article was first seen to its alert",
            ALERT_BUCKETS_S,
        )
        # A series that exists from the start lets Prometheus' `rate` see its first increment.
        for kind in get_args(Kind):
            self.matched.labels(kind)
        for outcome in ("sent", "retry", "drop"):
            self.deliveries.labels(outcome)

    def _counter(self, key: str, name: str, help_text: str, *labels: str) -> Counter:
        self._counters[key] = Counter(name, help_text, labels, namespace="wirewatch", registry=self.registry)
        return self._counters[key]

    def _histogram(self, key: str, name: str, help_text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        self._histograms[key] = Histogram(
            name, help_text, labels, namespace="wirewatch", unit="seconds", buckets=buckets, registry=self.registry
        )
        return self._histograms[key]

    def render(self) -> bytes:
        """Everything in the Prometheus text format; serve it as `CONTENT_TYPE`. Cost: about 1 ms."""
        return generate_latest(self.registry)

    def snapshot(self) -> dict[str, float]:
        """Every number under a flat key; finite values only, so that it can be written as JSON.

        Returns: for a counter `alerts`; with labels the sum and each part (`deliveries`, `deliveries.sent`; the
            articles too: `articles.new`); for a histogram `X_count`, `X_sum` and, once something was observed, the
            quantiles `X_p50` and `X_p95` in seconds (`article_to_alert_seconds_p50`, `stage_seconds.match_p95`).
        Cost: about 0.3 ms.
        """
        numbers: dict[str, float] = {}
        for key, counter in self._counters.items():
            numbers |= _counts(key, counter)
        for key, histogram in self._histograms.items():
            for name, buckets, total in _distributions(key, histogram):
                numbers |= _distribution(name, buckets, total)
        return numbers


def _counts(key: str, counter: Counter) -> dict[str, float]:
    numbers = {key: 0.0}
    for metric in counter.collect():
        for sample in metric.samples:
            if not sample.name.endswith("_total"):
                continue  # the time of creation
            numbers[key] += sample.value
            if sample.labels:
                numbers[".".join((key, *sample.labels.values()))] = sample.value
    return numbers


Buckets = list[tuple[float, float]]
"""Upper bound in seconds and the number of observations up to it, the last bound infinite."""


def _distributions(key: str, histogram: Histogram) -> Iterator[tuple[str, Buckets, float]]:
    buckets: dict[str, Buckets] = {}
    totals: dict[str, float] = {}
    for metric in histogram.collect():
        for sample in metric.samples:
            labels = [value for name, value in sample.labels.items() if name != "le"]
            name = ".".join((key, *labels))
            if sample.name.endswith("_bucket"):
                buckets.setdefault(name, []).append((float(sample.labels["le"]), sample.value))
            elif sample.name.endswith("_sum"):
                totals[name] = sample.value
    for name, bounds in buckets.items():
        yield name, bounds, totals[name]


def _distribution(name: str, buckets: Buckets, total: float) -> dict[str, float]:
    count = buckets[-1][1]
    numbers = {f"{name}_count": count, f"{name}_sum": total}
    if count:
        numbers[f"{name}_p50"] = quantile(buckets, 0.5)
        numbers[f"{name}_p95"] = quantile(buckets, 0.95)
    return numbers


def quantile(buckets: Sequence[tuple[float, float]], share: float) -> float:
    """The value that a share of the observations stays under, linear within its bucket.

    Args: buckets: upper bound and count of all observations up to it, ascending, the last bound infinite and at least
        one observation. share: 0 to 1.
    Returns: seconds; above the last finite bound that bound, since more is not known.
    Source: the estimate of Prometheus' `histogram_quantile`.
    """
    rank = share * buckets[-1][1]
    for (lower, below), (upper, count) in pairwise([(0.0, 0.0), *buckets]):
        if count >= rank and count > below:
            return lower if math.isinf(upper) else lower + (upper - lower) * (rank - below) / (count - below)
    raise ValueError("a quantile needs at least one observation")
