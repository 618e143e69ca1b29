"""A desk for each test."""

from __future__ import annotations

import pytest

from tests.unit.stories.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """Decides over plain dictionaries."""
    return Desk()
