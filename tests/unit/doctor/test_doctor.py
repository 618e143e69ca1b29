"""Each fault that `wirewatch doctor` knows is found where it is, with its mend, and not where it is not."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import AsyncIterator
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from click.testing import CliRunner

from agents.app import create_topics
from agents.cli.doctor import command, examine
from agents.doctor import broker, machine, network
from agents.doctor.finding import Finding
from agents.role import utc_now
from agents.sqlite.log import open_log
from monitor.base.settings import BrokerSettings, Settings, WebSettings, load
from tests.unit.feeds.publisher import publishing, response

SECRET = "whsec_" + "A" * 32
RSS = b"<rss version='2.0'><channel><title>t</title></channel></rss>"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.word for finding in findings}


def shown(*arguments: str) -> tuple[int, dict[str, Any]]:
    ended = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    return ended.exit_code, json.loads(ended.stdout)


def test_every_fault_of_a_configuration_is_one_of_its_findings(folder: Path) -> None:
    (folder / "bad.toml").write_text("[web]\nport = 99999\nhots = 1\n", encoding="utf-8")
    code, found = shown("--config", "bad.toml")
    assert (code, found["ok"]) == (1, False)
    assert [check["check"] for check in found["checks"]] == ["configuration"] * 2
    assert "did you mean 'host'" in found["checks"][1]["found"] or "did you mean 'host'" in found["checks"][0]["found"]


def test_a_sound_installation_has_no_fault_and_nothing_of_it_is_changed(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (folder / "good.toml").write_text(f"[web]\nport = {port}\n", encoding="utf-8")
    code, found = shown("--config", "good.toml", "--offline")
    assert code == 0, found
    assert {check["word"] for check in found["checks"]} <= {"ok", "warning", "skipped"}
    assert [path.name for path in folder.iterdir()] == ["good.toml"]
    text = CliRunner().invoke(command, ["--config", "good.toml", "--offline"], catch_exceptions=False).output
    assert "0 faults" in text and "wirewatch.db will be made" in text


@pytest.mark.parametrize(
    ("articles", "available", "word"),
    [(0, 8 * machine.GIB, "ok"), (60_000, 3 * machine.GIB, "warning"), (60_000, 2 * machine.GIB, "fault"),
     (None, machine.GIB, "skipped"), (1, None, "skipped")],
)  # fmt: skip
def test_memory_is_held_against_the_stored_articles(articles: int | None, available: int | None, word: str) -> None:
    assert machine.memory(articles, available).word == word


def test_a_containers_limit_counts_when_it_is_lower(tmp_path: Path) -> None:
    proc, cgroup = tmp_path / "meminfo", tmp_path / "memory.max"
    proc.write_text("MemTotal: 9 kB\nMemAvailable:    2048 kB\n")
    assert machine.available_memory(proc, cgroup) == 2048 * 1024
    cgroup.write_text("max\n")
    assert machine.available_memory(proc, cgroup) == 2048 * 1024
    cgroup.write_text("4096\n")
    assert machine.available_memory(proc, cgroup) == 4096
    assert machine.available_memory(tmp_path / "none", cgroup) is None


def test_rights_and_limits(folder: Path) -> None:
    config = folder / "w.toml"
    config.write_text(f"[[webhooks]]\nname='a'\nurl='https://h.example/'\nsecret='{SECRET}'\n", encoding="utf-8")
    config.chmod(0o644)
    settings = load(config, environ={}, poll__feeds_file=str(folder / "no/list.opml"))
    assert words(list(machine.permissions(config, settings, uid=0))) == {
        "user": "warning", "secrets": "warning", "list of feeds": "warning",
    }  # fmt: skip
    config.chmod(0o600)
    assert words(list(machine.permissions(config, load(config, environ={}), uid=1000))) == {
        "user": "ok",
        "secrets": "ok",
    }
    assert machine.open_files(256).word == "warning"
    assert machine.open_files(-1).word == machine.open_files(65_536).word == "ok"
    assert machine.disk(folder / "missing").word == "fault"


def test_a_full_disk_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, word in ((0, "fault"), (machine.GIB, "warning"), (9 * machine.GIB, "ok")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert machine.disk(folder).word == word


async def test_who_has_the_port_is_told_apart() -> None:
    async def ready(request: web.Request) -> web.Response:
        return web.json_response({"ready": status == 200, "stages": {}}, status=status)

    application = web.Application()
    application.router.add_get("/health/ready", ready)
    async with TestServer(application) as server:
        taken = WebSettings(port=server.port or 0)
        status = 200
        assert (await machine.port(taken)).word == "ok"
        status = 503
        assert "not ready" in (await machine.port(taken)).found
    async with TestServer(web.Application()) as other:
        assert "another program" in (await machine.port(WebSettings(port=other.port or 0))).found
    assert (await machine.port(WebSettings(port=0))).word == "ok"
    assert (await machine.port(WebSettings(host="0.0.0.0"))).word == "warning"


async def test_an_embedded_broker_is_looked_at_without_being_changed(folder: Path) -> None:
    path = folder / "w.db"
    settings = BrokerSettings(url=f"sqlite:///{path}")
    assert (await broker.look(settings)).articles == 0
    log = await create_topics(settings)
    assert log is not None
    log.create_topic(broker.STORED, 1, compacted=True)
    for key, value in ((b"a", b"1"), (b"a", b"2"), (b"b", b"1"), (b"c", None)):
        log.append(broker.STORED, 0, key, value, at=0.0)
    await log.drained()
    assert "in use by a running service" in (await broker.look(settings)).findings[0].found
    log.close()
    before = path.read_bytes()
    looked = await broker.look(settings)
    assert words(looked.findings) == {"broker": "ok", "topics": "ok"}
    assert looked.articles == 2
    other = await broker.look(settings.model_copy(update={"partitions": 9}))
    assert words(other.findings)["topics"] == "fault"
    assert path.read_bytes() == before
    assert [one.name for one in folder.iterdir()] == ["w.db"]


@pytest.mark.parametrize(
    ("pragma", "told"), [("application_id = 1", "another program"), ("user_version = 99", "a newer Wirewatch")]
)
async def test_a_file_that_this_program_cannot_use_is_a_fault(folder: Path, pragma: str, told: str) -> None:
    path = folder / "w.db"
    open_log(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA {pragma}")
    db.close()
    (finding,) = (await broker.look(BrokerSettings(url=f"sqlite:///{path}"))).findings
    assert finding.word == "fault" and told in finding.found


async def test_a_file_that_is_no_database_is_a_fault(folder: Path) -> None:
    (folder / "w.db").write_bytes(b"no database" * 100)
    (finding,) = (await broker.look(BrokerSettings(url=f"sqlite:///{folder / 'w.db'}"))).findings
    assert finding.word == "fault"


async def test_a_kafka_that_is_not_there_is_a_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (finding,) = (await broker.look(BrokerSettings(url=f"kafka://127.0.0.1:{port}"))).findings
    assert finding.word == "fault" and finding.mend


@pytest.mark.parametrize(
    ("offsets", "word"), [([], "skipped"), ([1.0, 2.0, 9_999.0], "ok"), ([-40.0], "warning"), ([301.0, 400.0], "fault")]
)
def test_the_clock_is_what_most_answers_say(offsets: list[float], word: str) -> None:
    assert network.clock(offsets).word == word


def reaching(**settings: Any) -> Settings:
    return load(None, environ={}, fetch__allow_private_addresses=True, poll__feeds_file="", **settings)


@pytest.fixture
async def hooks() -> AsyncIterator[BaseTestServer]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=204 if request.path == "/good" else 500)

    application = web.Application()
    application.router.add_route("*", "/{path}", answer)
    async with TestServer(application) as server:
        yield server


async def test_feeds_clock_and_endpoints_are_asked(hooks: BaseTestServer) -> None:
    good, bad = str(hooks.make_url("/good")), str(hooks.make_url("/bad"))
    dated = response(RSS, date=format_datetime(utc_now(), usegmt=True))
    async with publishing(dated) as feed, publishing(response(status="404 Not Found")) as gone:
        settings = reaching(
            feeds=({"url": feed.url}, {"url": gone.url}, {"url": "http://p.example/", "paused": True}),
            webhooks=[
                {"name": "good", "url": good, "secret": SECRET},
                {"name": "bad", "url": bad, "secret": SECRET},
                {"name": "none", "url": "http://127.0.0.1:1/", "secret": SECRET},
                {"name": "mail", "url": "mailto://x", "format": "apprise"},
            ],
        )
        feeds = {one.url: one for one in settings.feeds}
        found = await network.outside(settings, feeds, test_webhooks=False)
        posted = settings.model_copy(update={"webhooks": settings.webhooks[:2]})
        tested = await network.outside(posted, {}, test_webhooks=True)
    assert words(found) == {
        "clock": "ok", "feeds": "warning", "webhook good": "ok", "webhook bad": "ok", "webhook none": "fault",
        "webhook mail": "skipped",
    }  # fmt: skip
    (feeds_told,) = [one.found for one in found if one.check == "feeds"]
    assert feeds_told.startswith("1 of 2 answer") and "404" in feeds_told
    assert words(tested)["webhook good"] == "ok" and words(tested)["webhook bad"] == "fault"


async def test_no_feeds_and_no_webhooks_are_warnings_and_no_answer_at_all_is_a_fault() -> None:
    assert words(await network.outside(reaching(), {}, test_webhooks=False)) == {
        "clock": "skipped", "feeds": "warning", "webhooks": "warning",
    }  # fmt: skip
    settings = reaching(feeds=({"url": "http://127.0.0.1:1/"},))
    found = await network.outside(settings, {one.url: one for one in settings.feeds}, test_webhooks=False)
    assert words(found)["feeds"] == "fault"


async def test_a_service_that_runs_is_no_fault(folder: Path) -> None:
    log = await create_topics(BrokerSettings(url=f"sqlite:///{folder / 'w.db'}"))
    assert log is not None
    found = await examine(None, f"sqlite:///{folder / 'w.db'}", offline=True, test_webhooks=False)
    log.close()
    assert words(found)["broker"] == "ok"
