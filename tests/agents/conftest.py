"""Fixtures for the tests of the roles."""

from __future__ import annotations

import asyncio

import pytest
from faust.tables.manager import TableManager


@pytest.fixture(autouse=True)
def prompt_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each start the second for which Faust waits for tables that are declared late; ours are declared early."""

    async def no_wait(_: TableManager, __: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(TableManager, "sleep", no_wait)
