import gzip
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.alerts.delivery import signed_headers
from monitor.alerts.receiver import MAX_BODY_BYTES, Received, make_receiver

SECRET = "whsec_" + "d2lyZXdhdGNod2lyZXdhdGNod2lyZXdhdGNo"
OTHER_SECRET = "whsec_" + "c29tZWJvZHkgZWxzZSBzaWducyB3aXRoIHRoaXM="
BODY = '{"type":"story.matched","data":{}}'


class Desk:
    """A receiver under test, and what it handed on."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.client = TestClient(TestServer(make_receiver(SECRET, self.received.append), host="127.0.0.1"))

    async def post(self, body: str | bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self.client.post("/any/path", data=body, headers=headers) as response:
            return response.status, (await response.text()).strip()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    async with desk.client:
        yield desk


def signed(body: str = BODY, secret: str = SECRET, age: timedelta = timedelta(0)) -> dict[str, str]:
    return signed_headers(secret, "msg_1", datetime.now(UTC) - age, body)


async def test_a_signed_event_is_handed_on(desk: Desk) -> None:
    assert await desk.post(BODY, signed()) == (204, "")
    assert desk.received == [Received("msg_1", True, {"type": "story.matched", "data": {}}, BODY.encode())]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (dict, "Missing required headers"),
        (lambda: signed(secret=OTHER_SECRET), "No matching signature found"),
        (lambda: signed(body=BODY + " "), "No matching signature found"),
        (lambda: signed() | {"webhook-id": "msg_2"}, "No matching signature found"),
        (lambda: signed() | {"webhook-timestamp": "tomorrow"}, "Invalid Signature Headers"),
        (lambda: signed(age=timedelta(minutes=6)), "Message timestamp too old"),
        (lambda: signed(age=timedelta(minutes=-6)), "Message timestamp too new"),
        (lambda: signed() | {"webhook-signature": "no comma"}, "Malformed signature or body"),
        (lambda: signed() | {"webhook-signature": "v1,a"}, "Malformed signature or body"),
        (lambda: signed() | {"webhook-signature": "v1,é"}, "Malformed signature or body"),
    ],
)
async def test_a_wrong_signature_is_refused_with_its_reason(
    desk: Desk, headers: Callable[[], dict[str, str]], reason: str
) -> None:
    # Signed when the test runs: a signature is good for five minutes, and the suite takes longer.
    assert await desk.post(BODY, headers()) == (401, reason)
    [received] = desk.received
    assert (received.verified, received.event, received.reason) == (False, {}, reason)


async def test_a_body_that_is_no_text_is_refused(desk: Desk) -> None:
    assert await desk.post(b"\xff\xfe", signed()) == (401, "Malformed signature or body")


@pytest.mark.parametrize("body", ["[]", "{", "", "1e999", "[" * 50_000])
async def test_a_signed_body_that_is_no_json_object_is_bad(desk: Desk, body: str) -> None:
    assert (await desk.post(body, signed(body)))[0] == 400
    assert desk.received == []


async def test_a_body_above_the_limit_is_refused(desk: Desk) -> None:
    assert (await desk.post(b" " * (MAX_BODY_BYTES + 1), signed()))[0] == 413
    assert desk.received == []


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused(desk: Desk) -> None:
    bomb = gzip.compress(b" " * (50 * MAX_BODY_BYTES))
    assert (await desk.post(bomb, signed() | {"content-encoding": "gzip"}))[0] in (400, 413)
    assert desk.received == []


async def test_a_key_that_is_being_rotated_still_verifies(desk: Desk) -> None:
    headers, other = signed(), signed(secret=OTHER_SECRET)
    headers["webhook-signature"] = f"{other['webhook-signature']} {headers['webhook-signature']}"
    assert (await desk.post(BODY, headers))[0] == 204
