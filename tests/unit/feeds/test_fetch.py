"""One GET over real HTTP on this machine: what a publisher may do, and the one message for each thing it may not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from monitor.base.errors import FetchError, ForbiddenAddress
from monitor.base.network import guarded_session
from monitor.base.settings import FetchSettings
from monitor.feeds.fetch import MAX_KEPT_HEADER, Fetched, NotModified, fetch
from tests.unit.feeds.publisher import publishing, response

FEED = b"<rss><channel/></rss>"
LIMITS = FetchSettings(timeout_s=20, max_body_bytes=100_000, max_redirects=2)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with guarded_session(allow_private_addresses=True, user_agent="Wirewatch/test") as session:
        yield session


async def get(session: aiohttp.ClientSession, url: str, **given: Any) -> Fetched | NotModified:
    return await fetch(session, url, **{"etag": "", "last_modified": "", "settings": LIMITS, **given})


async def failed(session: aiohttp.ClientSession, *answers: bytes, timeout_s: float = 20, **how: Any) -> FetchError:
    """How a fetch of these answers fails."""
    async with publishing(*answers, **how) as publisher:
        with pytest.raises(FetchError) as caught:
            await get(session, publisher.url, settings=LIMITS.model_copy(update={"timeout_s": timeout_s}))
    assert str(caught.value).startswith(publisher.url)
    return caught.value


async def test_a_document_comes_with_what_is_known_of_it(session: aiohttp.ClientSession) -> None:
    answer = response(
        FEED, Content_Type="text/xml; charset=utf-8", ETag='"7"', Last_Modified="Mon, 23 Nov 2026 11:00:00 GMT"
    )
    async with publishing(answer) as publisher:
        assert await get(session, publisher.url) == Fetched(
            status=200,
            url=publisher.url,
            body=FEED,
            content_type="text/xml; charset=utf-8",
            etag='"7"',
            last_modified="Mon, 23 Nov 2026 11:00:00 GMT",
        )
    sent = publisher.requests[0]
    assert sent["User-Agent"] == "Wirewatch/test" and sent["Accept-Encoding"] == "gzip"
    assert "If-None-Match" not in sent and "If-Modified-Since" not in sent and "Cookie" not in sent


async def test_what_has_not_changed_is_not_sent_again(session: aiohttp.ClientSession) -> None:
    async with publishing(response(status="304 Not Modified", ETag='"8"')) as publisher:
        found = await get(session, publisher.url, etag='"7"', last_modified="Mon, 23 Nov 2026 11:00:00 GMT")
    assert found == NotModified('"8"', "Mon, 23 Nov 2026 11:00:00 GMT")
    assert publisher.requests[0]["If-None-Match"] == '"7"'
    assert publisher.requests[0]["If-Modified-Since"] == "Mon, 23 Nov 2026 11:00:00 GMT"


async def test_nothing_can_be_unchanged_that_was_not_asked_for(session: aiohttp.ClientSession) -> None:
    error = await failed(session, response(status="304 Not Modified"))
    assert error.reason == "bad_answer" and "'not modified' though nothing was asked" in str(error)


async def test_validators_that_cannot_be_stored_are_dropped(session: aiohttp.ClientSession) -> None:
    async with publishing(response(FEED, ETag="x" * (MAX_KEPT_HEADER + 1), Last_Modified="é")) as publisher:
        found = await get(session, publisher.url)
    assert isinstance(found, Fetched) and (found.etag, found.last_modified) == ("", "")


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("identity", FEED),
        ("gzip", gzip.compress(FEED, mtime=0) + b"x"),
    ],
)
async def test_a_compressed_body_is_decompressed(session: aiohttp.ClientSession, coding: str, body: bytes) -> None:
    async with publishing(response(body, Content_Encoding=coding)) as publisher:
        found = await get(session, publisher.url)
    assert isinstance(found, Fetched) and found.body == FEED


async def test_a_redirect_is_followed_and_the_final_address_told(session: aiohttp.ClientSession) -> None:
    async with publishing(response(status="301 Moved", Location="/new"), response(FEED)) as publisher:
        found = await get(session, publisher.url)
    assert isinstance(found, Fetched) and found.url == publisher.url.replace("/feed", "/new")


async def test_as_many_redirects_are_followed_as_are_allowed(session: aiohttp.ClientSession) -> None:
    hop = response(status="302 Found", Location="/feed")
    async with publishing(hop, hop, response(FEED)) as publisher:
        assert isinstance(await get(session, publisher.url), Fetched)
    error = await failed(session, hop)
    assert error.reason == "redirects" and "redirects more than 2 times" in str(error)


@pytest.mark.parametrize(
    ("answer", "reason", "told"),
    [
        (response(status="302 Found"), "redirects", "without saying where to"),
        (response(status="302 Found", Location="ftp://herald.example/"), "redirects", "no http or https URL"),
        (response(status="302 Found", Location="file:///etc/passwd"), "redirects", "no http or https URL"),
        (response(status="401 Unauthorized"), "http_4xx", "refuses access"),
        (response(status="404 Not Found"), "not_found", "has nothing there; look for the feed's new URL (HTTP 404)"),
        (response(status="410 Gone"), "gone", "gone for good"),
        (response(status="429 Too Many"), "rate_limited", "asks for fewer requests"),
        (response(status="418 Teapot"), "http_4xx", "does not accept the request"),
        (response(status="500 Oops"), "http_5xx", "has a fault of its own"),
        (response(status="999 Denied"), "bad_answer", "answered with HTTP 999"),
        (response(), "empty", "has an empty body"),
        (response(gzip.compress(b""), Content_Encoding="gzip"), "empty", "has an empty body"),
        (response(FEED, Content_Encoding="br"), "bad_encoding", "is sent as 'br', though only gzip was offered"),
        (response(FEED, Content_Encoding="gzip"), "bad_encoding", "is not compressed as its header says"),
        (response(gzip.compress(FEED, mtime=0)[:-9], Content_Encoding="gzip"), "truncated", "the gzip data has no end"),
        (response(FEED, Content_Length="99"), "truncated", "broke off in the middle of the body"),
        (response(FEED, Content_Length="100000000"), "too_large", "larger than 100000 bytes"),
        (response(gzip.compress(bytes(10**7)), Content_Encoding="gzip"), "too_large", "larger than 100000 bytes"),
        (b"", "connection", "cannot be reached, or broke off"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "bad_answer", "did not answer with proper HTTP"),
        (response(FEED, X="y" * 100_000), "bad_answer", "did not answer with proper HTTP"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_each_fault_has_its_reason_and_one_clear_message(
    session: aiohttp.ClientSession, answer: bytes, reason: str, told: str
) -> None:
    error = await failed(session, answer)
    assert (error.reason, told in str(error)) == (reason, True), str(error)
    assert "\n" not in str(error)


async def test_a_body_without_end_is_left_when_it_is_too_large(session: aiohttp.ClientSession) -> None:
    error = await failed(session, b"HTTP/1.1 200 OK\r\n\r\n", then_forever=bytes(10_000))
    assert error.reason == "too_large"


async def test_a_body_that_fits_to_the_byte_is_read(session: aiohttp.ClientSession) -> None:
    async with publishing(response(b"x" * 100_000)) as publisher:
        found = await get(session, publisher.url)
    assert isinstance(found, Fetched) and len(found.body) == 100_000
    assert (await failed(session, response(b"x" * 100_001))).reason == "too_large"


@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\n", response(FEED, Content_Length="99")])
async def test_a_publisher_that_falls_silent_is_left(session: aiohttp.ClientSession, begun: bytes) -> None:
    error = await failed(session, begun, timeout_s=0.05, stay_open=True)
    assert error.reason == "timeout" and "not complete within 0.05 s" in str(error)


async def test_a_pause_that_is_asked_for_is_told(session: aiohttp.ClientSession) -> None:
    assert (await failed(session, response(status="429 Too Many", Retry_After="120"))).retry_after_s == 120
    # The date counts from the publisher's own clock.
    start, end = "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 11:05:00 GMT"
    assert (await failed(session, response(status="503 Busy", Date=start, Retry_After=end))).retry_after_s == 300
    assert (await failed(session, response(status="500 Oops"))).retry_after_s is None


async def test_a_host_without_address_and_a_closed_port_are_told_apart(session: aiohttp.ClientSession) -> None:
    async with publishing(b"") as publisher:
        pass
    with pytest.raises(FetchError, match="cannot be reached") as closed:
        await get(session, publisher.url)
    with pytest.raises(FetchError, match="a host without address") as impossible:
        await get(session, f"http://{'a' * 70}.example/")
    assert (closed.value.reason, impossible.value.reason) == ("connection", "dns")


async def test_a_plain_server_where_tls_is_asked_for_is_told(session: aiohttp.ClientSession) -> None:
    async with publishing(response(FEED)) as publisher:
        with pytest.raises(FetchError, match="TLS") as caught:
            await get(session, publisher.url.replace("http:", "https:"))
    assert caught.value.reason == "tls"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://herald.example/",
        "http://",
        "http://[::1/",
        "http://a:b:c@d:x/",
        "ftp://ada:secret@b.example/",
    ],
)
async def test_what_is_no_url_is_refused(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        await get(session, url)
    assert caught.value.reason == "bad_url" and "secret" not in str(caught.value)


async def test_a_password_is_never_told(session: aiohttp.ClientSession) -> None:
    async with publishing(response(status="404 Not Found")) as publisher:
        with pytest.raises(FetchError) as caught:
            await get(session, publisher.url.replace("//", "//ada:secret@"))
    assert "secret" not in str(caught.value) and "ada" not in str(caught.value)
    assert publisher.requests[0]["Authorization"].startswith("Basic ")


async def test_private_addresses_are_refused_before_anything_is_sent() -> None:
    async with guarded_session(allow_private_addresses=False) as session, publishing(response(FEED)) as publisher:
        for url in (publisher.url, publisher.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(ForbiddenAddress, match="a loopback address.*fetch.allow_private_addresses") as caught:
                await get(session, url)
            assert caught.value.reason == "forbidden_address"
        assert publisher.requests == []
