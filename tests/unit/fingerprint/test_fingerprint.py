"""A fingerprint is the same everywhere, knows its language, and refuses texts that are too short."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from monitor.base.errors import TextTooShort
from monitor.base.events import Article
from monitor.fingerprint.fingerprint import fingerprint

TEXT = (
    "The harbour board of Vellmar approved a new ferry pier on Tuesday after eleven years of debate. "
    "Its chair Odile Brandt said work would begin in spring and end before the herring season."
)


def article(text: str, **changes: str) -> Article:
    seen = datetime(2026, 11, 1, tzinfo=UTC)
    return Article(id="art_1", url="https://courier.example/1", first_seen_at=seen, text=text, **changes)  # type: ignore[arg-type]


def agreement(first: bytes, second: bytes) -> float:
    return float((np.frombuffer(first, "<u4") == np.frombuffer(second, "<u4")).mean())


def test_the_bytes_never_change() -> None:
    # Stored signatures are compared with new ones for weeks: a change here needs a new schema version.
    made = fingerprint(article(TEXT))
    assert hashlib.sha256(made.signature + made.samples).hexdigest()[:16] == "d0374d3153113dde"


def test_the_language_is_told_from_the_text() -> None:
    german = (
        "Der Hafenrat von Vellmar hat nach elf Jahren Streit den neuen Anleger für die Fähre genehmigt, sagte Brandt."
    )
    assert fingerprint(article(TEXT)).article.language == "en"
    assert fingerprint(article(german, language="en")).article.language == "de"


def test_furniture_leaves_the_fingerprint_as_it_is() -> None:
    plain, furnished = fingerprint(article(TEXT)), fingerprint(article(f"You are here\n{TEXT}\nStory by Reuters"))
    assert furnished.signature == plain.signature
    assert furnished.text == TEXT
    assert furnished.credits == ("Story by Reuters",)


def test_an_author_that_is_an_agency_is_credit_and_a_person_is_none() -> None:
    made = fingerprint(
        msgspec.structs.replace(article(TEXT), authors=("Ada Brandt", "Reuters"), links=("https://a.example/1",))
    )
    assert made.credits == ("Reuters",)
    assert made.links == ("https://a.example/1",)


def test_blocks_of_the_source_leave_the_fingerprint_as_it_is() -> None:
    plain, block = fingerprint(article(TEXT)), "Read by every lighthouse keeper of the coast since 1931."
    found = fingerprint(article(f"{TEXT}\n{block}", blocks=(block,)))  # type: ignore[arg-type]
    assert (found.signature, found.samples, found.text) == (plain.signature, plain.samples, plain.text)


def test_an_edited_text_keeps_most_of_the_signature_and_another_text_none() -> None:
    edited = fingerprint(article(TEXT.replace("on Tuesday", "yesterday evening")))
    other = fingerprint(
        article("Scientists in Norland measured the deepest lake of the continent with a sonar sledge.")
    )
    mine = fingerprint(article(TEXT))
    assert agreement(mine.signature, edited.signature) > 0.6
    assert agreement(mine.signature, other.signature) < 0.05
    assert len(set(np.frombuffer(mine.samples, "<u8")) & set(np.frombuffer(edited.samples, "<u8"))) >= 5


def test_a_short_text_is_refused_with_its_numbers_and_the_minimum() -> None:
    with pytest.raises(TextTooShort, match=r"2 content words \(3 words\).*at least 8"):
        fingerprint(article("The pier opens"))


def test_eight_content_words_are_enough() -> None:
    eight = "Vellmar harbour ferry pier herring season debate chair"
    assert fingerprint(article(eight)).text == eight
    with pytest.raises(TextTooShort):
        fingerprint(article(eight.removesuffix(" chair")))


def test_japanese_is_compared_by_pairs_of_characters() -> None:
    text = "港湾委員会は火曜日、十一年に及ぶ議論の末に新しいフェリー桟橋の建設を承認した。工事は春に始まる予定だ。"
    mine, edited = fingerprint(article(text)), fingerprint(article(text.replace("火曜日", "水曜日")))
    assert mine.article.language == "ja"
    assert agreement(mine.signature, edited.signature) > 0.6
