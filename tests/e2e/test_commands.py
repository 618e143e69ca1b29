"""Each command as its user runs it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from monitor.alerts.delivery import signed_headers
from tests.e2e.newsroom import SECRET, edited, invented_text
from tests.e2e.program import run, started, until


async def test_the_demo_ends_by_itself_with_every_alert_verified(tmp_path: Path) -> None:
    ended = await run("demo", "--once", "--json", "--port", "0", folder=tmp_path)
    assert ended.code == 0, ended.err
    *events, last = [json.loads(line) for line in ended.out.splitlines()]
    assert last == {"alerts": 5, "verified": 5, "expected": 5}
    # On a slow machine a copy is seen before its original now and then, which is corrected.
    alerts = [event for event in events if event["type"] != "story.updated"]
    assert {alert["type"] for alert in alerts} == {"story.matched"}
    told = {alert["data"]["article"]["url"].rpartition("/")[2] for alert in alerts}
    assert len(told) == 5
    assert "night-on-the-fish-market" not in told, "an independent report of the event"
    assert not list(tmp_path.iterdir())


async def test_compare_says_yes_with_passages(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text(invented_text(1), encoding="utf-8")
    second.write_text(edited(invented_text(1)), encoding="utf-8")
    shown = await run("compare", first, second, folder=tmp_path)
    assert shown.code == 0
    assert "re-use (probability" in shown.out
    assert "Shared passages" in shown.out
    found = json.loads((await run("compare", first, second, "--json", folder=tmp_path)).out)
    assert found["reused"] is True
    assert found["coverage"] > 0.9
    assert sum(reason["log_odds"] for reason in found["reasons"]) + found["base"] > 0
    passage = found["passages"][0]
    for side in ("later", "earlier"):
        start, end = passage[side]
        assert len(passage[f"{side}_text"]) == end - start > 100


async def test_compare_says_no_and_why(tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.html"
    first.write_text(invented_text(1), encoding="utf-8")
    second.write_text(f"<html><body><p>{invented_text(2)}</p></body></html>", encoding="utf-8")
    shown = await run("compare", first, second, folder=tmp_path)
    assert shown.code == 0
    assert shown.out.startswith("No re-use of text")
    assert "in log-odds" in shown.out


async def test_replay_writes_its_alerts_to_a_pipe_and_reads_from_one(tmp_path: Path) -> None:
    stream = tmp_path / "stream.jsonl"
    lines = [{"id": name, "text": text} for name, text in (("a", invented_text(1)), ("b", edited(invented_text(1))))]
    stream.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    ended = await run("replay", stream, folder=tmp_path)
    assert ended.code == 0, ended.err
    (alert,) = [json.loads(line)["data"] for line in ended.out.splitlines()]
    assert (alert["article"]["id"], alert["match"]["article"]["id"]) == ("b", "a")


async def test_listen_prints_what_is_signed_and_refuses_the_rest(tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_text(f"{SECRET}\n", encoding="utf-8")
    body = '{"type": "story.matched", "data": {}}'
    headers = signed_headers(SECRET, "msg_1", datetime.now(UTC), body)
    command = ("webhooks", "listen", "--port", "0", "--secret-file", secret_file)
    async with started(*command, folder=tmp_path) as program, aiohttp.ClientSession() as session:
        await until(lambda: "Listening on" in program.log)
        (url,) = re.findall(r"Listening on (\S+)", program.log)
        assert SECRET not in program.log
        assert (await session.post(url, data=body, headers=headers)).status == 204
        assert (await session.post(url, data=body + " ", headers=headers)).status == 401
        await until(lambda: "Refused msg_1" in program.log)
        assert await program.stop() == 0


async def test_config_show_masks_secrets_and_is_toml(tmp_path: Path) -> None:
    config = tmp_path / "wirewatch.toml"
    config.write_text(f"[[webhooks]]\nname = 'desk'\nurl = 'https://x.example/'\nsecret = '{SECRET}'\n", "utf-8")
    shown = await run("config", "show", "--config", config, folder=tmp_path)
    assert shown.code == 0
    assert SECRET[6:] not in shown.out
    assert tomllib.loads(shown.out)["webhooks"][0]["secret"] == "**********"
    checked = await run("config", "check", "--config", config, "--json", folder=tmp_path)
    assert json.loads(checked.out) == {"ok": True, "faults": []}
