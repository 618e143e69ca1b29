"""The application over real HTTP on loopback: answers, refusals, streams, and the headers that bind the browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from prometheus_client.parser import text_string_to_metric_families

from monitor.alerts.payload import alert_event
from monitor.base.events import Alert, FeedHealth, FeedPolled, StoryUpdated
from monitor.web import server
from monitor.web.guard import ANY_HOST

if TYPE_CHECKING:
    from tests.unit.web.conftest import Parts

MakeAlert = Callable[..., Alert]
MakePoll = Callable[..., FeedPolled]
Serve = Callable[..., Awaitable[TestClient[Any, Any]]]
JAVASCRIPT = {"text/javascript", "application/javascript"}


async def events(answer: ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    """The events of a stream, as the HTML standard reads them."""
    name, data = "message", ""
    async for line in answer.content:
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif not field and data:
            yield name, json.loads(data)
            name, data = "message", ""


async def test_the_page_is_a_frame_without_inline_script_or_style(serve: Serve) -> None:
    client = await serve()
    answer = await client.get("/")
    page = await answer.text()

    assert answer.status == 200
    assert "No match yet" in page
    assert "1.2.3&lt;b&gt;" in page
    assert "<style" not in page
    assert " style=" not in page
    assert " on" + "click" not in page
    assert page.count("<script") == 1
    assert 'src="static/live.js"' in page
    assert "//" not in page.replace("<!doctype", ""), "nothing is loaded from another host"


@pytest.mark.parametrize(
    ("path", "content_types"),
    [
        ("/static/live.js", JAVASCRIPT),
        ("/static/words.js", JAVASCRIPT),
        ("/static/numbers.js", JAVASCRIPT),
        ("/static/matches.js", JAVASCRIPT),
        ("/static/troubles.js", JAVASCRIPT),
        ("/static/page.css", {"text/css"}),
        ("/static/icon.svg", {"image/svg+xml"}),
    ],
)
async def test_static_files_have_the_type_that_nosniff_needs(serve: Serve, path: str, content_types: set[str]) -> None:
    client = await serve()
    answer = await client.get(path)

    assert answer.status == 200
    assert answer.content_type in content_types
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/alerts", "/nowhere", "/api/nowhere", "/static/page.css"])
async def test_every_answer_binds_the_browser(serve: Serve, path: str) -> None:
    client = await serve()
    headers = (await client.get(path)).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers


async def test_metrics_are_what_prometheus_reads(serve: Serve, parts: Parts) -> None:
    parts.metrics.alerts.inc(3)
    client = await serve()
    answer = await client.get("/metrics")

    names = {
        sample.name: sample.value
        for family in text_string_to_metric_families(await answer.text())
        for sample in family.samples
    }
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert names["wirewatch_alerts_total"] == 3


async def test_alerts_are_alert_events_newest_first(serve: Serve, parts: Parts, make_alert: MakeAlert) -> None:
    for number in (1, 3, 2):
        parts.view.add(make_alert(number))
    client = await serve()

    answer = await client.get("/api/v1/alerts?limit=2")

    assert (answer.status, answer.content_type) == (200, "application/json")
    assert await answer.json() == {"alerts": [alert_event(make_alert(3)), alert_event(make_alert(2))]}


@pytest.mark.parametrize(
    ("path", "reason", "mend"),
    [
        ("/api/v1/alerts?limit=abc", "limit must be a whole number from 1 to 500 (given: 'abc')", "limit=50"),
        ("/api/v1/alerts?limit=0", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=501", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=-1", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=1_0", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=%EF%BC%91", "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=" + "9" * 5000, "from 1 to 500", "limit=50"),
        ("/api/v1/alerts?limit=1&limit=2", "the parameter 'limit' is given twice", "give it once"),
        ("/api/v1/alerts?limt=1", "there is no parameter 'limt'", "did you mean 'limit'?"),
        ("/api/v1/feeds?state=broken", "state must be all or failing (given: 'broken')", "state=all"),
        ("/api/v1/metrics?x=1", "there is no parameter 'x'", "known here: none"),
        ("/api/v1/events?x=1", "there is no parameter 'x'", "known here: none"),
    ],
)
async def test_a_bad_query_is_refused_with_reason_and_mend(serve: Serve, path: str, reason: str, mend: str) -> None:
    client = await serve()
    answer = await client.get(path)
    error = (await answer.json())["error"]

    assert (answer.status, error["status"]) == (400, 400)
    assert reason in error["reason"]
    assert mend in error["mend"]


async def test_feeds_are_listed_the_failing_ones_first_without_passwords(
    serve: Serve, parts: Parts, make_poll: MakePoll
) -> None:
    parts.view.note_feed(make_poll("https://a.example/rss", 1))
    secret = "https://me:hush@b.example/rss?x=%2F"
    parts.view.note_feed(make_poll(secret, 2, error="timeout", message=f"no answer of {secret} within 30 s"))
    client = await serve()

    body = await (await client.get("/api/v1/feeds")).json()
    failing = await (await client.get("/api/v1/feeds?state=failing")).json()

    assert (body["known"], body["failing"]) == (2, 1)
    assert [feed["url"] for feed in body["feeds"]] == ["https://b.example/rss?x=%2F", "https://a.example/rss"]
    assert body["feeds"][0]["message"] == "no answer of https://b.example/rss?x=%2F within 30 s"
    assert (body["feeds"][0]["failures"], body["feeds"][0]["failing_since"]) == (1, "2026-11-23T12:00:02+00:00")
    assert [feed["url"] for feed in failing["feeds"]] == ["https://b.example/rss?x=%2F"]


async def test_the_numbers_are_there_from_the_first_moment(serve: Serve, parts: Parts) -> None:
    parts.metrics.alerts.inc(2)
    client = await serve()

    body = await (await client.get("/api/v1/metrics")).json()

    assert body["counts"]["alerts"] == 2
    assert body["feeds"] == {"known": 0, "failing": 0, "changed": 0}
    assert body["health"] == {"ready": True, "stages": {}}
    assert set(body) == {"at", "counts", "per_minute", "feeds", "health", "curves"}


async def test_health_tells_ready_from_live(serve: Serve, parts: Parts) -> None:
    parts.health.expect("match")
    client = await serve()

    ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status, live.status) == (503, 200)
    assert (await ready.json())["stages"]["match"]["state"] == "starting"

    parts.health.progress("match", 0, 5, 9, parts.clock() - timedelta(hours=1))
    ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status, live.status) == (503, 503)
    assert (await live.json())["dead"] == ["match"]

    parts.health.progress("match", 0, 9, 9, parts.clock())
    ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (ready.status, live.status) == (200, 200)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:6066", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:6066", 200),
        ("localhost.", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:6066", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/alerts", "/metrics", "/static/page.css"])
async def test_a_foreign_host_name_gets_nothing(serve: Serve, path: str, host: str, status: int) -> None:
    client = await serve()

    assert (await client.get(path, headers={"Host": host})).status == status


async def test_a_request_without_a_host_name_gets_nothing(serve: Serve) -> None:
    client = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")

    assert (await reader.readline()).split()[1] == b"421"
    writer.close()


async def test_other_hosts_can_be_allowed(serve: Serve) -> None:
    client = await serve(allowed_hosts={"News.example"})
    assert (await client.get("/", headers={"Host": "news.example:80"})).status == 200
    assert (await client.get("/", headers={"Host": "localhost"})).status == 421

    client = await serve(allowed_hosts=ANY_HOST)
    assert (await client.get("/", headers={"Host": "anything.example"})).status == 200


async def test_what_is_not_there_is_json_under_api_and_a_page_elsewhere(serve: Serve) -> None:
    client = await serve()

    api = await client.get("/api/v1/nowhere")
    page = await client.get("/<script>alert(1)</script>")
    static = await client.get("/static/../server.py")

    assert (api.status, (await api.json())["error"]["reason"]) == (404, "Not Found")
    assert (page.status, page.content_type) == (404, "text/html")
    assert "alert(1)" not in await page.text()
    assert static.status == 404


async def test_nothing_can_be_changed(serve: Serve) -> None:
    client = await serve()
    answer = await client.post("/api/v1/alerts", json={})

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET,HEAD"
    assert "use GET" in (await answer.json())["error"]["mend"]


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/metrics"])
async def test_a_fault_in_one_answer_says_nothing_of_its_inside(
    serve: Serve, parts: Parts, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(parts.view, "latest", fail)
    monkeypatch.setattr(parts.metrics, "render", fail)
    client = await serve()

    answer = await client.get(path)

    assert answer.status == 500
    assert "inside" not in await answer.text()
    assert (await client.get("/")).status == 200


async def test_a_stream_begins_with_the_numbers_and_brings_each_alert(
    serve: Serve, parts: Parts, make_alert: MakeAlert
) -> None:
    client = await serve(beat_s=3600)
    async with client.get("/api/v1/events") as answer:
        stream = events(answer)
        name, numbers = await anext(stream)
        parts.view.add(make_alert(1, title="a line\nand another\r\n\r\ndata: no"))
        alert = await anext(stream)

    assert answer.content_type == "text/event-stream"
    assert (name, numbers["counts"]["alerts"]) == ("metrics", 0)
    assert alert == ("alert", alert_event(make_alert(1, title="a line\nand another\r\n\r\ndata: no")))


async def test_the_numbers_come_with_every_beat(serve: Serve, parts: Parts) -> None:
    client = await serve(beat_s=0.001)
    async with client.get("/api/v1/events") as answer:
        stream = events(answer)
        await anext(stream)
        parts.metrics.alerts.inc(7)
        async for name, numbers in stream:
            if name == "metrics" and numbers["counts"]["alerts"] == 7:
                break


async def test_a_correction_is_an_event_of_its_own_and_is_listed_among_the_alerts(
    serve: Serve, parts: Parts, make_alert: MakeAlert
) -> None:
    first = make_alert(1)
    update = StoryUpdated(alert_id="alt_9", at=first.at, previous_origin=first.article, story=first.story)
    client = await serve(beat_s=0.02)
    parts.view.add(first)
    async with client.get("/api/v1/events") as answer:
        stream = events(answer)
        parts.view.add(update)
        event = await anext(stream)
        while event[0] == "metrics":
            event = await anext(stream)
    assert event == ("update", alert_event(update))
    listed = (await (await client.get("/api/v1/alerts")).json())["alerts"]
    assert [event["type"] for event in listed] == ["story.updated", "story.matched"]


async def test_a_burst_of_alerts_does_not_silence_the_numbers(
    serve: Serve, parts: Parts, make_alert: MakeAlert
) -> None:
    client = await serve(beat_s=0)
    async with client.get("/api/v1/events") as answer:
        stream = events(answer)
        await anext(stream)
        for number in range(20):
            parts.view.add(make_alert(number))
        names = [(await anext(stream))[0] for _ in range(20)]

    assert "metrics" in names[1:]
    assert "alert" in names


async def test_closing_the_view_ends_the_streams(serve: Serve, parts: Parts) -> None:
    client = await serve(beat_s=3600)
    async with client.get("/api/v1/events") as answer:
        stream = events(answer)
        await anext(stream)
        parts.view.close()

        assert [event async for event in stream] == []


async def test_the_live_pages_are_limited(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_STREAMS", 1)
    client = await serve(beat_s=3600)
    async with client.get("/api/v1/events") as answer:
        await anext(events(answer))
        refused = await client.get("/api/v1/events")
        assert (refused.status, (await refused.json())["error"]["reason"]) == (503, "1 live pages are open already")


async def test_a_browser_that_leaves_is_forgotten(serve: Serve, parts: Parts) -> None:
    client = await serve(beat_s=0.001)
    async with client.get("/api/v1/events") as answer:
        await anext(events(answer))
        assert len(parts.view._subscriptions) == 1
        answer.close()

    async with client.get("/api/v1/events") as other:
        async for _ in events(other):
            if len(parts.view._subscriptions) == 1:
                break


async def test_the_feeds_that_are_not_well_stand_first_and_nothing_of_them_is_markup(
    serve: Serve, parts: Parts, make_poll: MakePoll
) -> None:
    for name in ("a", "b"):
        parts.view.note_feed(make_poll(f"https://ada:secret@{name}.example/<b>", 0))
    at = make_poll("x", 0).at
    parts.view.note_health(
        FeedHealth(
            feed_url="https://ada:secret@b.example/<b>",
            at=at,
            word="failing",
            reason="<script>refuses</script>",
            since=at,
            next_poll_at=at + timedelta(hours=1),
        )
    )
    client = await serve()
    page = await (await client.get("/feeds")).text()
    assert page.index("b.example") < page.index("a.example")
    assert "failing" in page and "2026-11-23T13:00:00" in page and "&lt;script&gt;refuses" in page
    assert "<script" not in page and "<b>" not in page and "secret" not in page
    feeds = {feed["state"] for feed in (await (await client.get("/api/v1/feeds")).json())["feeds"]}
    assert feeds == {"ok", "failing"}
