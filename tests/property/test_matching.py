"""Laws that hold for every text: of signatures, candidates and evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.articles.clean import clean
from monitor.base.errors import TextTooShort
from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint
from monitor.fingerprint.minhash import minhash
from monitor.fingerprint.words import words
from monitor.index.index import Index
from monitor.match.explain import explain
from monitor.match.text import Text
from monitor.match.verify import verify

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = (
    "harbour",
    "ferry",
    "Vellmar",
    "the",
    "of",
    "board",
    "pier",
    "storm",
    "1931",
    "Brandt",
    "said",
    "“",
    "”",
    "東京",
)
hashes = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60)
prose = st.lists(st.sampled_from(NAMES) | st.text(min_size=1, max_size=9), min_size=12, max_size=80).map(" ".join)
sentences = st.lists(prose, min_size=1, max_size=6).map(". ".join)


def printed(name: str, text: str) -> Fingerprint | None:
    try:
        return fingerprint(Article(id=name, url=name, first_seen_at=SEEN, text=text))
    except TextTooShort:
        return None


@given(hashes, st.randoms(use_true_random=False))
def test_a_signature_ignores_order_and_repeats(values: list[int], random: object) -> None:
    shuffled = [*values, values[0]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = minhash(np.array(values, np.uint64)), minhash(np.array(shuffled, np.uint64))
    assert (first == second).all()


@given(hashes, hashes)
def test_the_signature_of_a_union_is_the_minimum(first: list[int], second: list[int]) -> None:
    mine, theirs = np.array(first, np.uint64), np.array(second, np.uint64)
    together = minhash(np.concatenate([mine, theirs]))
    assert (together == np.minimum(minhash(mine), minhash(theirs))).all()


@settings(max_examples=60)
@given(sentences)
def test_identical_text_is_always_a_candidate(text: str) -> None:
    first, second = printed("a", text), printed("b", text)
    if first and second:
        index = Index(timedelta(days=1))
        index.add(first)
        assert index.candidates(second) == ["a"]


@given(st.text(max_size=400))
def test_cleaning_twice_changes_nothing_and_invents_nothing(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once
    assert set(once) - {"\n", " "} <= set(text)


@given(st.text(max_size=200))
def test_words_stand_in_order_and_do_not_overlap(text: str) -> None:
    found = words(text, "en")
    assert (found.start < found.end).all()
    assert (found.end[:-1] <= found.start[1:]).all()


@settings(max_examples=60)
@given(sentences, sentences)
def test_evidence_is_sound_for_any_two_texts(first: str, second: str) -> None:
    one, two = printed("a", first), printed("b", f"{first[: len(first) // 2]}. {second}")
    if not (one and two):
        return
    later, earlier = Text.of(two), Text.of(one)
    told = explain(later, earlier)
    assert 0 <= told.probability <= 1
    assert told.reused == (verify(later, earlier) is not None)
    assert 0 <= told.match.coverage <= 1
    assert 0 <= told.match.containment <= 1
    for passage in told.match.passages:
        assert passage.text == later.text[slice(*passage.article)] != ""
        assert earlier.text[slice(*passage.earlier)] != ""
        assert 0 <= passage.similarity <= 1
