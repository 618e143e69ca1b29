"""The seed articles through the whole pipeline, on a broker: as the user replays them, and in many of their orders."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.cli.articles_in import files_of, read_articles
from agents.replay import replay
from monitor.base.events import Alert
from monitor.base.settings import load
from tests.e2e.program import run

SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
STRANGER = "004"
EVERY = 5
"""One order in five runs on a broker here; all 120 run without one in tests/unit/stories/test_seed_orders.py."""

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles (../shared/seeds) are not here")


async def test_the_seeds_raise_three_alerts_of_one_story(tmp_path: Path) -> None:
    out = tmp_path / "alerts.jsonl"
    ended = await run("replay", SEEDS, "--out", out, folder=tmp_path)
    assert ended.code == 0, ended.err
    alerts = [json.loads(line)["data"] for line in out.read_text("utf-8").splitlines()]
    assert len(alerts) == 3
    assert len({alert["story"]["id"] for alert in alerts}) == 1
    assert not any(STRANGER in (alert["article"]["id"][:3], alert["match"]["article"]["id"][:3]) for alert in alerts)
    assert alerts[-1]["story"]["articles"] == 4


async def test_the_order_of_the_seeds_does_not_change_their_story(tmp_path: Path) -> None:
    orders = list(itertools.permutations(files_of([str(SEEDS)])))[::EVERY]
    # Side by side, since most of a replay of five articles is waiting for its start.
    found = await asyncio.gather(*(_alerts(order, tmp_path) for order in orders))
    for order, alerts in zip(orders, found, strict=True):
        names = [path.name[:3] for path in order]
        copies = [name for name in names if name != STRANGER][1:]
        assert [alert.article.id[:3] for alert in alerts] == copies, names
        assert len({alert.story.id for alert in alerts}) == 1, names


async def _alerts(order: Sequence[Path], folder: Path) -> list[Alert]:
    name = "-".join(path.name[:3] for path in order)
    settings = load(None, environ={}, broker__url=f"sqlite:///{folder / name}.db", broker__partitions=1)
    told = await replay(read_articles(order, now=datetime.now(UTC)), settings, advance=lambda _: None)
    return [one for one in told if isinstance(one, Alert)]
