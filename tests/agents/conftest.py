"""Fixtures for the tests of the roles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from faust.tables.manager import TableManager

from agents import poll as poll_module
from tests.agents.polling import Publisher


@pytest.fixture(autouse=True)
def prompt_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each start the second for which Faust waits for tables that are declared late; ours are declared early."""

    async def no_wait(_: TableManager, __: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(TableManager, "sleep", no_wait)


@pytest.fixture
async def publisher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Publisher]:
    """A publisher that is up; the tests say when the role that polls it looks at the clock."""
    monkeypatch.setattr(poll_module, "SWEEP_TIMER_S", 3600.0)
    made = Publisher()
    await made.server.start_server()
    yield made
    await made.server.close()
