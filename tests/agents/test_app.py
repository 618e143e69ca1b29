"""The root: what is made of the configuration, what stops the service, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from faust.types import TP

from agents import app as app_module
from agents.app import ROLES, create_topics, running
from agents.decide import Decide
from agents.fingerprint import FingerprintArticles
from agents.match import MatchArticles
from agents.role import Role
from agents.sqlite.log import Log, open_log
from agents.topics import ALERTS, ANSWERS, ARTICLES, POLLS, TOPICS
from agents.view import ShowView
from monitor.base.errors import BrokerError, InputError
from monitor.base.events import Alert, Tick, encode
from monitor.base.settings import Settings, load
from tests.agents.articles import article, prose
from tests.agents.embedded import log_of
from tests.agents.stage import LIMIT_S, START, Clock, staged


def settings(folder: Path, **more: Any) -> Settings:
    """A configuration with its log in the folder and the page on a free port."""
    return load(None, environ={}, **{"broker__url": f"sqlite:///{folder / 'log.db'}", "web__port": 0, **more})


async def test_every_topic_is_made_with_its_partitions(tmp_path: Path) -> None:
    made = settings(tmp_path, broker__partitions=3, broker__shards=2)
    log = await create_topics(made.broker)
    assert log is not None
    found = {topic.name: log.partitions(topic.name) for topic in TOPICS}
    log.close()
    assert found == {topic.name: topic.partitions(made.broker) for topic in TOPICS}
    assert (found[POLLS.name], found["wirewatch-fingerprints"], found[ALERTS.name]) == (3, 2, 1)


async def test_a_start_with_another_number_of_partitions_is_refused_and_frees_the_file(tmp_path: Path) -> None:
    async with running(settings(tmp_path, broker__shards=2), [Decide], with_web=False):
        pass
    with pytest.raises(BrokerError, match="'wirewatch-fingerprints' has 2 partitions, the configuration says 3"):
        async with running(settings(tmp_path, broker__shards=3), [Decide], with_web=False):
            pass
    Log(tmp_path / "log.db").close()


async def test_a_port_that_is_taken_ends_the_start_and_frees_the_file(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        made = settings(tmp_path, web__port=taken.getsockname()[1])
        with pytest.raises(InputError, match="cannot be served on"):
            async with running(made, [ShowView]):
                pass
    Log(tmp_path / "log.db").close()


async def test_an_article_passes_all_roles_of_one_process_and_the_page_shows_it(tmp_path: Path) -> None:
    """All roles at once, the copy in another partition than the first."""
    first, copy = article("first", prose(1)), article("copy", prose(1), seen_at=START + timedelta(seconds=1))
    async with staged(tmp_path, *ROLES, broker__partitions=2, broker__shards=2) as stage:
        await stage.put(ARTICLES, first.id, first, partition=0)
        await stage.put(ARTICLES, copy.id, copy, partition=1)
        (alert,) = stage.read(ALERTS, Alert)
        assert (alert.article.id, alert.match.earlier.id) == (copy.id, first.id)
        assert [one.alert_id for one in stage.service.parts.view.latest(5)] == [alert.alert_id]


async def test_the_page_is_served_and_says_when_every_stage_is_up(tmp_path: Path) -> None:
    async with running(settings(tmp_path), [ShowView, Decide]) as service, aiohttp.ClientSession() as session:
        for role in service.roles:
            await role.report_progress()
        async with session.get(f"{service.url}/health/ready") as answer:
            assert answer.status == 200
            assert set((await answer.json())["stages"]) == {
                "view:wirewatch-alerts",
                "view:wirewatch-polls",
                "decide:wirewatch-answers",
            }


async def test_what_stops_a_role_is_told_with_its_reason(tmp_path: Path) -> None:
    class Broken(Decide):
        async def call_time(self) -> None:
            raise ZeroDivisionError("no way on")

    async with staged(tmp_path, FingerprintArticles, Broken) as stage:
        with pytest.raises(BrokerError, match="the role 'decide' stopped: .*no way on"):
            async with asyncio.timeout(LIMIT_S):
                await stage.service.failed()


async def test_waiting_for_a_failure_can_be_given_up(tmp_path: Path) -> None:
    async with staged(tmp_path, Decide) as stage:
        failed = asyncio.create_task(stage.service.failed())
        await asyncio.sleep(0)
        failed.cancel()
        await asyncio.wait([failed])
        await stage.put(ANSWERS, "k", Tick(at=START))
        assert failed.cancelled() and not stage.service.roles[0].app.should_stop


async def test_a_stop_under_load_leaves_what_waits_and_loses_nothing(tmp_path: Path) -> None:
    texts = [article(f"a{number}", prose(number)) for number in range(300)]
    async with staged(tmp_path, FingerprintArticles, MatchArticles, Decide) as stage:
        for one in texts:
            log_of(stage).append(ARTICLES.name, 0, b"k", encode(one), at=START.timestamp())
        await stage.until(lambda: stage.count("fingerprinted") > 20)
    assert stage.count("fingerprinted") < len(texts)
    async with staged(tmp_path, FingerprintArticles, MatchArticles, Decide) as stage:
        await stage.settled()
        role = stage.service.roles[1]
        assert isinstance(role, MatchArticles) and len(role.fingerprints) == len(texts)


async def test_a_role_that_does_not_stop_does_not_keep_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app_module, "STOP_TIMEOUT_S", 0.05)
    stopped = []

    class Stuck(Decide):
        async def stop(self) -> None:
            await asyncio.Event().wait()

    class Willing(FingerprintArticles):
        async def stop(self) -> None:
            await super().stop()
            stopped.append(self.name)

    with caplog.at_level(logging.WARNING):
        async with staged(tmp_path, Willing, Stuck) as stage:
            stuck = stage.service.roles[1]
    assert stopped == ["fingerprint"] and "decide did not stop within 0.05 s" in caplog.text
    await Role.stop(stuck)


async def test_what_is_past_its_retention_is_deleted_at_the_start(tmp_path: Path) -> None:
    clock = Clock()
    async with staged(tmp_path, Decide, clock=clock) as stage:
        await stage.put(ANSWERS, "k", *[Tick(at=START)] * 3)
    clock.move(days=3)
    async with staged(tmp_path, Decide, clock=clock) as stage:
        tp = TP(ANSWERS.name, 0)
        await stage.until(lambda: log_of(stage).beginning(tp) == 2)
        await stage.put(ANSWERS, "k", Tick(at=clock.now))
        assert log_of(stage).end(tp) >= 4


async def test_a_stop_closes_the_file(tmp_path: Path) -> None:
    async with running(settings(tmp_path), [Decide], with_web=False):
        assert open_log(tmp_path / "log.db").partitions(ANSWERS.name) == 1
    Log(tmp_path / "log.db").close()
