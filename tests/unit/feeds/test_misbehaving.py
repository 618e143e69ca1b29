"""A publisher that does everything wrong, over real HTTP on this machine: each thing has one outcome, and bounded memory.

`docs/polling.md` shows the same table; a test here holds the two against each other.
"""

from __future__ import annotations

import gzip
import re
import tracemalloc
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from monitor.base import network
from monitor.base.errors import FetchError
from monitor.base.network import guarded_session
from monitor.base.settings import FetchSettings
from monitor.feeds.fetch import Fetched, fetch
from monitor.feeds.parse import parse
from tests.unit.feeds.publisher import publishing, response

DOCS = Path(__file__).parents[3] / "docs" / "polling.md"
LIMITS = FetchSettings(timeout_s=20, max_body_bytes=200_000, max_redirects=3)
MOST_BYTES = 12_000_000
"""Measured: 3 MB; the limit of a body is 200 kB here."""

FEED = b"<rss><channel><item><title>Gate</title></item></channel></rss>"
DEEP = b"<rss>" + b"<a>" * 50_000
LEVELS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{LEVELS}]>'.encode()
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
OPEN = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


class Case(NamedTuple):
    """What a server does, and how a poll of it ends: a reason of failure, or `read`."""

    outcome: str
    answers: tuple[bytes, ...]
    how: dict[str, Any] = {}  # noqa: RUF012 - never changed
    timeout_s: float = 20.0


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


def redirect(location: str, status: str = "302 Found", **headers: str) -> bytes:
    return response(b"", status, Location=location, **headers)


CASES = {
    # The connection
    "closes without an answer": Case("connection", (b"",)),
    "answers in another protocol": Case("bad_answer", (b"SSH-2.0-OpenSSH_9.2\r\n",)),
    "never answers": Case("timeout", (b"",), {"stay_open": True}, 0.1),
    "falls silent within the headers": Case("timeout", (b"HTTP/1.1 200 OK\r\nX: y",), {"stay_open": True}, 0.1),
    "falls silent within the body": Case("timeout", (response(FEED, Content_Length="999"),), {"stay_open": True}, 0.1),
    "drips a byte at a time": Case("timeout", (OPEN,), {"then_forever": b" ", "pause_s": 0.01}, 0.2),
    "drips its headers": Case("timeout", (b"HTTP/1.1 200 OK\r\n",), {"then_forever": b"X: y\r\n", "pause_s": 0.01}, 0.2),
    # The head of the answer
    "sends one endless header": Case("bad_answer", (b"HTTP/1.1 200 OK\r\nX: ",), {"then_forever": b"y" * 10_000}),
    "sends headers without end": Case("bad_answer", (b"HTTP/1.1 200 OK\r\n",), {"then_forever": b"X: y\r\n" * 1000}),
    "sets ten thousand cookies": Case(
        "bad_answer", (b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 10_000 + b"\r\n" + FEED,)
    ),
    "sets a cookie of a megabyte": Case("bad_answer", (response(FEED, Set_Cookie="a=" + "b" * 1_000_000),)),
    "sends a line that is no header": Case("bad_answer", (b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n" + FEED,)),
    "has a status that is no number": Case("bad_answer", (b"HTTP/1.1 abc OK\r\n\r\n" + FEED,)),
    "has a status beyond 599": Case("bad_answer", (response(status="999 Denied"),)),
    "says 304 to a request without conditions": Case("bad_answer", (b"HTTP/1.1 304 Not Modified\r\n\r\n",)),
    "has a length that is no number": Case("bad_answer", (response(FEED, Content_Length="many"),)),
    "has a length below zero": Case("bad_answer", (response(FEED, Content_Length="-5"),)),
    "announces a body of a terabyte": Case("too_large", (response(FEED, Content_Length=str(10**12)),)),
    "sends bytes for characters in headers": Case("read", (response(FEED, X="\u00ff\u00fe"),)),
    # Statuses
    "asks for a login": Case("http_4xx", (response(status="401 Unauthorized", WWW_Authenticate="Basic"),)),
    "has nothing there": Case("not_found", (response(status="404 Not Found"),)),
    "is gone for good": Case("gone", (response(status="410 Gone"),)),
    "asks for fewer requests": Case("rate_limited", (response(status="429 Too Many", Retry_After="99999999999"),)),
    "is down": Case("http_5xx", (response(status="503 Busy", Retry_After="soon"),)),
    # Redirects
    "redirects in a circle": Case("redirects", (redirect("/feed"),)),
    "redirects from page to page without end": Case("redirects", (redirect("/a"), redirect("/b"), redirect("/c"), redirect("/d"), redirect("/e"))),
    "redirects to a file": Case("redirects", (redirect("file:///etc/passwd"),)),
    "redirects to another scheme": Case("redirects", (redirect("gopher://127.0.0.1/"),)),
    "redirects to data": Case("redirects", (redirect("data:text/xml,<rss/>"),)),
    "redirects to nowhere": Case("redirects", (response(status="301 Moved"),)),
    "redirects to a host without address": Case("dns", (redirect(f"http://{'a' * 70}.example/"),)),
    "redirects to a port beyond the last": Case("redirects", (redirect("http://127.0.0.1:99999/"),)),
    "redirects with a body without end": Case("read", (redirect("/b", Content_Length="99999999"), response(FEED))),
    "redirects by a page, not by a header": Case("not_a_feed", (response(b"<html><meta http-equiv=refresh content='0;/b'>"),)),
    # The body
    "has an empty body": Case("empty", (response(),)),
    "sends a body without end": Case("too_large", (OPEN,), {"then_forever": b"x" * 10_000}),
    "sends chunks without end": Case("too_large", (CHUNKED,), {"then_forever": b"1000\r\n" + b"x" * 4096 + b"\r\n"}),
    "sends a chunk of impossible size": Case("bad_answer", (CHUNKED + b"zz\r\n",)),
    "sends a chunk of a terabyte": Case("too_large", (CHUNKED + b"ffffffffff\r\n",), {"then_forever": b"x" * 10_000}),
    "breaks off within the body": Case("truncated", (response(FEED, Content_Length="999"),)),
    "breaks off within a chunk": Case("truncated", (CHUNKED + b"ff\r\nabc",)),
    "sends more than it announced": Case("bad_answer", (response(FEED) + b"x" * 100_000,)),
    "compresses a gigabyte into a megabyte": Case("too_large", (response(bomb(200_000_000), Content_Encoding="gzip"),)),
    "compresses a bomb within a bomb": Case("not_a_feed", (response(gzip.compress(bomb(10_000_000)), Content_Encoding="gzip"),)),
    "compresses with deflate, unasked": Case("read", (response(zlib.compress(FEED), Content_Encoding="deflate"),)),
    "compresses in a way that was not offered": Case("bad_encoding", (response(FEED, Content_Encoding="br"),)),
    "compresses twice": Case("bad_encoding", (response(gzip.compress(gzip.compress(FEED)), Content_Encoding="gzip, gzip"),)),
    "says gzip and sends plain text": Case("bad_encoding", (response(FEED, Content_Encoding="gzip"),)),
    "breaks off within compressed data": Case("truncated", (response(gzip.compress(FEED)[:-9], Content_Encoding="gzip"),)),
    "sends rubbish after compressed data": Case("read", (response(gzip.compress(FEED) + b"x" * 9000, Content_Encoding="gzip"),)),
    # The document
    "sends a web page": Case("not_a_feed", (response(b"<!DOCTYPE html><p>Sorry"),)),
    "sends a picture": Case("not_a_feed", (response(b"\x89PNG\r\n\x1a\n" + bytes(500)),)),
    "sends JSON of another kind": Case("not_a_feed", (response(b'{"error": "no"}'),)),
    "sends JSON nested without end": Case("not_a_feed", (response(b'{"items":' + b"[" * 100_000),)),
    "nests elements without end": Case("not_a_feed", (response(DEEP),)),
    "expands entities to gigabytes": Case("read", (response(LAUGHS + b"<rss><channel><item><title>&e9;</title></item></channel></rss>"),)),
    "names a file as an entity": Case("read", (response(b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + FEED.replace(b"Gate", b"a&x;")),)),
    "puts nine thousand attributes into one tag": Case("read", (response(b"<rss " + b" ".join(b"a%d='x'" % n for n in range(9_000)) + b"><channel><title>x</title></channel></rss>"),)),
    "breaks its XML": Case("read", (response(FEED.replace(b"</title>", b"</titel>")),)),
    "lies about its charset": Case("read", (response("<rss><channel><title>Tür</title></channel></rss>".encode("cp1252"), Content_Type="text/xml; charset=utf-8"),)),
    "names a charset that there is none": Case("read", (response(FEED, Content_Type="text/xml; charset=klingon"),)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_a_publisher_that_does_this_wrong_has_one_outcome_and_bounded_memory(name: str) -> None:
    case = CASES[name]
    async with (
        guarded_session(allow_private_addresses=True) as session,
        publishing(*case.answers, **case.how) as publisher,
    ):
        tracemalloc.start()
        outcome = await outcome_of(session, publisher.url, case.timeout_s)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert outcome == case.outcome
    assert most < MOST_BYTES


async def outcome_of(session: Any, url: str, timeout_s: float) -> str:
    """How a poll of a URL ends."""
    limits = LIMITS.model_copy(update={"timeout_s": timeout_s})
    try:
        found = await fetch(session, url, settings=limits)
        assert isinstance(found, Fetched)
        parse(found.body, url=found.url, content_type=found.content_type, max_entries=100)
    except FetchError as error:
        assert str(error).isprintable() and "\n" not in str(error)
        return error.reason
    return "read"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://10.0.0.1/", "http://192.168.1.1/",
        "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/", "http://[fe80::1]/",
        "http://[::ffff:127.0.0.1]/", "http://100.64.0.1/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
        "http://[64:ff9b::7f00:1]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
async def test_no_redirect_leads_into_a_private_network(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host is let through, as a public one would be; the guard itself is the one that ships."""
    kind = network.forbidden_kind
    async with publishing(redirect(target)) as publisher:
        port = int(publisher.url.split(":")[2].split("/")[0])
        allowed = iter([True])
        monkeypatch.setattr(
            network,
            "forbidden_kind",
            lambda address: "" if address == "127.0.0.1" and next(allowed, False) else kind(address),
        )
        async with guarded_session(allow_private_addresses=False) as session:
            outcome = await outcome_of(session, f"http://127.0.0.1:{port}/feed", 5)
    # aiohttp takes numbers that are no dotted address for no host at all.
    assert outcome in ("forbidden_address", "bad_url")
    assert len(publisher.requests) == 1


def test_the_table_in_the_docs_is_this_one() -> None:
    shown = re.findall(r"^\| ([^|`]+) \| `(\w+)` \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(shown) == {name: case.outcome for name, case in CASES.items()}
    assert len(CASES) >= 40
