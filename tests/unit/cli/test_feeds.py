"""`wirewatch feeds`: the list that a running service reads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from agents.cli.feeds import _discovered, _fetched, command
from monitor.base.errors import InputError
from monitor.base.settings import Settings, load
from monitor.feeds.feed_list import WatchedFeeds

URL = "https://herald.example/feed"
SHARED = Path(__file__).parents[4] / "shared" / "feeds" / "opml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> str:
    ended = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def listed() -> dict[str, dict[str, Any]]:
    return {feed["url"]: feed for feed in json.loads(run("list", "--json"))}


def test_a_feed_is_added_listed_paused_resumed_and_removed() -> None:
    run("add", URL, "--source", "herald.example", "--title", "Herald", "--interval", "120", "--urgent", "--teasers")
    feed = listed()[URL]
    assert (feed["source"], feed["title"], feed["interval_s"]) == ("herald.example", "Herald", 120)
    assert (feed["urgent"], feed["paused"], feed["full_text"], feed["in"]) == (True, False, False, "list")
    assert "herald.example" in run("list")
    run("pause", URL)
    assert listed()[URL]["paused"] and listed()[URL]["interval_s"] == 120
    run("pause", URL, "--resume")
    assert not listed()[URL]["paused"]
    run("remove", URL)
    assert listed() == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "ftp://h.example/"], "must be an http:// or https:// URL"),
        (["remove", URL], "is not in the list"),
        (["pause", URL], "is not in the list"),
        (["import", "nothing.opml"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_named(arguments: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        run(*arguments)


def test_a_feed_is_not_added_twice() -> None:
    run("add", URL)
    with pytest.raises(InputError, match="in the list already"):
        run("add", URL)


def test_a_list_is_imported_and_exported_with_all_that_it_says(folder: Path) -> None:
    theirs = (
        '<opml version="2.0"><head><title>Mine</title></head><body><outline text="News" color="red">'
        f'<outline text="Herald" xmlUrl="{URL}" odd="kept"/><outline text="Bad" xmlUrl="ftp://h.example/"/></outline></body></opml>'
    )
    (folder / "a.opml").write_text(theirs, encoding="utf-8")
    assert json.loads(run("import", "a.opml", "--json")) == {"added": 1, "known": 0, "refused": 1}
    assert json.loads(run("import", "a.opml", "--json")) == {"added": 0, "known": 1, "refused": 1}
    out = run("export")
    assert out.count(URL) == 1 and "<title>Mine</title>" in out
    assert 'color="red"' in out and 'odd="kept"' in out and "ftp://" not in out


@pytest.mark.skipif(not SHARED.is_dir(), reason="the lists of real feeds are not beside the checkout")
def test_real_lists_are_imported_whole() -> None:
    added = sum(json.loads(run("import", str(path), "--json"))["added"] for path in sorted(SHARED.glob("*.opml")))
    assert added == len(listed()) > 20
    run("export", "--out", "all.opml")
    assert Path("all.opml").read_text(encoding="utf-8").count("xmlUrl=") == added


def test_what_is_wrong_with_the_list_is_told_and_the_feeds_that_are_watched_stay(folder: Path) -> None:
    run("add", URL)
    told: list[str] = []
    watched = WatchedFeeds(load(None, environ={}), report=told.append)
    assert set(watched.feeds) == {URL} and not watched.refresh()
    path = folder / "wirewatch-feeds.opml"
    path.write_text("<opml><body><outline", encoding="utf-8")
    assert not watched.refresh() and set(watched.feeds) == {URL}
    path.write_text('<opml><body><outline xmlUrl="ftp://x.example/"/></body></opml>', encoding="utf-8")
    assert watched.refresh() and watched.feeds == {}
    assert len(told) == 2 and "no list of feeds" in told[0] and "it is not polled" in told[1]


RSS = "<rss><channel><title>Herald</title><item><title>Gate</title></item></channel></rss>"


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    """A site with a page and feeds, announced, linked and hidden."""
    head = "<link rel=alternate type='application/rss+xml' href='/announced?a=1&amp;b=2'><link rel=stylesheet href='/x.css'>"
    page = f"<html><head>{head}</head><body><a href='/service/rss-sport'>RSS</a><a href='/story/first'>Story</a></body></html>"

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/":
            return web.Response(text=page, content_type="text/html")
        if request.path in ("/announced", "/service/rss-sport", "/feed.xml", "/section/feed"):
            return web.Response(text=RSS, content_type="text/xml")
        if request.path == "/section":
            return web.Response(text="<p>no links</p>", content_type="text/html")
        return web.Response(status=404)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    server = TestServer(application)
    await server.start_server()
    yield server
    await server.close()


def settings() -> Settings:
    return load(None, environ={}, fetch__allow_private_addresses=True)


async def test_feeds_are_found_by_announcement_link_and_common_path(site: TestServer) -> None:
    found = await _discovered(str(site.make_url("/")), settings())
    assert [one.url.removeprefix(str(site.make_url(""))) for one in found] == [
        "/announced?a=1&b=2",
        "/service/rss-sport",
        "/feed.xml",
    ]
    assert {(one.title, one.entries) for one in found} == {("Herald", 1)}
    (section, *_) = await _discovered(str(site.make_url("/section")), settings())
    assert section.url.endswith("/section/feed")
    (itself,) = await _discovered(str(site.make_url("/feed.xml")), settings())
    assert itself.url.endswith("/feed.xml")


async def test_feeds_are_checked_as_they_are_published(site: TestServer) -> None:
    good, bad = await _fetched([str(site.make_url("/feed.xml")), str(site.make_url("/nothing"))], settings())
    assert (good.is_read, good.entries) == (True, 1)
    assert not bad.is_read and "has nothing there" in bad.problems[0]
