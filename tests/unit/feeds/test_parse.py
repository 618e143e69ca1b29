"""Feeds of every format and state become entries; what is no feed is refused with one clear message."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.base.errors import FetchError
from monitor.feeds.entry import Entry, Feed
from monitor.feeds.parse import parse

URL = "https://herald.example/news/feed.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Herald</title><language>en-GB</language>
<item><title>Gate &amp; barrage</title><link>/gate</link><guid isPermaLink="false">7</guid><dc:creator>Ada Quill</dc:creator>
<pubDate>Mon, 23 Nov 2026 12:00:00 +0100</pubDate><description>A gate failed.</description>
<content:encoded><![CDATA[<p>A gate failed at dawn.</p><p>Nobody was hurt.</p>]]></content:encoded></item>
</channel></rss>"""
RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Herald</title></channel>
<item rdf:about="https://herald.example/gate"><title>Gate fails</title><link>https://herald.example/gate</link>
<description>A gate failed.</description><dc:date>2026-11-23T11:00:00Z</dc:date></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Herald</title>
<entry><id>tag:herald.example,2026:7</id><title type="html">Das &lt;b&gt;Tor&lt;/b&gt;</title>
<link rel="enclosure" href="tor.mp3"/><link href="tor"/><updated>2026-11-24T08:00:00Z</updated>
<published>2026-11-23T12:00:00+01:00</published><author><name>Ada Quill</name><email>ada@herald.example</email></author>
<summary>Kurz.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Wasser &lt; 2 m.</p></div></content></entry></feed>"""


def read(body: str | bytes, content_type: str = "", max_entries: int = 100) -> Feed:
    data = body if isinstance(body, bytes) else body.encode()
    return parse(data, url=URL, content_type=content_type, max_entries=max_entries)


def rss(*items: str, head: str = "") -> str:
    return f"{head}<rss version='2.0'><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


def only(body: str | bytes, content_type: str = "") -> Entry:
    (entry,) = read(body, content_type).entries
    return entry


def refused(body: str | bytes) -> str:
    with pytest.raises(FetchError) as caught:
        read(body)
    assert caught.value.reason == "not_a_feed"
    return str(caught.value)


def test_rss_is_read_with_the_longest_of_its_texts() -> None:
    assert read(RSS) == Feed(
        [
            Entry(
                url="https://herald.example/gate",
                guid="7",
                title="Gate & barrage",
                html="<p>A gate failed at dawn.</p><p>Nobody was hurt.</p>",
                published_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
                authors=("Ada Quill",),
                language="en-GB",
            )
        ],
        [],
        title="Herald",
        language="en-GB",
    )


def test_rdf_is_read() -> None:
    entry = only(RDF)
    assert (entry.url, entry.title, entry.html) == ("https://herald.example/gate", "Gate fails", "A gate failed.")
    assert entry.published_at == datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_atom_is_read_with_markup_that_stands_in_it_as_elements() -> None:
    assert only(ATOM) == Entry(
        url="https://herald.example/news/tor",
        guid="tag:herald.example,2026:7",
        title="Das <b>Tor</b>",
        html="<div><p>Wasser &lt; 2 m.</p></div>",
        published_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
        authors=("Ada Quill",),
        language="de",
    )


def test_entries_keep_the_order_of_the_document() -> None:
    titles = [str(number) for number in range(30)]
    feed = read(rss(*(f"<title>{title}</title>" for title in titles)))
    assert [entry.title for entry in feed.entries] == titles


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()) == Feed([], [])


def test_an_entry_without_link_or_date_is_an_entry() -> None:
    assert only(rss("<title>Gate</title>")) == Entry(title="Gate")


def test_a_guid_is_no_link_and_a_relative_link_starts_from_the_document_or_its_base() -> None:
    assert only(rss("<guid>7</guid>")) == Entry(guid="7")
    assert only(rss("<link>7</link>")).url == "https://herald.example/news/7"
    assert only(ATOM.replace("<feed ", "<feed xml:base='https://cdn.example/a/' ")).url == "https://cdn.example/a/tor"


def test_the_publishers_link_counts_rather_than_feedburners() -> None:
    entry = only(
        '<rss xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"><channel><item><link>http://feeds.example/~r/7</link>'
        "<f:origLink>https://herald.example/7</f:origLink></item></channel></rss>"
    )
    assert entry.url == "https://herald.example/7"


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "99999-01-01",
        "12:30",
        "--11-23",
        "soon",
        "Fri, 2006/99/15 08:19:53 EDT",
        "9" * 100_000,
    ],
)
def test_a_date_that_can_be_none_is_none(date: str) -> None:
    entry = only(rss(f"<title>Gate</title><pubDate>{date}</pubDate>"))
    assert (entry.title, entry.published_at) == ("Gate", None)


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 23 Nov 2026 11:00:00 GMT",
        "23 Nov 26 11:00 UT",
        "2026-11-23T12:00:00+01:00",
        "Mon, 23 Nov 2026 06:00:00 EST",
    ],
)
def test_dates_are_read_in_the_forms_that_feeds_use(date: str) -> None:
    assert only(rss(f"<pubDate>{date}</pubDate>")).published_at == datetime(2026, 11, 23, 11, tzinfo=UTC)


def test_entries_over_the_limit_are_left_out_and_told() -> None:
    feed = read(rss(*["<title>Gate</title>"] * 7), max_entries=5)
    assert len(feed.entries) == 5
    assert feed.problems == [
        "the feed has more than 5 entries; the rest was left out (fetch.max_entries)",
    ]
    assert not read(rss(*["<title>Gate</title>"] * 5), max_entries=5).problems


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<title>Fish &amp chips & peas</title>", "Fish &amp chips & peas"),
        ("<title>Caf&eacute;&nbsp;closed</title>", "Café\u00a0closed"),
        ("<title>5 < 6 ]]> 4</title>", "5 < 6 ]]> 4"),
        ("<title>a\x00b\x0bc&#0;d&#xD800;e</title>", "abcde"),
        ("<title>a&#1114112;b</title>", "ab"),
        ("<title>a&#99999999999;</title>", "a&#99999999999;"),
        ("<!-- a -- b --><title>Gate</title>", "Gate"),
        ("<media:thumbnail url='x'/><title>Gate</title>", "Gate"),
    ],
)
def test_what_is_often_broken_is_mended_and_told(item: str, title: str) -> None:
    feed = read(rss("<title>First</title>", item))
    assert [entry.title for entry in feed.entries] == ["First", title]
    (problem,) = feed.problems
    assert problem.startswith("the feed is broken XML (") and problem.endswith(", line 1); it was mended")


def test_a_broken_entry_spoils_no_other() -> None:
    feed = read(rss("<title>a</title>", "<title>b</title><c d=e/>", "<title>c</title>"))
    assert [entry.title for entry in feed.entries] == ["a", "c"]
    assert feed.problems == [
        "the feed is broken XML (not well-formed (invalid token), line 1); 2 of 3 entries could be read"
    ]


@pytest.mark.parametrize(
    "items",
    [
        ["<title>a</title></wrong>", "<title>b</title>"],
        ["<title>a</titel>", "<title>b</title>"],
        ["<title>a</title><author><b>x</author>", "<title>b</title>"],
        ["<title>a</title></item><item><title>b</title></channel>"],
        ["<title>a</title><item><title>b</title>"],
    ],
)
def test_tags_that_do_not_close_each_other_spoil_nothing(items: list[str]) -> None:
    feed = read(rss(*items))
    assert [entry.title for entry in feed.entries] == ["a", "b"]
    (problem,) = feed.problems
    assert problem.endswith("it was mended")


def test_of_a_feed_whose_head_alone_is_broken_the_head_is_read() -> None:
    assert read("<rss><channel><title>Herald</titel></channel></rss>").title == "Herald"


def test_what_a_feed_says_of_itself_is_read() -> None:
    feed = read(
        '<rss xmlns:a="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        "<image><title>Logo</title><link>/logo</link></image><title>Herald</title><link>/</link><ttl>30</ttl>"
        '<a:link rel="self" href="/feed"/><a:link rel="hub" href="https://hub.example/"/><managingEditor>Ada</managingEditor>'
        "<lastBuildDate>Mon, 23 Nov 2026 11:00:00 GMT</lastBuildDate><sy:updatePeriod>hourly</sy:updatePeriod>"
        "<sy:updateFrequency>4</sy:updateFrequency></channel></rss>"
    )
    assert feed == Feed(
        [],
        [],
        title="Herald",
        url="https://herald.example/",
        self_url="https://herald.example/feed",
        hubs=("https://hub.example/",),
        updated_at=datetime(2026, 11, 23, 11, tzinfo=UTC),
        authors=("Ada",),
        wait_s=1800,
    )


@pytest.mark.parametrize(
    ("head", "wait_s"),
    [
        ("<ttl>60</ttl>", 3600),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        (f"<ttl>{'9' * 5000}</ttl>", None),
        ("<ttl>5</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>now</sy:updatePeriod>", None),
    ],
)
def test_the_pause_that_a_feed_asks_for_is_read(head: str, wait_s: float | None) -> None:
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert read(f"<rss {namespace}><channel>{head}</channel></rss>").wait_s == wait_s


def test_links_in_a_text_start_from_its_base() -> None:
    entry = only(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://cdn.example/a/'><entry>"
        "<content type='html'>&lt;a href='b'>c&lt;/a></content></entry></feed>"
    )
    assert entry.html == '<a href="https://cdn.example/a/b">c</a>'


def test_what_podcasts_and_videos_say_counts_where_nothing_else_does() -> None:
    spaces = (
        'xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:m="http://search.yahoo.com/mrss/" version="2.0"'
    )
    item = "<i:author>Ada</i:author><m:title>Pier</m:title><m:description>Long.</m:description>"
    entry = only(f"<rss {spaces}><channel><item>{item}</item></channel></rss>")
    assert (entry.title, entry.html, entry.authors) == ("Pier", "Long.", ("Ada",))
    entry = only(
        f"<rss {spaces}><channel><item>{item}<title>Own</title><description>x</description></item></channel></rss>"
    )
    assert (entry.title, entry.html) == ("Own", "x")


def test_of_broken_entries_no_more_are_tried_than_asked_for() -> None:
    feed = read(rss("<title a=b>a</title>", *["<title>b</title>"] * 7), max_entries=5)
    assert len(feed.entries) == 4
    assert feed.problems == [
        "the feed is broken XML (not well-formed (invalid token), line 1); 4 of 5 entries could be read",
        "the feed has more than 5 entries; the rest was left out (fetch.max_entries)",
    ]


def test_html_that_nobody_escaped_is_text() -> None:
    feed = read(rss("<title>a</title><description>One<br>two &amp; <p>three</description>", "<title>b</title>"))
    assert [entry.html for entry in feed.entries] == ["One<br>two &amp; <p>three", ""]


def test_a_document_that_breaks_off_is_read_up_to_its_last_whole_entry() -> None:
    feed = read(rss("<title>a</title>", "<title>b</title>", "<title>c</title>")[:-40])
    assert [entry.title for entry in feed.entries] == ["a", "b"]
    assert len(feed.problems) == 1


def test_the_line_of_a_mistake_is_that_of_the_document() -> None:
    (problem,) = read(rss("<title>a & b</title>", head="<?xml version='1.0'?>\n<!-- -->\n\n")).problems
    assert "line 4" in problem


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<!DOCTYPE html><html><body>News</body></html>", "is a web page, not a feed; look there"),
        ("<!doctype HTML>\n<p>News", "is a web page"),
        ("<html><script>'<rss>'</script></html>", "is a web page"),
        ('{"version": "https://jsonfeed.org/version/1"}', "is JSON, but no JSON Feed"),
        ("Service unavailable", "is text, but no feed (it begins with 'Service unavailable')"),
        (" \n", "holds nothing but white space"),
        ("<sitemapindex><sitemap/></sitemapindex>", "is a list of sitemaps, not a feed"),
        ("<opml version='2.0'/>", "is a list of feeds (OPML)"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "is XML, but a document of the kind <svg>"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0\\r\xa8f", "is no text at all"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3\xed\xbd\7`\x1cI\x96%&/m\xca", "is no text at all"),
        ("<rss><channel>", "is broken XML of which nothing can be read (no element found, line 1)"),
    ],
)
def test_what_is_no_feed_is_refused_with_what_it_is(body: str | bytes, message: str) -> None:
    told = refused(body)
    assert told.startswith(f"{URL} ") and message in told and "\n" not in told


def test_a_warning_of_the_sites_program_before_the_feed_is_passed_over() -> None:
    assert only("<br />\n<b>Warning</b>: something in line 3<br />\n" + rss("<title>Gate</title>")).title == "Gate"


def test_a_feed_is_read_whatever_its_content_type_says() -> None:
    assert only(RSS, "text/html").title == only(RSS, "application/json; charset=nonsense").title == "Gate & barrage"


def test_text_in_another_charset_than_was_said_is_read_and_told() -> None:
    feed = read(rss("<title>Übermut</title>").encode("cp1252"), "text/xml; charset=utf-8")
    assert feed.entries[0].title == "Übermut"
    assert feed.problems == ["the feed is not in UTF-8 as it says; it is read as Windows-1252"]


def test_entities_that_a_document_declares_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{levels}]>{rss("<title>&e9;</title>")}'
    assert only(bomb).title == "&e9;"


def test_no_file_and_no_address_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(rss("<title>secret</title>"))
    named = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{rss("<title>a&x;</title>")}'
    assert only(named).title == "a&x;"
    for body in (str(secret), secret.as_uri(), "http://127.0.0.1:9/feed"):
        assert "is text, but no feed" in refused(body)


SIZE = 1_000_000
HOSTILE = {
    # The first six hold feedparser by itself for minutes, or for hours.
    "encodings in the declaration": "<?xml " + "encoding='' " * (SIZE // 12),
    "lines before the root": "\n" * SIZE + rss("<title>Gate</title>"),
    "a long author": rss(f"<author>{'a' * SIZE}</author>"),
    "namespaces": rss("".join(f"<x xmlns:a{n}='u{n}'/>" for n in range(20_000)) + "<y xmlns='q'/>" * 20_000),
    "categories": rss("".join(f"<category>{n}</category>" for n in range(SIZE // 27))),
    "fields": rss(*["<link>a</link>" * 60] * 1000),
    "a long namespace": rss(f"<x xmlns='{'a' * (SIZE // 2)}'>{'<a/>' * (SIZE // 8)}</x>"),
    "nesting": "<rss>" + "<a>" * (SIZE // 3),
    "nested bases": "<rss>" + "<a xml:base='b/'>" * (SIZE // 17),
    "entries": rss(*[""] * (SIZE // 13)),
    "broken entries": rss(*["<title>a</b>"] * (SIZE // 25)),
    "comments": "<!---->" * (SIZE // 7),
    "open comments": rss("<title>" + "<!-- >" * (SIZE // 6) + "</title>"),
    "open character sections": rss("<title>" + "<![CDATA[" * (SIZE // 9) + "</title>"),
    "open tags": rss("<description>" + "<a " * (SIZE // 3) + "</description>"),
    "angles": rss("<description>" + "<" * SIZE + "</description>"),
    "ampersands": rss("<description>" + "&a" * (SIZE // 2) + "</description>"),
    "prefixes": rss("".join(f"<a{n}:b/>" for n in range(SIZE // 11))),
    "brackets": "<!DOCTYPE rss [" + "] " * (SIZE // 2),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_megabyte_takes_seconds_at_most(kind: str) -> None:
    started = time.process_time()
    try:
        feed = read(HOSTILE[kind], max_entries=1000)
    except FetchError as error:
        assert error.reason == "not_a_feed"
    else:
        assert len(feed.entries) <= 1000
    # Measured: 1.5 s for `fields`, below 0.9 s for all others.
    assert time.process_time() - started < 8
