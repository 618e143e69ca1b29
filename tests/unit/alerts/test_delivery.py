"""One attempt against real servers on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from monitor.alerts.delivery import ANSWER_CHARACTERS, attempt
from monitor.base.errors import ForbiddenAddress
from monitor.base.events import Delivery, DeliveryAttempt, Endpoint, SigningSecret
from monitor.base.settings import DeliverySettings

SECRET = "whsec_" + "d2lyZXdhdGNod2lyZXdhdGNod2lyZXdhdGNo"
NEW_SECRET = "whsec_" + "bmV3d2lyZXdhdGNobmV3d2lyZXdhdGNobmV3"
SETTINGS = DeliverySettings(timeout_s=5, schedule_s=(10, 100), jitter=0)
BODY = '{"type":"story.matched","data":{"title":"Überschwemmung 漢"}}'
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Try = Callable[..., Awaitable[DeliveryAttempt]]


@pytest.fixture
def now() -> datetime:
    # The clock of this machine: the receiver's side of the standardwebhooks package knows no other.
    return datetime.now(UTC)


@pytest.fixture
async def deliver(now: datetime) -> AsyncIterator[Try]:
    """Serve a handler, hand it one delivery, and give back how the attempt ended."""
    servers: list[TestServer] = []

    async def run(
        handler: Handler,
        *,
        number: int = 1,
        at: datetime = now,
        timeout_s: float = 30,
        secrets: Sequence[str] = (SECRET,),
    ) -> DeliveryAttempt:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handler)
        servers.append(TestServer(application, host="127.0.0.1"))
        await servers[-1].start_server(shutdown_timeout=0.1)
        return await post(
            str(servers[-1].make_url("/hook")), number=number, at=at, timeout_s=timeout_s, secrets=secrets
        )

    yield run
    for server in servers:
        await server.close()


async def post(
    url: str, *, at: datetime, number: int = 1, timeout_s: float = 5, secrets: Sequence[str] = (SECRET,)
) -> DeliveryAttempt:
    delivery = Delivery(webhook_id="msg_1", endpoint="desk", alert_id="alt_1", body=BODY, created_at=at)
    endpoint = Endpoint(name="desk", url=url, secrets=tuple(SigningSecret(value=secret) for secret in secrets))
    settings = SETTINGS.model_copy(update={"timeout_s": timeout_s})
    async with aiohttp.ClientSession() as session:
        return await attempt(session, delivery, endpoint, number=number, now=at, spread=0.5, settings=settings)


def answering(status: int, text: str = "", **headers: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


@pytest.mark.parametrize("hours_east", [0, 8])
async def test_the_body_arrives_signed_and_to_the_byte(deliver: Try, now: datetime, hours_east: int) -> None:
    seen: list[tuple[bytes, dict[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((await request.read(), dict(request.headers)))
        return web.Response(status=204)

    # A clock of another zone must not shift the signed time.
    made = await deliver(handler, at=now.astimezone(timezone(timedelta(hours=hours_east))))
    assert (made.outcome, made.status, made.reason, made.retry_at) == ("sent", 204, "", None)
    body, headers = seen[0]
    assert body == BODY.encode()
    assert headers["webhook-id"] == "msg_1"
    assert headers["Content-Type"] == "application/json"
    Webhook(SECRET).verify(body, headers)


async def test_while_a_secret_rotates_the_reference_verifier_accepts_both(deliver: Try) -> None:
    seen: list[tuple[bytes, dict[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((await request.read(), dict(request.headers)))
        return web.Response(status=204)

    await deliver(handler, secrets=(NEW_SECRET, SECRET))
    ((body, headers),) = seen
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (NEW_SECRET, SECRET):
        Webhook(secret).verify(body, headers)
    # A receiver of a later time may know other versions; it must pass over ours, and ours over its.
    headers["webhook-signature"] = f"v9,AAAA {headers['webhook-signature']}"
    Webhook(SECRET).verify(body, headers)


async def test_an_error_is_tried_again_with_the_beginning_of_the_answer(deliver: Try, now: datetime) -> None:
    made = await deliver(answering(500, "é" * 5000))
    assert (made.outcome, made.status, made.attempt) == ("retry", 500, 1)
    assert made.answer == "é" * ANSWER_CHARACTERS
    assert made.retry_at == now + timedelta(seconds=10)


async def test_a_throttling_receiver_sets_the_earliest_time(deliver: Try, now: datetime) -> None:
    made = await deliver(answering(429, retry_after="77"))
    assert made.retry_at == now + timedelta(seconds=77)
    assert (made.throttled, made.retry_after_s) == (True, 77)


async def test_retry_after_holds_only_where_the_receiver_throttles(deliver: Try, now: datetime) -> None:
    made = await deliver(answering(400, retry_after="77"))
    assert made.retry_at == now + timedelta(seconds=10)


async def test_after_the_last_wait_the_delivery_is_dropped_with_its_history(deliver: Try) -> None:
    made = await deliver(answering(500), number=3)
    assert (made.outcome, made.retry_at) == ("drop", None)
    assert made.reason.startswith("exhausted: 3 attempts failed, the last one with failed: HTTP 500")


async def test_an_endpoint_that_is_gone_is_dropped_at_once(deliver: Try) -> None:
    made = await deliver(answering(410))
    assert (made.outcome, made.retry_at) == ("drop", None)
    assert made.reason.startswith("gone: ")


async def test_a_redirect_is_not_followed(deliver: Try) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    made = await deliver(handler)
    assert (made.outcome, made.status, paths) == ("retry", 307, ["/hook"])


async def test_an_endless_answer_is_cut_off(deliver: Try) -> None:
    cut_off = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 10_000)
        finally:
            cut_off.set()

    async with asyncio.timeout(30):
        made = await deliver(handler, timeout_s=60)
        await cut_off.wait()
    assert (made.outcome, len(made.answer)) == ("sent", ANSWER_CHARACTERS)


async def test_a_success_whose_answer_never_ends_is_not_sent_twice(deliver: Try) -> None:
    released = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"thanks")
        await released.wait()
        return response

    # Long enough for the first bytes on a slow machine.
    made = await deliver(handler, timeout_s=2)
    released.set()
    assert (made.outcome, made.answer) == ("sent", "thanks")


async def test_a_silent_receiver_times_out(deliver: Try) -> None:
    released = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async with asyncio.timeout(30):
        made = await deliver(handler, timeout_s=0.1)
    released.set()
    assert (made.outcome, made.status, made.reason) == ("retry", 0, "timeout: no answer within 0.1 s")


async def serve_bytes(answer: bytes) -> asyncio.Server:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(answer)
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b"", "connection"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "bad_answer"),
    ],
)
async def test_what_is_no_http_is_tried_again(now: datetime, answer: bytes, word: str) -> None:
    async with await serve_bytes(answer) as server:
        made = await post(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", at=now)
    assert (made.outcome, made.status, made.reason.partition(":")[0]) == ("retry", 0, word)


async def test_plain_http_where_tls_was_asked_for_is_named(now: datetime) -> None:
    async with await serve_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        made = await post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", at=now)
    assert made.outcome == "retry"
    assert made.reason.partition(":")[0] in ("tls", "connection", "timeout")


async def test_a_closed_port_is_tried_again(now: datetime) -> None:
    async with await serve_bytes(b"") as server:
        port = server.sockets[0].getsockname()[1]
    made = await post(f"http://127.0.0.1:{port}/", at=now)
    assert (made.outcome, made.reason.partition(":")[0]) == ("retry", "connection")


class ForbiddingResolver(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        raise ForbiddenAddress(f"{host} leads to 10.0.0.1, a private address")

    async def close(self) -> None:
        pass


async def test_an_address_that_the_session_forbids_is_dropped(now: datetime) -> None:
    delivery = Delivery(webhook_id="msg_1", endpoint="desk", alert_id="alt_1", body=BODY, created_at=now)
    endpoint = Endpoint(name="desk", url="http://hooks.example/", secrets=(SigningSecret(value=SECRET),))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=ForbiddingResolver())) as session:
        made = await attempt(session, delivery, endpoint, number=1, now=now, spread=0.5, settings=SETTINGS)
    assert (made.outcome, made.retry_at) == ("drop", None)
    assert made.reason == "forbidden_address: hooks.example leads to 10.0.0.1, a private address"
