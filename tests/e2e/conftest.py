"""Both brokers for the tests that ask for one."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty broker."""
    if request.param == "kafka":
        url: str = request.getfixturevalue("kafka")
        return url
    return f"sqlite:///{tmp_path / 'wirewatch.db'}"
