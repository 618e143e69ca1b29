"""An entry of a feed becomes an article, which is the same at each poll."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.articles.article import (
    MAX_AHEAD,
    MAX_AUTHORS,
    MAX_LINKS,
    MAX_NAME_CHARS,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    Rejected,
    article,
)
from monitor.articles.canonical import identity_url
from monitor.articles.seen import judge as judge_entry
from monitor.base import ids
from monitor.base.events import Article, FeedEntry, encode
from monitor.feeds.entry import Entry
from monitor.feeds.parse import parse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEED = "https://www.herald.example/feed.xml"


def article_id(url: str) -> str:
    return ids.article_id(identity_url(url))


def made(entry: Entry, *, source: str = "", feed_url: str = FEED, at: datetime = NOW) -> Article:
    found = article(entry, feed_url=feed_url, source=source, first_seen_at=at)
    assert isinstance(found, Article)
    return found


def changed(**fields: Any) -> Article:
    """The article of an entry with a link and these fields."""
    return made(Entry(**{"url": "https://www.herald.example/gate", "title": "Gate", **fields}))


def test_an_entry_becomes_an_article_in_plain_text() -> None:
    entry = Entry(
        url="https://www.herald.example/gate?utm_source=rss",
        guid="7",
        title="Gate &amp; <b>barrage</b>\n fails",
        html="<p>A gate failed.</p><p>Nobody was hurt.</p>",
        published_at=NOW - timedelta(hours=1),
        authors=("Ada <i>Quill</i>", " "),
        language="en-GB",
    )
    assert made(entry) == Article(
        id=article_id("https://www.herald.example/gate"),
        url="https://www.herald.example/gate",
        title="Gate & barrage fails",
        source="herald.example",
        published_at=NOW - timedelta(hours=1),
        first_seen_at=NOW,
        language="en",
        text="A gate failed.\nNobody was hurt.",
        authors=("Ada Quill",),
        feed_url=FEED,
    )


def test_a_source_that_is_configured_counts_more_than_the_host() -> None:
    assert made(Entry(url="https://www.herald.example/a", title="a"), source="Herald").source == "Herald"


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        (Entry(url="https://a.example/1", guid="https://b.example/2", title="a"), "https://a.example/1"),
        (Entry(guid="https://b.example/2", title="a"), "https://b.example/2"),
        (Entry(url="javascript:x", guid="https://b.example/2#x", title="a"), "https://b.example/2"),
        (Entry(url="https://a.example/", guid="https://b.example/2", title="a"), "https://b.example/2"),
        (Entry(url="https://a.example/?p=7", title="a"), "https://a.example/?p=7"),
    ],
)
def test_the_link_names_the_article_or_a_guid_that_is_one(entry: Entry, url: str) -> None:
    assert (made(entry).url, made(entry).id) == (url, article_id(url))


def test_without_a_link_the_guid_names_the_article_within_its_feed() -> None:
    first = made(Entry(guid="7", title="a"))
    assert first.url.startswith(f"{FEED}#") and first.source == "herald.example"
    assert made(Entry(guid="7", title="changed", html="changed")).id == first.id
    assert made(Entry(guid="8", title="a")).id != first.id
    assert made(Entry(guid="7", title="a"), feed_url="https://other.example/feed").id != first.id
    # One front page as the link of all entries is no link.
    assert made(Entry(url="https://www.herald.example", guid="7", title="a")).id == first.id


def test_with_neither_link_nor_guid_title_and_text_name_the_article() -> None:
    first = made(Entry(title="a", html="b"))
    assert made(Entry(title="a", html="<p>b</p>", guid=" ")).id == first.id
    assert made(Entry(title="a", html="c")).id != first.id
    assert made(Entry(title="b", html="b")).id != first.id


def test_a_guid_that_no_encoding_holds_is_a_name_too() -> None:
    assert made(Entry(guid="\ud800", title="a")).id != made(Entry(guid="\ud801", title="a")).id


def test_a_changed_guid_under_the_same_link_is_the_same_article() -> None:
    body = "<rss><channel><item><title>Gate</title><link>/gate</link><guid>{}</guid></item></channel></rss>"
    first, again = (
        made(parse(body.format(guid).encode(), url=FEED, content_type="", max_entries=9).entries[0], at=at)
        for guid, at in (("7", NOW), ("https://www.herald.example/?p=8", NOW + timedelta(minutes=5)))
    )
    assert again.id == first.id
    assert (
        judge_entry(judge_entry(None, FeedEntry(article=first)).seen, FeedEntry(article=again)).outcome == "unchanged"
    )


def test_a_later_text_of_the_same_link_is_a_revision() -> None:
    first = made(Entry(url="https://a.example/1", title="a", html="one"))
    later = made(Entry(url="https://a.example/1?utm_medium=x", title="a", html="two"), at=NOW + timedelta(minutes=5))
    assert judge_entry(judge_entry(None, FeedEntry(article=first)).seen, FeedEntry(article=later)).outcome == "revised"


@pytest.mark.parametrize("html", ["", "<p> </p>", "<script>x</script>", "&nbsp;\u200b"])
def test_an_entry_with_neither_title_nor_text_is_rejected_by_name(html: str) -> None:
    found = article(
        Entry(url="https://ada:secret@herald.example/gate", title="<b></b>", html=html),
        feed_url="https://ada:secret@herald.example/feed",
        source="",
        first_seen_at=NOW,
    )
    assert found == Rejected(
        "the entry https://herald.example/gate of https://herald.example/feed has neither title nor text;"
        " look at the feed's source"
    )


def test_an_entry_with_nothing_at_all_is_rejected_too() -> None:
    found = article(Entry(), feed_url=FEED, source="", first_seen_at=NOW)
    assert isinstance(found, Rejected) and "the entry without link or guid" in found.message


def test_a_date_that_lies_more_than_a_day_ahead_is_none() -> None:
    assert changed(published_at=None).published_at is None
    assert changed(published_at=NOW + MAX_AHEAD).published_at == NOW + MAX_AHEAD
    assert changed(published_at=NOW + MAX_AHEAD + timedelta(seconds=1)).published_at is None


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en"), ("DE-at", "de"), ("pt_BR", "pt"), (" fr ", "fr"), ("english", ""), ("gsw", ""), ("", ""), ("e", "")],
)
def test_the_language_is_an_iso_code_or_nothing(tag: str, language: str) -> None:
    assert changed(language=tag).language == language


def test_links_to_other_hosts_are_kept_in_their_canonical_form() -> None:
    html = (
        '<a href="https://Wire.example/pier?utm_source=x#top">wire</a> <a href="/own">a</a> <a href="mailto:a@b.example">'
        ' <a href="https://www.herald.example/more">own</a> <a href="https://wire.example/pier">again</a>'
    )
    assert changed(url="https://www.herald.example/a", html=html).links == ("https://wire.example/pier",)
    many = "".join(f'<a href="https://wire.example/{at}">' for at in range(200))
    assert len(changed(html=many).links) == MAX_LINKS


def test_an_event_of_an_article_stays_far_below_what_a_broker_takes() -> None:
    huge = changed(
        title="\U0001f600" * 10_000,
        html="\U0001f600" * 900_000,
        authors=("\U0001f600" * 10_000,) * 100,
        guid="x" * 10**6,
    )
    assert len(huge.text) == MAX_TEXT_CHARS
    assert (len(huge.title), len(huge.authors), len(huge.authors[0])) == (MAX_TITLE_CHARS, MAX_AUTHORS, MAX_NAME_CHARS)
    assert len(encode(FeedEntry(article=huge))) < 1_000_000
