"""The main job on each broker: feeds served over HTTP, alerts received over HTTP, the program as its user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.newsroom import newsroom, slug
from tests.e2e.program import started, until


async def test_copies_are_told_and_nothing_else(tmp_path: Path, broker: str) -> None:
    async with newsroom(speed=3.0) as room:
        config = room.configure(tmp_path / "wirewatch.toml", broker)
        async with started("run", "--config", config, folder=tmp_path) as program:
            copies = {article.slug for article in room.publisher.articles if article.copy_of}
            await until(lambda: len(room.inbox.alerts) >= len(copies))
            counts: dict[str, float] = {}
            health: dict[str, Any] = {}

            async def all_is_counted() -> bool:
                counts.update((await program.get("/api/v1/metrics"))["counts"])
                published, told = len(room.publisher.articles), len(room.inbox.ids)
                return counts["fingerprinted"] >= published and counts["deliveries.sent"] >= told

            async def every_stage_is_up() -> bool:
                health.update(await program.get("/health/ready"))
                return health["ready"] is True

            await until(all_is_counted)
            # A stage whose topic has had no event says that it is up only when its role has its partitions.
            await until(every_stage_is_up)
            async with aiohttp.ClientSession(raise_for_status=True) as session:
                url = await program.url()
                metrics = await (await session.get(f"{url}/metrics")).text()
                page = await (await session.get(url)).text()
            assert await program.stop() == 0, program.log
    assert {slug(alert["article"]) for alert in room.inbox.alerts.values()} == copies
    assert all(one.verified for one in room.inbox.received)
    assert room.inbox.ids_an_alert == {1}
    assert len({alert["story"]["id"] for alert in room.inbox.alerts.values()}) == 1
    assert counts["articles.new"] == len(room.publisher.articles) == counts["fingerprinted"]
    assert counts["alerts"] == len(copies) <= counts["deliveries.sent"] <= len(room.inbox.ids)
    assert counts["dead_lettered"] == 0
    assert counts["publication_to_webhook_seconds_count"] == len(copies)
    assert {stage["state"] for stage in health["stages"].values()} <= {"idle", "moving"}
    assert "wirewatch_matches_total" in metrics
    assert "<title>" in page
