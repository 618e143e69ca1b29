"""The roles that notify and deliver, on a real log and over real HTTP, in a time that the tests move."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from agents import deliver
from agents.deliver import REMEMBERED, Deliver
from agents.notify import Notify
from agents.role import Message
from agents.sweep import SWEEP_EVERY
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES, ORDERS
from monitor.base.events import DeadLetter, Delivery, DeliveryAttempt, Notice, Redelivery, StoryUpdated, decode
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock, Stage, staged

SECRET = "whsec_" + "A" * 32


class Receiver:
    """Answers each POST with the next status of its list, the last one for ever."""

    def __init__(self) -> None:
        self.statuses = [204]
        self.fixed: dict[str, int] = {}
        """The one status of an endpoint."""
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        application = web.Application()
        application.router.add_post("/{endpoint}", self.answer)
        self.server = TestServer(application)

    async def answer(self, request: web.Request) -> web.Response:
        """Keep the request."""
        body = await request.read()
        self.requests.append((request.match_info["endpoint"], dict(request.headers), body))
        if (status := self.fixed.get(request.match_info["endpoint"])) is None:
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, headers=self.headers)

    def ids(self, endpoint: str = "desk") -> list[str]:
        """The webhook-ids of an endpoint's requests."""
        return [headers["webhook-id"] for name, headers, _ in self.requests if name == endpoint]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that is up."""
    made = Receiver()
    await made.server.start_server()
    yield made
    await made.server.close()


def delivering(
    folder: Path, receiver: Receiver, clock: Clock, *, endpoints: Sequence[str] = ("desk",), **settings: Any
) -> AbstractAsyncContextManager[Stage]:
    """The role with these endpoints at the receiver."""
    webhooks = [
        {"name": name, "url": str(receiver.server.make_url(f"/{name}")), "secret": SECRET} for name in endpoints
    ]
    return staged(
        folder,
        Notify,
        Deliver,
        clock=clock,
        webhooks=webhooks,
        **{
            "fetch__allow_private_addresses": True,
            "delivery__schedule_s": (10, 60),
            "delivery__jitter": 0.0,
            **settings,
        },
    )


async def test_a_correction_is_delivered_once_and_is_not_timed(tmp_path: Path, receiver: Receiver) -> None:
    first = alert(1, START)
    update = StoryUpdated(alert_id="alt_9", at=START, previous_origin=first.article, story=first.story)
    async with delivering(tmp_path, receiver, Clock()) as stage:
        await stage.put(ALERTS, "k", update, update)
        await attempts(stage, 1)
        assert [json.loads(body)["type"] for _, _, body in receiver.requests] == ["story.updated"]
        assert stage.count("publication_to_webhook_seconds_count") == 0


async def attempts(stage: Stage, number: int) -> list[DeliveryAttempt]:
    """The ends of so many attempts, once they are there and handled."""
    await stage.until(lambda: len(stage.read(DELIVERIES, DeliveryAttempt)) >= number)
    await stage.settled()
    return stage.read(DELIVERIES, DeliveryAttempt)


async def test_an_alert_arrives_signed_and_its_delay_is_measured(tmp_path: Path, receiver: Receiver) -> None:
    async with delivering(tmp_path, receiver, Clock()) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        (attempt,) = await attempts(stage, 1)
        assert stage.count("publication_to_webhook_seconds_sum") == 60.0
    ((_, headers, body),) = receiver.requests
    # Not `verify`, which asks the machine's clock how old a signature is: that of the test stands still.
    assert Webhook(SECRET).sign(headers["webhook-id"], START, body.decode()) == headers["webhook-signature"]
    assert json.loads(body)["data"]["alert_id"] == alert(1, START).alert_id
    assert (attempt.outcome, attempt.attempt, attempt.status) == ("sent", 1, 204)


async def test_a_failed_attempt_is_repeated_under_its_id_when_its_time_has_come(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.statuses = [500, 204]
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
        clock.move(seconds=9.9)
        await stage.service.roles[-1].start_due()  # type: ignore[attr-defined]
        await stage.settled()
        assert len(receiver.requests) == 1
        clock.move(seconds=0.1)
        assert [one.outcome for one in await attempts(stage, 2)] == ["retry", "sent"]
    first, second = receiver.ids()
    assert first == second


async def test_retry_after_is_heeded(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [503, 204], {"retry-after": "100"}
    async with delivering(tmp_path, receiver, Clock()) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        (attempt,) = await attempts(stage, 1)
        assert attempt.retry_at is not None and (attempt.retry_at - START).total_seconds() == 100


async def test_what_is_given_up_becomes_a_dead_letter_with_its_body(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500]
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        for number in (1, 2):
            await attempts(stage, number)
            clock.move(seconds=60)
        assert (await attempts(stage, 3))[-1].outcome == "drop"
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
    assert "exhausted" in letter.reason
    delivery = decode(letter.value)
    assert isinstance(delivery, Delivery) and alert(1, START).alert_id in delivery.body


async def test_an_alert_that_is_repeated_is_delivered_once(tmp_path: Path, receiver: Receiver) -> None:
    """Before a restart and after it; the alert of another article shows that the repeat was handled."""
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
        await stage.put(ALERTS, "a", alert(1, START))
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START), alert(2, START))
        await attempts(stage, 2)
    assert set(Counter(receiver.ids()).values()) == {1} and len(receiver.ids()) == 2


async def test_a_restart_goes_on_with_what_was_due(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500, 204]
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
    clock.move(seconds=10)
    async with delivering(tmp_path, receiver, clock) as stage:
        assert (await attempts(stage, 2))[-1].outcome == "sent"
    assert len(set(receiver.ids())) == 1


async def test_each_endpoint_gets_its_own_delivery(tmp_path: Path, receiver: Receiver) -> None:
    async with delivering(tmp_path, receiver, Clock(), endpoints=("desk", "archive")) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 2)
    assert receiver.ids("desk") != receiver.ids("archive")
    assert len(receiver.ids("desk")) == len(receiver.ids("archive")) == 1


async def test_a_delivery_whose_endpoint_is_gone_becomes_a_dead_letter(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500]
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
    clock.move(seconds=10)
    async with delivering(tmp_path, receiver, clock, endpoints=("archive",)) as stage:
        await attempts(stage, 2)
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
    assert letter.reason.startswith("unknown_endpoint")


async def test_deliveries_are_forgotten_long_after_their_end_and_never_before_it(
    tmp_path: Path, receiver: Receiver
) -> None:
    clock = Clock()
    async with delivering(tmp_path, receiver, clock) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await attempts(stage, 1)
        receiver.statuses = [500]
        await stage.put(ALERTS, "a", alert(2, START))
        await attempts(stage, 2)
        tasks = stage.service.roles[-1].tasks  # type: ignore[attr-defined]
        clock.now = START + REMEMBERED
        await stage.service.roles[-1].call_time()  # type: ignore[attr-defined]
        await stage.settled()
        assert len(tasks) == 2
        clock.now += SWEEP_EVERY
        await stage.until(lambda: len(tasks) == 1)


async def test_a_receiver_that_is_gone_is_disabled_and_the_others_are_told(tmp_path: Path, receiver: Receiver) -> None:
    receiver.fixed = {"desk": 410}
    clock = Clock()
    async with delivering(tmp_path, receiver, clock, endpoints=("desk", "ops")) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await stage.until(lambda: len(receiver.ids("ops")) == 2)
        (notice,) = stage.read(ORDERS, Notice)
        told = json.loads(receiver.requests[-1][2])
        assert (told["type"], told["data"]["endpoint"]) == ("endpoint.disabled", "desk")
        assert notice.reason in told["data"]["reason"]
    # It stays disabled over a restart; what comes meanwhile is kept as dead letters.
    async with delivering(tmp_path, receiver, clock, endpoints=("desk", "ops")) as stage:
        await stage.put(ALERTS, "a", alert(2, START))
        await stage.until(lambda: len(stage.read(DEAD_LETTERS, DeadLetter)) == 2)
        assert len(receiver.ids("desk")) == 1
        await stage.settled()
        # A test is let through, and when it arrives the endpoint is enabled.
        receiver.fixed = {}
        test = Delivery(
            webhook_id="msg_t", endpoint="desk", alert_id="t", body="{}", created_at=clock.now, is_test=True
        )
        await stage.put(DELIVERIES, "desk", test)
        await stage.until(lambda: len(stage.read(ORDERS, Notice)) == 2)
        await stage.settled()
        await stage.put(ALERTS, "a", alert(3, START))
        await stage.until(lambda: len(receiver.ids("desk")) == 3)
        # The letters hold what is needed to send what was missed.
        letters = stage.read(DEAD_LETTERS, DeadLetter)
        missed = [decode(letter.value) for letter in letters]
        for one in missed:
            assert isinstance(one, Delivery)
            await stage.put(DELIVERIES, "desk", *[Redelivery(order_id="ord_1", delivery=one)] * 2)
        await stage.until(lambda: len(receiver.ids("desk")) == 5)
        await stage.settled()
    assert Counter(receiver.ids("desk")).most_common(1)[0][1] == 2, "the one that was answered 410, and no other"


async def test_days_of_failure_disable(tmp_path: Path, receiver: Receiver) -> None:
    receiver.fixed = {"desk": 500}
    clock = Clock()
    settings = {"delivery__schedule_s": (86_400,) * 9, "delivery__disable_after_s": 2 * 86_400}
    async with delivering(tmp_path, receiver, clock, endpoints=("desk", "ops"), **settings) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        for number in (1, 2, 3):
            await stage.until(lambda: len(receiver.ids("desk")) == number)  # noqa: B023
            await stage.settled()
            clock.move(days=1)
        # The retry that was to come ends with it.
        await stage.until(lambda: stage.read(DEAD_LETTERS, DeadLetter))
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
        assert letter.reason.startswith("disabled: every attempt of 2.0 days failed")


async def test_what_waits_for_an_endpoint_is_limited_and_the_rest_is_a_dead_letter(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    async with delivering(tmp_path, receiver, Clock(), delivery__max_waiting=2) as stage:
        await stage.put(ALERTS, "a", *(alert(number, START) for number in range(4)))
        await stage.until(lambda: len(stage.read(DEAD_LETTERS, DeadLetter)) == 2)
        await stage.settled()
        letters = stage.read(DEAD_LETTERS, DeadLetter)
        assert all(letter.reason.startswith("backlog: 2 deliveries wait") for letter in letters)


async def test_an_end_that_the_broker_does_not_take_is_kept_and_not_sent_twice(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "BROKER_RETRY_S", 0.01)
    failures = iter([True] * 3)
    send = Deliver.send

    async def refused(self: Deliver, *messages: Message) -> None:
        if isinstance(messages[0].event, DeliveryAttempt) and next(failures, False):
            raise OSError("disk full")
        await send(self, *messages)

    monkeypatch.setattr(Deliver, "send", refused)
    async with delivering(tmp_path, receiver, Clock()) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        assert len(await attempts(stage, 1)) == 1
    assert len(receiver.ids()) == 1
