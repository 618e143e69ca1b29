"""What is wrong outside gets one clear message each; the rest of the service goes on, and nothing accepted is lost."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from agents.serve import serve
from tests.e2e.newsroom import copied_series, newsroom
from tests.e2e.program import run, started, until

ITEM = "<item><title>{title}</title><link>{link}</link><description>{text}</description></item>"
MEGABYTE = 1_000_000


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>".encode()


class BadFeeds:
    """Feeds as they should not be; one path each."""

    async def not_xml(self, _: web.Request) -> web.Response:
        return web.Response(text="Our server is being moved. Please come back later.", content_type="text/plain")

    async def truncated(self, _: web.Request) -> web.Response:
        body = gzip.compress(rss(ITEM.format(title="a", link="http://a.example/", text="b " * 9000)))
        return web.Response(body=body[: len(body) // 2], headers={"Content-Encoding": "gzip"})

    async def huge(self, request: web.Request) -> web.StreamResponse:
        """100 MB, of which nobody should read much."""
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(100):
                await response.write(b"x" * MEGABYTE)
        except ConnectionError:
            pass
        return response

    async def endless(self, request: web.Request) -> web.StreamResponse:
        """A byte now and then, for ever."""
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.1)
        except ConnectionError:
            return response

    async def wrong_charset(self, _: web.Request) -> web.Response:
        text = "Überschwemmung im Hafen: die Brücke über den Fluss wurde gesperrt, sagte der Bürgermeister. " * 4
        body = rss(ITEM.format(title="Überschwemmung", link="http://charset.example/1", text=text)).decode()
        return web.Response(body=body.encode("latin-1"), headers={"Content-Type": "application/rss+xml; charset=utf-8"})

    async def odd_entries(self, _: web.Request) -> web.Response:
        """Without link and date, of three words, without anything."""
        words = "An entry without a link is told by its title and its text, which are long enough to be compared. "
        return web.Response(
            body=rss(
                f"<item><title>No link</title><description>{words * 3}</description></item>",
                ITEM.format(title="Short", link="http://short.example/1", text="three words only"),
                "<item></item>",
            ),
            content_type="application/rss+xml",
        )


@asynccontextmanager
async def bad_feeds() -> AsyncIterator[dict[str, str]]:
    """URL of each bad feed by name."""
    application, feeds = web.Application(), BadFeeds()
    names = [name for name in vars(BadFeeds) if not name.startswith("_")]
    for name in names:
        application.router.add_get(f"/{name}", getattr(feeds, name))
    runner, url = await serve(application, "127.0.0.1", 0)
    try:
        yield {name: f"{url}/{name}" for name in names}
    finally:
        await runner.cleanup()


async def test_bad_feeds_are_named_and_the_good_ones_go_on(tmp_path: Path) -> None:
    articles, outlets = copied_series(6, every_s=0.5)
    async with bad_feeds() as urls, newsroom(articles, outlets) as room:
        config = room.configure(
            tmp_path / "wirewatch.toml", f"sqlite:///{tmp_path / 'wirewatch.db'}", *urls.values(), "http://127.0.0.1:9/"
        )
        async with started("run", "--config", config, folder=tmp_path) as program:
            states: dict[str, dict[str, Any]] = {}

            async def all_polled() -> bool:
                feeds = (await program.get("/api/v1/feeds"))["feeds"]
                states.update({feed["url"].rpartition("/")[2] or "nobody": feed for feed in feeds})
                return states.keys() >= urls.keys() | {"nobody"}

            await until(all_polled)
            await until(lambda: len(room.inbox.pairs) == 6)
            counts = (await program.get("/api/v1/metrics"))["counts"]
            assert await program.stop() == 0, program.log
    expected = {
        "not_xml": "not_a_feed",
        "truncated": "truncated",
        "huge": "too_large",
        "endless": "timeout",
        "nobody": "connection",
        "wrong_charset": "",
        "odd_entries": "",
    }
    assert {name: states[name]["error"] for name in expected} == expected
    assert all(states[name]["message"] for name, error in expected.items() if error)
    assert counts["too_short"] == 1
    assert counts["articles.rejected"] >= 1
    assert counts["dead_lettered"] == 0


async def test_three_mistakes_of_a_configuration_are_named_at_once(tmp_path: Path) -> None:
    config = tmp_path / "wirewatch.toml"
    config.write_text("[broker]\nulr = 'x'\npartitions = 0\n[[feeds]]\nurl = 'file:///etc/passwd'\n", encoding="utf-8")
    for command in (["run"], ["config", "check"], ["config", "show"]):
        ended = await run(*command, "--config", config, folder=tmp_path)
        assert ended.code == 1
        for mistake in ("broker.partitions", "did you mean 'url'", "feeds.0.url"):
            assert mistake in ended.err
    assert not list(tmp_path.glob("*.db"))


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = await run("run", "--port", port, folder=tmp_path)
    assert ended.code == 1
    assert f"port {port}" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("broker", "named"),
    [
        ("kafka://127.0.0.1:9", "no Kafka answers"),
        ("sqlite:///no/such/folder/w.db", "there is no folder"),
        ("sqlite:///wirewatch.toml", "wirewatch.toml"),
        ("amqp://x", "broker.url"),
    ],
)
async def test_a_broker_that_is_not_there_is_named(tmp_path: Path, broker: str, named: str) -> None:
    (tmp_path / "wirewatch.toml").write_text("# some other file\n" * 100, encoding="utf-8")
    ended = await run("run", "--broker", broker, "--port", "0", folder=tmp_path)
    assert ended.code == 1
    assert named in ended.err
    assert "Traceback" not in ended.err
