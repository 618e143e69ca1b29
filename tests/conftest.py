"""Fixtures for all tests, and how tests are shared out among processes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.kafka import kafka, kafka_broker

__all__ = ["kafka", "kafka_broker", "pytest_collection_modifyitems", "pytest_itemcollected"]

# Examples are not timed: on a machine that has other work, any of them may take long.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

TOGETHER = ("kafka", "browser", "quality")
"""Marks whose tests run in one process: they share a broker, a browser, the fingerprints of the labelled articles."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Name the group of a test, for `--dist loadgroup`: as early as this, since xdist reads it before other plugins."""
    if not item.get_closest_marker("xdist_group"):
        for mark in TOGETHER:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.xdist_group(mark))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long tests first, so that none is left over at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
