"""Receivers that misbehave, over real HTTP, beside one that does not: nothing is lost, nothing is doubled.

The table in docs/alerts.md says what happens with each of them; the tests read their expectations from it.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.deliver import Deliver
from agents.notify import Notify
from agents.topics import ALERTS, DEAD_LETTERS, DELIVERIES
from monitor.base.events import DeadLetter, Delivery, DeliveryAttempt, decode
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock, Stage, staged

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
SECRET = "whsec_" + "A" * 32
SCHEDULE_S = (5, 300, 7200)
TIMEOUT_S = 0.7
ALERTS_SENT = 2
MEBIBYTE = 1 << 20


class Row(NamedTuple):
    """What the page says of one kind of receiver."""

    end: str
    """How a delivery ends: `sent`, or the word of its dead letter."""
    before: str
    """The word of the attempts before that; empty when there are none."""


def table() -> dict[str, Row]:
    """The page's table of receivers."""
    lines = iter(PAGE.read_text(encoding="utf-8").splitlines())
    assert any(line.startswith("| a receiver that | ") for line in lines), "the table is gone"
    next(lines)
    rows = {}
    for line in lines:
        if not line.startswith("|"):
            break
        receiver, end, before, _ = (cell.strip() for cell in line.strip("|").split("|"))
        rows[receiver] = Row(end.strip("`"), before.strip("`"))
    return rows


class Receivers:
    """All kinds of receivers on one server, each on a path of its own, and what each got."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.got: dict[str, list[tuple[datetime, str]]] = {name: [] for name in KINDS}
        """Time and webhook-id of each request."""
        self.taken: Counter[str] = Counter()
        """How often each webhook-id was answered with 2xx."""
        self.poured_bytes = 0
        self.released = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/{kind}", self.receive)
        self.server = TestServer(application, host="127.0.0.1")

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer as the kind of the path does."""
        kind, webhook_id = request.match_info["kind"], request.headers["webhook-id"]
        await request.read()
        seen = self.got[kind]
        seen.append((self._clock(), webhook_id))
        began = min(at for at, _ in seen)
        return await KINDS[kind](self, request, self._clock() - began)

    def took(self, request: web.Request) -> None:
        """An alert was accepted."""
        self.taken[request.headers["webhook-id"]] += 1

    async def takes_it(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        self.took(request)
        return web.Response(status=204)

    async def never_answers(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        await self.released.wait()
        return web.Response(status=204)

    async def drips(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        self.took(request)
        while not self.released.is_set():
            await response.write(b".")
            await asyncio.sleep(0.05)
        return response

    async def resets(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def fails_for_an_hour(self, request: web.Request, since: timedelta) -> web.StreamResponse:
        if since < timedelta(hours=1):
            return web.Response(status=500)
        return await self.takes_it(request, since)

    async def throttles(self, request: web.Request, since: timedelta) -> web.StreamResponse:
        if since < timedelta(seconds=120):
            return web.Response(status=429, headers={"Retry-After": "120"})
        return await self.takes_it(request, since)

    async def is_gone(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        return web.Response(status=410)

    async def redirects(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"{request.url.with_path('/metadata')}"})

    async def metadata(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        return web.Response(text="secrets of the machine")

    async def pours(self, request: web.Request, _: timedelta) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        self.took(request)
        for _i in range(10):
            await response.write(b"x" * MEBIBYTE)
            self.poured_bytes += MEBIBYTE
        return response


KINDS: dict[str, Callable[[Receivers, web.Request, timedelta], Awaitable[web.StreamResponse]]] = {
    "takes it": Receivers.takes_it,
    "never answers": Receivers.never_answers,
    "answers 200 and then drips without end": Receivers.drips,
    "resets the connection": Receivers.resets,
    "answers 500 for an hour": Receivers.fails_for_an_hour,
    "answers 429 with Retry-After": Receivers.throttles,
    "answers 410": Receivers.is_gone,
    "redirects to another address": Receivers.redirects,
    "answers 200 with 10 MB": Receivers.pours,
    "metadata": Receivers.metadata,
}
"""What each does, by its row in the table."""
OTHERS = ("has a certificate that nobody vouches for", "is not there", "has a private address")


def test_the_table_lists_every_kind() -> None:
    assert set(table()) == (set(KINDS) | set(OTHERS)) - {"metadata"}


@pytest.fixture
async def receivers() -> AsyncIterator[Receivers]:
    made = Receivers(Clock())
    await made.server.start_server(shutdown_timeout=0.1)
    yield made
    made.released.set()
    await made.server.close()


@pytest.fixture
async def untrusted(tmp_path: Path) -> AsyncIterator[str]:
    """URL of a TLS server with a certificate that it has signed itself."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def closed_port() -> str:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def to_the_end(stage: Stage, clock: Clock) -> None:
    """Let time pass from one due attempt to the next until nothing waits."""
    role = stage.service.roles[-1]
    assert isinstance(role, Deliver)

    def coming() -> list[datetime]:
        """When each endpoint is asked next."""
        found = []
        for name, waiting in role._waiting.items():
            if waiting:
                pause, due = role.state(name).paused_until, role._due[name]
                found.append(max(due[0][0], pause or due[0][0]) if due else clock.now)
        return found

    def is_quiet() -> bool:
        return not any(role._under_way.values()) and stage.service.lag() == 0 and all(at > clock.now for at in coming())

    while True:
        await stage.until(is_quiet)
        if not coming():
            return
        clock.now = min(coming())
        await role.start_due()


def check(stage: Stage, receivers: Receivers, endpoint: str, kind: str) -> None:
    """Hold what happened at one endpoint against its row of the table."""
    row = table()[kind]
    ids = {
        one.webhook_id
        for one in stage.read(DELIVERIES, Delivery)
        if one.endpoint == endpoint and one.alert_id.startswith("alt_")
    }
    assert len(ids) == ALERTS_SENT
    letters = [(letter.reason, decode(letter.value)) for letter in stage.read(DEAD_LETTERS, DeadLetter)]
    kept = {value.webhook_id: (reason, value.body) for reason, value in letters if isinstance(value, Delivery)}
    for webhook_id in ids:
        *tries, end = [one for one in stage.read(DELIVERIES, DeliveryAttempt) if one.webhook_id == webhook_id]
        assert {one.outcome for one in tries} <= {"retry"}
        assert {one.reason.partition(":")[0] for one in tries} == ({row.before} if row.before else set()), kind
        if row.end == "sent":
            assert end.outcome == "sent" and receivers.taken[webhook_id] == 1, f"{kind}: taken once, never twice"
        else:
            reason, body = kept[webhook_id]
            assert end.outcome == "drop" and reason.startswith((row.end, "disabled")) and body, f"{kind}: kept whole"


async def test_each_ends_as_the_page_says_and_none_holds_up_the_others(
    tmp_path: Path, receivers: Receivers, untrusted: str
) -> None:
    clock = receivers._clock
    urls = {kind: str(receivers.server.make_url(f"/{kind}")) for kind in KINDS if kind != "metadata"}
    urls |= {"has a certificate that nobody vouches for": untrusted, "is not there": await closed_port()}
    names = {f"e{number}": kind for number, kind in enumerate(urls)}
    webhooks = [{"name": name, "url": urls[kind], "secret": SECRET} for name, kind in names.items()]
    made = [alert(number, START) for number in range(ALERTS_SENT)]
    async with staged(
        tmp_path,
        Notify,
        Deliver,
        clock=clock,
        webhooks=webhooks,
        fetch__allow_private_addresses=True,
        delivery__schedule_s=SCHEDULE_S,
        delivery__jitter=0.0,
        delivery__timeout_s=TIMEOUT_S,
    ) as stage:
        await stage.put(ALERTS, "a", *made)
        # Nobody waits for the slow ones: before time moves at all, the one that is well has everything, and has been
        # told of the one that is gone.
        await stage.until(lambda: len(receivers.got["takes it"]) == ALERTS_SENT + 1)
        assert clock.now == START
        await to_the_end(stage, clock)
        for name, kind in names.items():
            check(stage, receivers, name, kind)
    assert receivers.got["metadata"] == [], "no redirect is followed"
    assert receivers.poured_bytes < ALERTS_SENT * 10 * MEBIBYTE, "most of a large answer is not read"
    first, *later = sorted({at for at, _ in receivers.got["answers 429 with Retry-After"]})
    assert min(later) - first >= timedelta(seconds=120)


async def test_a_private_address_is_never_reached(tmp_path: Path, receivers: Receivers) -> None:
    webhooks = [{"name": "desk", "url": str(receivers.server.make_url("/takes it")), "secret": SECRET}]
    async with staged(tmp_path, Notify, Deliver, webhooks=webhooks) as stage:
        await stage.put(ALERTS, "a", alert(1, START))
        await stage.until(lambda: stage.read(DEAD_LETTERS, DeadLetter))
        (letter,) = stage.read(DEAD_LETTERS, DeadLetter)
    assert letter.reason.startswith(table()["has a private address"].end)
    assert receivers.got["takes it"] == []
