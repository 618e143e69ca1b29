"""`wirewatch webhooks` against a running service over HTTP: endpoints, the log of deliveries, redelivery."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from click.testing import CliRunner, Result
from standardwebhooks import Webhook

from agents.cli.main import command
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES, ORDERS
from monitor.base.errors import InputError
from monitor.base.events import DeadLetter, EndpointPut, encode
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock, Stage
from tests.agents.test_deliver import Receiver, attempts, delivering, receiver

__all__ = ["receiver"]

TOKEN = "0123456789abcdef"


class Shell:
    """The program as its user runs it, against a service."""

    def __init__(self, stage: Stage, config: Path) -> None:
        self.stage = stage
        self._config = config

    async def __call__(self, *arguments: str, group: str = "webhooks", token: str = TOKEN) -> Result:
        """Run `wirewatch webhooks …` (or another group) beside the service."""
        self._config.write_text(f'[web]\ntoken = "{token}"\n', encoding="utf-8")
        url = self.stage.service.url
        given = [group, *arguments, "--config", str(self._config), "--url", url]
        return await asyncio.to_thread(CliRunner().invoke, command, given)

    async def json(self, *arguments: str, group: str = "webhooks") -> Any:
        """What it prints with --json."""
        ended = await self(*arguments, "--json", group=group)
        assert ended.exit_code == 0, ended.exception or ended.output
        return json.loads(ended.stdout)


@asynccontextmanager
async def shell(folder: Path, receiver: Receiver, clock: Clock | None = None, **settings: Any) -> AsyncIterator[Shell]:
    settings = {"with_web": True, "web__token": TOKEN, **settings}
    async with delivering(folder, receiver, clock or Clock(), **settings) as stage:
        yield Shell(stage, folder / "client.toml")


async def test_an_endpoint_that_is_added_gets_alerts_over_restarts_and_with_both_secrets(
    tmp_path: Path, receiver: Receiver
) -> None:
    url = str(receiver.server.make_url("/added"))
    clock = Clock()
    # The reference verifier looks at the machine's clock, and the tests may have begun long ago.
    clock.now = datetime.now(UTC)
    async with shell(tmp_path, receiver, clock) as wirewatch:
        added = await wirewatch.json("add", "added", url)
        await wirewatch.stage.put(ALERTS, "a", alert(1, START))
        await attempts(wirewatch.stage, 2)
    async with shell(tmp_path, receiver, clock) as wirewatch:
        rotated = await wirewatch.json("rotate", "added", "--overlap", "2h")
        await wirewatch.stage.put(ALERTS, "a", alert(2, START))
        await attempts(wirewatch.stage, 4)
        clock.move(hours=2)
        await wirewatch.stage.put(ALERTS, "a", alert(3, START))
        await attempts(wirewatch.stage, 6)
        listed = {one["name"]: one for one in await wirewatch.json("list")}
        assert listed["desk"]["configured"] and not listed["added"]["configured"]
        assert (await wirewatch("remove", "added")).exit_code == 0
        await wirewatch.stage.put(ALERTS, "a", alert(4, START))
        await attempts(wirewatch.stage, 7)
        assert {one["name"] for one in await wirewatch.json("list")} == {"desk"}
    old, new = Webhook(added["secret"]), Webhook(rotated["secret"])
    one, two, three = [(body, headers) for name, headers, body in receiver.requests if name == "added"]
    old.verify(*one)
    old.verify(*two)
    new.verify(*two)
    assert three[1]["webhook-signature"].count("v1,") == 1


async def test_what_failed_is_listed_shown_and_sent_again_once(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [400]
    async with shell(tmp_path, receiver, delivery__schedule_s=()) as wirewatch:
        stage = wirewatch.stage
        await stage.put(ALERTS, "a", alert(1, START), alert(2, START))
        await attempts(stage, 2)
        receiver.statuses = [204]
        await stage.put(ALERTS, "a", alert(3, START))
        await attempts(stage, 3)

        assert len(await wirewatch.json("deliveries")) == 3
        failed = await wirewatch.json("deliveries", "--failed", "--endpoint", "desk")
        assert [one["status"] for one in failed] == [400, 400]
        whole = await wirewatch.json("deliveries", failed[0]["webhook_id"])
        assert whole["tries"][0]["reason"].startswith("exhausted") and json.loads(whole["body"])["type"]
        table = await wirewatch("deliveries")
        assert failed[0]["webhook_id"][:8] in table.stdout

        sent = await wirewatch("redeliver", "--endpoint", "desk", "--failed", "--since", "1h")
        assert "2 deliveries are on the way" in sent.stdout
        await attempts(stage, 5)
        assert await wirewatch.json("deliveries", "--missed") == []
        one = await wirewatch("redeliver", failed[0]["webhook_id"])
        assert "1 delivery is on the way" in one.stdout
        await attempts(stage, 6)
    assert sorted(Counter(receiver.ids()).values()) == [1, 2, 3]


async def test_history_is_replayed_to_a_new_endpoint_once(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", *(alert(number, START) for number in range(3)))
        await attempts(wirewatch.stage, 3)
        await wirewatch.json("add", "late", str(receiver.server.make_url("/late")))
        for _ in range(2):
            await wirewatch("redeliver", "--endpoint", "late", "--history", "--since", "1h")
            await attempts(wirewatch.stage, 6)
    assert len(receiver.ids("late")) == len(set(receiver.ids("late"))) == 3


async def test_a_test_says_how_it_ended_and_enables(tmp_path: Path, receiver: Receiver) -> None:
    receiver.fixed = {"desk": 410}
    async with shell(tmp_path, receiver) as wirewatch:
        ended = await wirewatch("test", "desk")
        assert ended.exit_code == 1 and "not accepted: HTTP 410" in ended.stdout
        await wirewatch.stage.settled()
        assert "disabled since" in (await wirewatch("list")).stdout.replace("\n", " ")
        receiver.fixed = {}
        assert (await wirewatch("test", "desk")).exit_code == 0
        await wirewatch.stage.settled()
        assert "well" in (await wirewatch("list")).stdout


async def test_dead_letters_are_listed_shown_and_put_back(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [400]
    async with shell(tmp_path, receiver, delivery__schedule_s=()) as wirewatch:
        stage = wirewatch.stage
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
        await stage.put(ALERTS, "x", b"no event")
        first, second = await wirewatch.json("dead-letters")
        assert first["stage"] == "notify" and "not a Wirewatch event" in first["reason"]
        assert "alt_" in (await wirewatch.json("dead-letters", str(second["number"])))["value"]
        refused = await wirewatch("dead-letters", str(first["number"]), "--resend")
        assert isinstance(refused.exception, InputError) and "it would fail again" in str(refused.exception)
        receiver.statuses = [204]
        assert DELIVERIES.name in (await wirewatch("dead-letters", str(second["number"]), "--resend")).stdout
        assert [one.outcome for one in await attempts(stage, 2)] == ["drop", "sent"]
        # One of another stage goes back to that one's topic.
        letter = DeadLetter(
            topic=ALERTS.name,
            partition=0,
            offset=0,
            key=b"a",
            value=encode(alert(2, START)),
            stage="notify",
            reason="a bug that is mended",
            at=START,
        )
        await stage.put(DEAD_LETTERS, "a", letter)
        assert ALERTS.name in (await wirewatch("dead-letters", "2", "--resend")).stdout
        assert [one.outcome for one in await attempts(stage, 3)] == ["drop", "sent", "sent"]


REFUSED = (
    (("remove", "nobody"), "there is no endpoint 'nobody'; known: desk"),
    (("remove", "desk"), "stands in the configuration; change it there"),
    (("rotate", "desk"), "stands in the configuration"),
    (("add", "desk", "https://desk.example/"), "stands in the configuration"),
    (("add", "Desk!", "https://desk.example/"), "name: String should match pattern"),
    (("add", "other", "ftp://desk.example/"), "url: must be an http:// or https:// URL"),
    (("rotate", "desk", "--overlap", "soon"), "overlap: 'soon' is no length of time"),
    (("deliveries", "--since", "yesterday"), "since: 'yesterday' is no moment"),
    (("deliveries", "msg_0"), "there is no delivery 'msg_0'"),
    (("redeliver", "msg_0"), "there is no delivery 'msg_0'"),
    (("dead-letters", "7"), "there is no dead letter 7"),
)


async def test_what_cannot_be_done_is_refused_with_its_mend(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch:
        for arguments, said in REFUSED:
            ended = await wirewatch(*arguments)
            assert isinstance(ended.exception, InputError) and said in str(ended.exception), arguments
        assert [one["name"] for one in await wirewatch.json("list")] == ["desk"]
        assert wirewatch.stage.read(ORDERS, EndpointPut) == []


async def test_orders_need_the_token_and_a_service_without_one_takes_none(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch:
        wrong = await wirewatch("test", "desk", token="f" * 16)
        assert "an order needs the token" in str(wrong.exception)
        order = f"{wirewatch.stage.service.url}/api/v1/endpoints/desk/test"
        async with aiohttp.ClientSession() as session, session.post(order) as answer:
            assert answer.status == 401
    async with shell(tmp_path, receiver, web__token="") as wirewatch:
        assert "set web.token" in str((await wirewatch("test", "desk")).exception)
    assert receiver.requests == []


async def test_a_service_that_does_not_run_is_named(tmp_path: Path) -> None:
    given = ["webhooks", "list", "--url", "http://127.0.0.1:9"]
    ended = await asyncio.to_thread(CliRunner().invoke, command, given)
    assert "no service answers there" in str(ended.exception) and "wirewatch run" in str(ended.exception)


async def test_alerts_are_read_page_by_page_after_a_cursor(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch, aiohttp.ClientSession() as session:
        url = f"{wirewatch.stage.service.url}/api/v1/alerts"

        async def page(after: int) -> tuple[list[str], int]:
            async with session.get(url, params={"after": after, "limit": 2}) as answer:
                told = await answer.json()
                return [one["data"]["alert_id"] for one in told["alerts"]], told["next"]

        made = [alert(number, START) for number in range(3)]
        await wirewatch.stage.put(ALERTS, "a", *made)
        first, cursor = await page(0)
        second, end = await page(cursor)
        assert [*first, *second] == [one.alert_id for one in made]
        assert await page(end) == ([], end)
