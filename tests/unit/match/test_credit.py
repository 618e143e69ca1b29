"""Credit: what names the earlier source first, any other next, the publisher's own name never."""

from __future__ import annotations

import pytest

from monitor.match.credit import credit, is_credited
from tests.unit.match.reports import REPORT, MakeText


@pytest.mark.parametrize(
    ("added", "expected", "to"),
    [
        ("Story by Reuters", "Story by Reuters", ("reuters.com",)),
        ("Source: AFP\nStory by Reuters", "Story by Reuters", ("reuters.com", "afp.com")),
        ("Source: AFP", "Source: AFP", ("afp.com",)),
        ("Source: The Vellmar Gazette", "Source: The Vellmar Gazette", ("the vellmar gazette",)),
        ("The vote was close, according to Reuters, which saw the minutes.", "according to Reuters", ("reuters.com",)),
        ("Source: AFP\nThe vote was close, Reuters reported.", "Reuters reported", ("reuters.com", "afp.com")),
        ("The Reuters building stands by the harbour.", "", ()),
        ("Source: Courier", "", ()),
        ("Source: Courier / AFP", "Source: Courier / AFP", ("afp.com",)),
        ("(Reuters)", "(Reuters)", ("reuters.com",)),
        ("By Agence France-Presse", "By Agence France-Presse", ("afp.com",)),
        ("(avec AFP)", "(avec AFP)", ("afp.com",)),
        ("mit Material von dpa", "mit Material von dpa", ("dpa.com",)),
        ("Con información de EFE", "Con información de EFE", ("efe.com",)),
        ("Fuente: Reuters", "Fuente: Reuters", ("reuters.com",)),
        ("Источник: ТАСС", "Источник: ТАСС", ("tass.com",)),
        ("来源：新华社", "来源：新华社", ("xinhuanet.com",)),
        (
            "This story has not been edited by our staff and is published from a syndicated feed of ANI.",
            "This story has not been edited by our staff and is published from a syndicated feed of ANI.",
            ("aninews.in",),
        ),
    ],
)
def test_who_is_credited(text_of: MakeText, added: str, expected: str, to: tuple[str, ...]) -> None:
    later = text_of(f"{REPORT}\n{added}", "courier.example")
    assert credit(later, text_of(REPORT, "uk.reuters.com")) == (expected, to)


@pytest.mark.parametrize(
    ("dateline", "expected", "to"),
    [
        ("VELLMAR, Oct 3 (Reuters) - ", "VELLMAR, Oct 3 (Reuters)", "reuters.com"),
        ("Vellmar (dpa) – ", "Vellmar (dpa)", "dpa.com"),
        ("PARIS (AFP) — ", "PARIS (AFP)", "afp.com"),
        ("【ヴェルマー共同】", "【ヴェルマー共同】", "kyodonews.net"),
    ],
)
def test_a_dateline_credits_its_agency_in_its_own_words(
    text_of: MakeText, dateline: str, expected: str, to: str
) -> None:
    later = text_of(f"{dateline}{REPORT} Others had told UPI of a delay.", "courier.example")
    assert credit(later, text_of(REPORT, "wire.example")) == (expected, (to,))


def test_a_source_without_a_name_is_not_looked_for(text_of: MakeText) -> None:
    assert credit(text_of(f"{REPORT}\nIt said so, via com."), text_of(REPORT, "")) == ("", ())


def test_a_name_of_several_words_is_that_of_its_host(text_of: MakeText) -> None:
    later = text_of(f"{REPORT}\nStory by Meridian Wire", "harbour-post.example")
    assert credit(later, text_of(REPORT, "meridianwire.example")).to == ("meridianwire.example",)
    own = text_of(f"{REPORT}\nSource: The Harbour Post", "harbour-post.example")
    assert credit(own, text_of(REPORT, "meridianwire.example")) == ("", ())


def test_a_short_name_counts_in_its_own_capitals_only(text_of: MakeText) -> None:
    later = text_of(f"{REPORT}\nHe used the app, according to ap records.\nSource: tt ap pa", "courier.example")
    assert credit(later, text_of(REPORT, "apnews.com")).to == ("tt ap pa",)


@pytest.mark.parametrize(
    ("link", "to"),
    [
        ("https://wire.example/art_1", ("wire.example",)),
        ("https://wire.example/another/story", ("wire.example",)),
        ("https://wire.example/", ()),
        ("https://www.reuters.com/world/pier", ("reuters.com",)),
        ("https://elsewhere.example/story", ()),
        ("https://courier.example/more", ()),
    ],
)
def test_a_link_to_the_origin_credits_it(text_of: MakeText, link: str, to: tuple[str, ...]) -> None:
    later = text_of(REPORT, "courier.example", links=(link,))
    assert credit(later, text_of(REPORT, "wire.example")) == (link if to else "", to)


def test_whether_the_origin_is_among_the_credited() -> None:
    assert is_credited(("afp.com", "reuters.com"), "uk.reuters.com")
    assert not is_credited(("afp.com",), "reuters.com")
    assert not is_credited((), "")
