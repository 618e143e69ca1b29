"""Lists of feeds: read, written, read again, nothing lost."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.base.errors import InputError
from monitor.feeds.opml import MAX_DEPTH, Opml, Outline, read_opml, write_opml

SHARED = Path(__file__).parents[4] / "shared" / "feeds" / "opml"
LIST = """<?xml version="1.0"?><opml version="1.0"><head><title>My feeds</title><ownerName>Ada</ownerName></head><body>
<outline text="News"><outline text="Herald &amp; Sons" type="rss" xmlUrl="https://h.example/f?a=1&amp;b=2" x:odd="kept"/>
<outline text="Empty"/></outline><outline text="Wire" XMLURL="https://w.example/"/></body></opml>"""

NAMES = st.from_regex(r"[a-z]{1,9}", fullmatch=True)
# What XML can hold.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)
OUTLINES = st.recursive(
    st.builds(Outline, st.dictionaries(NAMES, TEXTS, max_size=3)),
    lambda inner: st.builds(Outline, st.dictionaries(NAMES, TEXTS, max_size=3), st.lists(inner, max_size=3)),
    max_leaves=8,
)


def test_feeds_are_found_in_all_folders_and_attributes_by_any_case() -> None:
    opml = read_opml(LIST.encode(), name="a.opml")
    assert [(feed.url, feed.get("text")) for feed in opml.feeds()] == [
        ("https://h.example/f?a=1&b=2", "Herald & Sons"),
        ("https://w.example/", "Wire"),
    ]
    assert opml.head == [("title", "My feeds"), ("ownerName", "Ada")] and opml.version == "1.0"


def test_nothing_is_lost_on_the_way_out_and_in() -> None:
    opml = read_opml(LIST.encode(), name="a.opml")
    assert read_opml(write_opml(opml).encode(), name="b.opml") == opml


@given(st.builds(Opml, st.lists(st.tuples(NAMES, TEXTS.map(str.strip)), max_size=3), st.lists(OUTLINES, max_size=4)))
def test_any_list_survives_its_round_trip(opml: Opml) -> None:
    opml.head = [(name, " ".join(text.split())) for name, text in opml.head if name != "outline"]
    assert read_opml(write_opml(opml).encode(), name="x") == opml


def test_what_is_often_broken_is_mended() -> None:
    opml = read_opml(
        b'<opml><body><outline text="Fish & chips" xmlUrl="https://h.example/?a=1&b=2"/></body></opml>', name="a"
    )
    assert [feed.url for feed in opml.feeds()] == ["https://h.example/?a=1&b=2"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no list of feeds"),
        (b"<rss/>", "but <rss>"),
        (b"<opml><body>", "a broken one"),
        (b"<opml>" + b"<outline>" * (MAX_DEPTH + 1), "folders in each other"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;"></opml>', "a broken one"),
    ],
)
def test_what_is_no_list_is_named(body: bytes, told: str) -> None:
    with pytest.raises(InputError, match=r"^a\.opml: ") as caught:
        read_opml(body, name="a.opml")
    assert told in str(caught.value)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the lists of real feeds are not beside the checkout")
def test_real_lists_lose_nothing() -> None:
    def shape(element: ElementTree.Element) -> object:
        return element.tag, sorted(element.attrib.items()), [shape(child) for child in element]

    for path in sorted(SHARED.glob("*.opml")):
        # Some have an `&` that nobody escaped.
        before = re.sub(r"&(?!\w+;|#)", "&amp;", path.read_text(encoding="utf-8"))
        after = write_opml(read_opml(path.read_bytes(), name=path.name))
        assert shape(ElementTree.fromstring(before)) == shape(ElementTree.fromstring(after))
        assert after.count("xmlUrl=") == before.count("xmlUrl=") > 0
