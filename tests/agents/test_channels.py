"""Endpoints in other formats and over other ways, through the roles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from agents import channels
from agents.deliver import Deliver
from agents.notify import Notify
from agents.topics import ALERTS
from monitor.base.errors import ConfigError
from tests.agents.alerts import alert
from tests.agents.stage import START, staged
from tests.agents.test_deliver import SECRET, Receiver, attempts, receiver

__all__ = ["receiver"]

# Of a package that apprise imports.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def settings(*webhooks: dict[str, str]) -> dict[str, Any]:
    return {
        "webhooks": list(webhooks),
        "fetch__allow_private_addresses": True,
        "delivery__schedule_s": (),
        "delivery__timeout_s": 20.0,
    }


async def test_each_format_arrives_as_it_should(tmp_path: Path, receiver: Receiver) -> None:
    url = receiver.server.make_url
    chosen = settings(
        {"name": "cloud", "url": str(url("/cloud")), "format": "cloudevents", "secret": SECRET},
        {"name": "slack", "url": str(url("/slack")), "format": "slack"},
        {"name": "teams", "url": str(url("/teams")), "format": "teams"},
        {"name": "discord", "url": str(url("/discord")), "format": "discord"},
        # The service of apprise that posts JSON: the package itself makes the request.
        {"name": "mail", "url": f"json://127.0.0.1:{receiver.server.port}/mail", "format": "apprise"},
        {"name": "nowhere", "url": "nosuchservice://x", "format": "apprise"},
    )
    async with staged(tmp_path, Notify, Deliver, **chosen) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        ends = {one.endpoint: one for one in await attempts(stage, 6)}
    got = {name: (headers, json.loads(body)) for name, headers, body in receiver.requests}
    assert got["cloud"][0]["Content-Type"].startswith("application/cloudevents+json")
    assert got["cloud"][1]["id"] == got["cloud"][0]["webhook-id"]
    assert "webhook-signature" in got["cloud"][0] and "webhook-signature" not in got["slack"][0]
    assert got["slack"][1]["blocks"]
    ((card,), (embed,)) = got["teams"][1]["attachments"], got["discord"][1]["embeds"]
    assert (got["teams"][1]["type"], card["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (card["content"]["type"], {block["type"] for block in card["content"]["body"]}) == (
        "AdaptiveCard",
        {"TextBlock"},
    )
    assert "herald" in embed["title"] and embed["url"] == "https://herald.example/1"
    assert all(got[chat][0]["Content-Type"] == "application/json" for chat in ("slack", "teams", "discord"))
    assert got["mail"][1]["title"].startswith("herald.example re-uses wire.example")
    assert {name: end.outcome for name, end in ends.items()} == {
        "cloud": "sent",
        "slack": "sent",
        "teams": "sent",
        "discord": "sent",
        "mail": "sent",
        "nowhere": "drop",
    }
    assert ends["nowhere"].reason.startswith("bad_url")


async def test_what_apprise_cannot_hand_over_is_tried_again(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500]
    mail = {"name": "mail", "url": f"json://127.0.0.1:{receiver.server.port}/mail", "format": "apprise"}
    async with staged(tmp_path, Notify, Deliver, **{**settings(mail), "delivery__schedule_s": (60,)}) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        (attempt,) = await attempts(stage, 1)
    assert attempt.outcome == "retry" and attempt.reason.startswith("channel: apprise")


async def test_without_the_package_the_start_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "find_spec", lambda _: None)
    chosen = settings({"name": "mail", "url": "mailto://user:pass@mail.example", "format": "apprise"})
    with pytest.raises(ConfigError, match=r"install wirewatch\[notify\]"):
        async with staged(tmp_path, Notify, Deliver, **chosen):
            pass


@pytest.mark.kafka
async def test_a_topic_of_a_kafka_gets_each_event_under_its_id(kafka: str, tmp_path: Path) -> None:
    topic = {"name": "topic", "url": f"{kafka}/newsroom-alerts", "format": "kafka"}
    address = kafka.removeprefix("kafka://")
    client = AIOKafkaAdminClient(bootstrap_servers=address)
    await client.start()
    await client.create_topics([NewTopic("newsroom-alerts", 1, 1)])
    await client.close()
    async with staged(tmp_path, Notify, Deliver, **settings(topic)) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        (attempt,) = await attempts(stage, 1)
    assert attempt.outcome == "sent", attempt.reason
    async with AIOKafkaConsumer("newsroom-alerts", bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
    assert json.loads(record.value)["data"]["alert_id"] == alert(1, START).alert_id == record.key.decode()
    assert dict(record.headers)["webhook-id"].decode() == attempt.webhook_id


async def test_a_kafka_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    topic = {"name": "topic", "url": "kafka://127.0.0.1:9/alerts", "format": "kafka"}
    quick = {"delivery__schedule_s": (60,), "delivery__timeout_s": 2.0}
    async with staged(tmp_path, Notify, Deliver, **{**settings(topic), **quick}) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        (attempt,) = await attempts(stage, 1)
    assert attempt.outcome == "retry" and attempt.reason.startswith(("channel: Kafka", "timeout"))
