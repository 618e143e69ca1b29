"""Which article an entry is when its address has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.articles.identity import Known, Named, resolve
from monitor.base.events import Article

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEXT = "Water ran through the lower streets of the town after the gate of the barrage failed at dawn."


def named(name: str, *, guid: str = "", title: str = "Gate fails", text: str = TEXT) -> Named:
    article = Article(id=name, url=f"https://h.example/{name}", title=title, text=text, first_seen_at=NOW, feed_url="f")
    return Named(article, guid, name)


def ids(listed: list[Named], *known: Named) -> list[str]:
    """The ids that a document's entries get when these articles are remembered."""
    names = {name: Known(one.article.id, one.article.url) for one in known for name in one.names}
    found = resolve(listed, is_known=lambda name: name in {one.article.id for one in known}, find=names.get)
    return [one.article.id for one in found]


def test_the_address_counts_before_all_else() -> None:
    assert ids([named("b", guid="1")], named("a", guid="1"), named("b", guid="2")) == ["b"]


def test_a_guid_finds_an_article_at_another_address_with_another_text() -> None:
    assert ids([named("b", guid="1", title="x", text="y")], named("a", guid="1")) == ["a"]
    assert ids([named("b", guid="2", title="x", text="y")], named("a", guid="1")) == ["b"]


def test_title_and_text_find_an_article_whose_guid_has_changed_too() -> None:
    assert ids([named("b", guid="2")], named("a", guid="1")) == ["a"]
    assert ids([named("b", guid="2", title="Gate")], named("a", guid="1")) == ["b"]


def test_a_few_words_are_no_identity() -> None:
    assert ids([named("b", title="Morning briefing", text="All the news.")], named("a", title="Morning briefing", text="All the news.")) == ["b"]  # fmt: skip


def test_a_guid_that_stands_twice_in_a_document_says_nothing() -> None:
    listed = [named("b", guid="1", title="x"), named("c", guid="1", title="y")]
    assert ids(listed, named("a", guid="1")) == ["b", "c"]


def test_nobody_takes_the_place_of_an_article_that_is_listed_itself() -> None:
    assert ids([named("a", guid="1"), named("b", guid="2")], named("a", guid="1")) == ["a", "b"]
    assert ids([named("b"), named("c")], named("a")) == ["a", "c"]


def test_an_address_in_the_feed_leads_to_the_article_of_the_page_behind_it() -> None:
    by_page = replace(named("the-page"), listed_id="b")
    assert ids([named("b", title="x", text="y")], by_page) == ["the-page"]


def test_an_entry_that_is_found_has_the_known_address() -> None:
    (found,) = resolve([named("b")], is_known=lambda _: False, find=lambda _: Known("a", "https://h.example/a"))
    assert found.article.url == "https://h.example/a"
