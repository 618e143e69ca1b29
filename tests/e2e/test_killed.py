"""SIGKILL at twenty random moments, of the service and of a replay: nothing is lost and nothing is told twice."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from faust.types import TP

from agents.sqlite.log import Log
from agents.topics import ARTICLES, DEAD_LETTERS
from monitor.base.events import AnyEvent, Article, decode
from tests.e2e.newsroom import copied_series, jsonl, newsroom
from tests.e2e.program import Program, run, started, until

KILLS = 20
KILLS_ON_KAFKA = 2
"""Fewer, since Kafka lets a killed worker's partitions go only after its session timeout."""
SEED = 20_261_123

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


async def test_the_service_killed_at_random_moments_loses_nothing(tmp_path: Path, broker: str) -> None:
    draw = random.Random(SEED)
    embedded = broker.startswith("sqlite")
    articles, outlets = copied_series(40, every_s=0.5)
    async with newsroom(articles, outlets) as room:
        config = room.configure(tmp_path / "wirewatch.toml", broker)
        for _ in range(KILLS if embedded else KILLS_ON_KAFKA):
            async with started("run", "--config", config, folder=tmp_path) as program:
                # The random moment is what is tested, so here a test sleeps. Half of them while it starts or recovers,
                # half while it works.
                if draw.random() < 0.5:
                    await asyncio.sleep(draw.uniform(0.5, 3.0))
                else:
                    await program.url()
                    await asyncio.sleep(draw.uniform(0.0, 1.5))
                await program.kill()
        async with started("run", "--config", config, folder=tmp_path) as program:
            await until(lambda: room.publisher.finished and len(room.inbox.pairs) == 40)
            await until(lambda: _is_idle(program))
            assert await program.stop() == 0, program.log
    assert room.inbox.pairs == {frozenset((f"{n}-a", f"{n}-b")): 1 for n in range(40)}
    assert room.inbox.ids_an_alert == {1}
    if not embedded:
        return
    log = Log(tmp_path / "wirewatch.db")
    published = {event.url.rpartition("/")[2] for event in _events(log, ARTICLES.name) if isinstance(event, Article)}
    assert published == {article.slug for article in articles}
    assert not list(_events(log, DEAD_LETTERS.name))
    log.close()


async def test_a_replay_killed_twenty_times_goes_on_where_it_stopped(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    articles, _ = copied_series(400, every_s=1.0)
    stream, whole, out = (tmp_path / name for name in ("stream.jsonl", "whole.jsonl", "alerts.jsonl"))
    stream.write_text(jsonl(articles), encoding="utf-8")
    began = time.monotonic()
    undisturbed = await run("replay", stream, "--out", whole, folder=tmp_path)
    assert undisturbed.code == 0, undisturbed.err
    # However fast this machine is, twenty such pauses are a third of a replay at most.
    pause_s = (time.monotonic() - began) / 60
    again = ("replay", stream, "--out", out, "--broker", "sqlite:///replay.db")
    for kill in range(KILLS):
        async with started(*again, folder=tmp_path) as program:
            await until(partial(_goes_on, program) if kill else partial(_has_articles, tmp_path / "replay.db-wal"))
            await asyncio.sleep(draw.uniform(0.0, pause_s))
            assert program.process.returncode is None, "it ended before it was killed: the series is too short"
            await program.kill()
    ended = await run(*again, folder=tmp_path)
    assert ended.code == 0, ended.err
    assert _told(out) == _told(whole)
    assert len(_told(out)) == 400


def _has_articles(wal: Path) -> bool:
    """The first batch of articles is far more than all that a start writes."""
    return wal.exists() and wal.stat().st_size > 500_000


def _goes_on(program: Program) -> bool:
    return "going on" in program.log


def _told(path: Path) -> list[tuple[str, ...]]:
    """What each alert says, in their order, but for when the article was seen."""
    data = [json.loads(line)["data"] for line in path.read_text("utf-8").splitlines()]
    return [
        (one["alert_id"], one["article"]["id"], one["match"]["article"]["id"], one["story"]["id"], one["match"]["kind"])
        for one in data
    ]


async def _is_idle(program: Program) -> bool:
    stages = (await program.get("/health/ready"))["stages"]
    return all(stage["state"] == "idle" for stage in stages.values())


def _events(log: Log, topic: str) -> Iterator[AnyEvent]:
    for partition in range(log.partitions(topic) or 0):
        for record in log.read(TP(topic, partition), 0, 100_000):
            yield decode(record.value or b"")
