"""Pages of teasers."""

from __future__ import annotations

from pathlib import Path

from agents.topics import ARTICLES
from monitor.base.events import Article
from tests.agents.articles import prose
from tests.agents.polling import Publisher, poll, polling
from tests.agents.stage import Clock


def whole_page(text: str, head: str = "") -> str:
    """A page with an article on it."""
    return f"<html><head>{head}</head><body><article><h1>On one</h1><p>{text}</p></article></body></html>"


def teaser(publisher: Publisher, text: str = "A short teaser.") -> None:
    """Let feed a give a teaser whose page the publisher serves."""
    link = publisher.url("page-one")
    publisher.body = f"<rss><channel><item><link>{link}</link><description>{text}</description></item></channel></rss>"


async def test_the_page_of_a_teaser_is_read_once(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1))
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == prose(1)
        assert stage.count("pages.read") == 1
    paths = [request.path for request in publisher.requests]
    assert paths == ["/a", "/robots.txt", "/page-one", "/a"]


async def test_a_page_that_robots_txt_forbids_is_not_read(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages |= {"page-one": whole_page(prose(1)), "robots.txt": "User-agent: Wirewatch\nDisallow: /page"}
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == "A short teaser."
        assert stage.count("pages.disallowed") == 1
    assert "/page-one" not in {request.path for request in publisher.requests}


async def test_a_page_behind_a_wall_leaves_the_teaser(tmp_path: Path, publisher: Publisher) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page("We value your privacy. We and our 900 partners store cookies.")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.text == "A short teaser."
        assert stage.count("pages.consent") == 1


async def test_a_page_that_fails_is_tried_again_and_then_revises_the_article(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = None
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        publisher.pages["page-one"] = whole_page(prose(1))
        await poll(stage, clock)
        await poll(stage, clock)
        assert [(one.text, one.revision) for one in stage.read(ARTICLES, Article)] == [
            ("A short teaser.", 1),
            (prose(1), 2),
        ]


async def test_the_canonical_address_of_a_page_is_the_articles_and_is_known_at_the_next_poll(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1), head="<link rel='canonical' href='/the-one'>")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.url == publisher.url("the-one")
        assert stage.count("pages.read") == 1


async def test_a_copy_that_names_the_originals_page_stays_an_article_of_its_own(
    tmp_path: Path, publisher: Publisher
) -> None:
    clock = Clock()
    teaser(publisher)
    publisher.pages["page-one"] = whole_page(prose(1), head="<link rel='canonical' href='https://wire.example/1'>")
    async with polling(tmp_path, publisher, clock, pages__full_text=True) as stage:
        await poll(stage, clock)
        (article,) = stage.read(ARTICLES, Article)
        assert article.url == publisher.url("page-one")
