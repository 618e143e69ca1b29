"""HTML becomes text, one paragraph a line."""

import time

import pytest

from monitor.articles.html import links_of, text_of


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("One <b>bo</b>ld <a href='x'>link</a>", "One bold link"),
        ("<DIV>a</DIV>b", "a\nb"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("  a \t\n b&nbsp;&nbsp;c ", "a b c"),
        ("a\n\nb", "a\nb"),
        ("a\nb", "a b"),
        ("<p>a\n\nb</p>", "a b"),
        ("", ""),
        ("<p> </p>", ""),
        ("caf&eacute; &amp; t&#233;&#xE9;", "café & téé"),
        ("5 &lt; 6 <p>&lt;b&gt;", "5 < 6\n<b>"),
        ("5 < 6 > 4 <", "5 < 6 > 4 <"),
        ("a<script>b<p>c</script>d", "ad"),
        ("a<style>b</style >c", "ac"),
        ("a<script>b", "a"),
        ("a<iframe>b", "ab"),
        ("a<svg><text>b</text></svg>c", "ac"),
        ("a<!-- <p>b --> c", "a c"),
        ("a<!-->b", "ab"),
        ("a<!-- b > c", "a c"),
        ("a<![CDATA[b]]>", "ab]]>"),
        ("a<?php b ?>c", "ac"),
        ("a<img alt='<p>' src=\">\">b", "ab"),
        ("a<img alt='x>b<p>c", "ab\nc"),
        ("a<p", "a"),
        ("zero\u200bwidth so\u00adft b\ufeffom nu\x00ll", "zerowidth soft bom null"),
        ("so&shy;ft &#0; &#xD800; &#99999999999; x", "soft \ufffd \ufffd \ufffd x"),
        ("half \ud800 pair", "half pair"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_text_is_what_a_reader_sees(source: str, text: str) -> None:
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "links"),
    [
        (
            '<a href="https://a.example/1">a</a> <A class=x HREF=https://b.example/2>',
            ["https://a.example/1", "https://b.example/2"],
        ),
        ("<a rel='x' href = 'https://a.example/?a=1&amp;b=2'>", ["https://a.example/?a=1&b=2"]),
        ("<a name='x'>no</a> <link href='x'> <abbr href='x'>", []),
        ("<a href=''>", []),
    ],
)
def test_links_are_given_as_they_are_written(source: str, links: list[str]) -> None:
    assert links_of(source, limit=9) == links


def test_no_more_links_than_wanted() -> None:
    assert len(links_of("<a href='x'>" * 50, limit=9)) == 9


SIZE = 1_000_000


@pytest.mark.parametrize(
    "piece",
    ["<!-- >", "<", "<a ", '<a b="', "<svg>", "<svg></svgx", "<script>", "&amp", "</", "<?", "<?>", "<![CDATA[",
     "<a '>\" <b>", "\n ", "<iframe><object><svg>", "&#9", "<p/>", "<a href", "<a href   ", '<a href="'],
)  # fmt: skip
def test_a_hostile_megabyte_takes_a_second_at_most(piece: str) -> None:
    source = piece * (SIZE // len(piece))
    started = time.process_time()
    text_of(source)
    links_of(source, limit=100)
    # Measured: at most 0.4 s; a quadratic step takes minutes.
    assert time.process_time() - started < 5
