"""The copy that feedparser gets: well-formed, of bounded shape, with nothing but what articles are made of."""

from xml.etree import ElementTree

import pytest

from monitor.feeds.bounded import (
    MAX_DEPTH,
    MAX_FIELDS,
    MAX_LINE_CHARS,
    MAX_TEXT_CHARS,
    MAX_WORD_CHARS,
    bounded,
)


def entry(inner: str, attributes: str = "") -> str:
    """The copy of one entry."""
    copy = bounded(f"<rss {attributes}><item>{inner}</item></rss>", max_entries=1)
    assert not copy.broken
    ElementTree.fromstring(copy.document(*copy.entries))
    return copy.entries[0].removeprefix("<item>").removesuffix("</item>")


def test_what_says_nothing_of_an_article_is_left_out() -> None:
    assert (
        entry("<title>a</title><category>b</category><source><title>c</title></source><x>d</x>") == "<title>a</title>"
    )
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    assert entry("<media:thumbnail url='x'/><title>b</title>", media) == "<title>b</title>"


def test_what_the_media_namespace_says_stands_apart_from_the_entrys_own() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    group = "<media:group><media:title>a</media:title><media:description>b</media:description></media:group>"
    assert entry(group + "<title>c</title>", media) == (
        "<mediatitle>a</mediatitle><mediatext>b</mediatext><title>c</title>"
    )


def test_links_in_a_text_keep_where_they_lead_and_nothing_else() -> None:
    assert entry("<description><a href='x&amp;y' onclick='z'>b</a></description>") == (
        '<description><![CDATA[<a href="x&amp;y">b</a>]]></description>'
    )


def test_a_text_in_base64_is_unpacked_and_what_is_no_text_then_is_nothing() -> None:
    packed = "<content mode='base64'>{}</content>"
    assert entry(packed.format("aGVsbG8=")) == '<content type="html">hello</content>'
    assert entry(packed.format("iVBORw0KGgo=")) == '<content type="html"></content>'


def test_namespaces_count_and_prefixes_do_not() -> None:
    assert (
        entry("<x:creator>a</x:creator>", 'xmlns:x="http://purl.org/dc/elements/1.1/"') == "<dc:creator>a</dc:creator>"
    )
    assert entry("<title>a</title>", 'xmlns="https://generator.example/rss"') == "<title>a</title>"


def test_elements_in_a_text_become_text() -> None:
    assert entry("<description>5 <b class='x'>&lt; 6</b></description>") == (
        "<description><![CDATA[5 <b>&lt; 6</b>]]></description>"
    )


def test_the_end_of_a_character_section_may_stand_in_a_text() -> None:
    copied = entry("<description>&lt;b&gt; ]]&gt; &amp; ]]&gt;</description>")
    assert ElementTree.fromstring(copied).text == "<b> ]]> & ]]>"


def test_of_a_person_only_the_name_is_kept() -> None:
    assert entry("<author>x<email>a@b.example</email><name>Ada</name><uri>y</uri></author>") == (
        "<author><name>Ada</name></author>"
    )


def test_pictures_and_sounds_are_no_text() -> None:
    assert entry("<content type='image/png'>aGVsbG8=</content><content type='html'>a</content>") == (
        '<content type="html">a</content>'
    )


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("description", MAX_TEXT_CHARS),
        ("title", MAX_LINE_CHARS),
        ("author", MAX_WORD_CHARS),
        ("pubDate", MAX_WORD_CHARS),
    ],
)
def test_each_field_has_its_limit(name: str, limit: int) -> None:
    assert entry(f"<{name}>{'a' * (limit + 9)}</{name}>").count("a" * 100) == limit // 100


def test_an_entry_has_a_limited_number_of_fields() -> None:
    assert entry("<link>a</link>" * (MAX_FIELDS + 9)).count("<link>") == MAX_FIELDS


def test_long_attributes_are_left_out() -> None:
    assert entry(f"<link rel='alternate' href='{'a' * (MAX_LINE_CHARS + 1)}'/>") == '<link rel="alternate"></link>'


def test_no_more_entries_are_read_than_asked_for() -> None:
    copy = bounded("<rss>" + "<item/>" * 3 + "<", max_entries=2)
    assert (len(copy.entries), copy.more, copy.broken) == (2, True, "")


def test_reading_ends_where_the_document_breaks_or_is_too_deep() -> None:
    copy = bounded("<rss><item/>\n<item></rss>", max_entries=9)
    assert (len(copy.entries), copy.broken) == (1, "mismatched tag, line 2")
    copy = bounded("<rss><item/>" + "<a>" * MAX_DEPTH, max_entries=9)
    assert (len(copy.entries), copy.broken) == (1, f"elements in elements to a depth of {MAX_DEPTH}")


def test_language_and_base_of_the_feed_are_kept() -> None:
    copy = bounded("<rss xml:base='https://a.example/'><channel><language>de</language></channel></rss>", max_entries=1)
    assert 'xml:base="https://a.example/"' in copy.head and "<language>de</language>" in copy.head
    assert 'xml:lang="fr"' in bounded("<feed xml:lang='fr'/>", max_entries=1).head
