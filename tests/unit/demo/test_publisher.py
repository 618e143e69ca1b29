from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import feedparser
import pytest

from agents.demo.content import DemoArticle, Outlet
from agents.demo.feed_xml import Item, page
from agents.demo.publisher import Publisher
from monitor.base.errors import InputError

START = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
TEXT = 'First <b>paragraph</b> & "so on".\n\nSecond paragraph.'


def article(slug: str, outlet: str, delay_s: float, copy_of: str | None = None) -> DemoArticle:
    return DemoArticle(slug=slug, outlet=outlet, title=f"A & <{slug}>", text=TEXT, delay_s=delay_s, copy_of=copy_of)


ARTICLES = (article("first", "wire", 0), article("second", "wire", 10), article("copy", "post", 20, "first"))
OUTLETS = {
    "wire": Outlet(name="Wire & Sons", source="wire.example", format="rss"),
    "post": Outlet(name="Post", source="post.example", format="atom"),
}


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def publisher(clock: Clock) -> AsyncIterator[Publisher]:
    async with Publisher(ARTICLES, OUTLETS, clock=clock) as publisher:
        yield publisher


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def titles(session: aiohttp.ClientSession, url: str) -> list[str]:
    async with session.get(url) as response:
        return [entry.title for entry in feedparser.parse(await response.read()).entries]


async def test_articles_come_out_at_their_time_newest_first(
    publisher: Publisher, clock: Clock, session: aiohttp.ClientSession
) -> None:
    wire, post = (feed.url for feed in publisher.feeds())
    assert await titles(session, wire) == ["A & <first>"]
    clock.advance(9.9)
    assert await titles(session, wire) == ["A & <first>"]
    clock.advance(0.1)
    assert await titles(session, wire) == ["A & <second>", "A & <first>"]
    assert not publisher.finished
    assert await titles(session, post) == []
    clock.advance(10)
    assert await titles(session, post) == ["A & <copy>"]
    assert publisher.finished


async def test_speed_brings_them_out_sooner_and_dates_them_so(clock: Clock, session: aiohttp.ClientSession) -> None:
    async with Publisher(ARTICLES, OUTLETS, clock=clock, speed=4) as publisher:
        clock.advance(5)
        assert publisher.finished
        async with session.get(publisher.feeds()[1].url) as response:
            entry = feedparser.parse(await response.read()).entries[0]
    assert entry.published == "2026-11-23T12:00:05+00:00"


@pytest.mark.parametrize(("at", "version"), [(0, "rss20"), (1, "atom10")])
async def test_both_formats_carry_the_full_text_and_the_link(
    publisher: Publisher, clock: Clock, session: aiohttp.ClientSession, at: int, version: str
) -> None:
    clock.advance(30)
    feed = publisher.feeds()[at]
    async with session.get(feed.url) as response:
        parsed = feedparser.parse(await response.read())
    assert (parsed.bozo, parsed.version) == (False, version)
    entry = parsed.entries[0]
    assert entry.content[0].value == '<p>First &lt;b&gt;paragraph&lt;/b&gt; &amp; "so on".</p><p>Second paragraph.</p>'
    async with session.get(entry.link) as response:
        assert response.status == 200
        assert "<p>Second paragraph.</p>" in await response.text()


async def test_an_unchanged_feed_is_not_sent_again(
    publisher: Publisher, clock: Clock, session: aiohttp.ClientSession
) -> None:
    url = publisher.feeds()[0].url
    async with session.get(url) as response:
        seen = {"If-None-Match": response.headers["ETag"]}
    async with session.get(url, headers=seen) as response:
        assert response.status == 304
    clock.advance(10)
    async with session.get(url, headers=seen) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["wire/second", "post/first", "nobody/feed.xml", "wire/none"])
async def test_what_is_not_out_is_not_there(publisher: Publisher, session: aiohttp.ClientSession, path: str) -> None:
    base = publisher.feeds()[0].url.removesuffix("wire/feed.xml")
    async with session.get(base + path) as response:
        assert response.status == 404


async def test_feeds_name_their_publisher_and_copies_are_counted(publisher: Publisher) -> None:
    assert [feed.source for feed in publisher.feeds()] == ["wire.example", "post.example"]
    assert all(feed.url.startswith("http://127.0.0.1:") for feed in publisher.feeds())
    assert publisher.expected == 1


async def test_a_port_in_use_is_one_clear_message(publisher: Publisher, clock: Clock) -> None:
    port = int(publisher.feeds()[0].url.split(":")[2].split("/")[0])
    with pytest.raises(InputError, match=f"cannot serve on port {port} .*0 takes a free one"):
        await Publisher(ARTICLES, OUTLETS, clock=clock, port=port).start()


def test_a_page_escapes_what_it_shows_and_names_its_own_address() -> None:
    html = page("Wire & Sons", Item("http://127.0.0.1/wire/first", "A <b>", TEXT, START))
    assert '<link rel="canonical" href="http://127.0.0.1/wire/first">' in html
    assert "<title>A &lt;b&gt; | Wire &amp; Sons</title>" in html
