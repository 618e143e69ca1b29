"""The index finds copies and lifted passages, forgets, and stays bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.base.events import ArticleRef, Fingerprint
from monitor.index.index import BUCKET_LIMIT, MIN_SHARED_COMMON, SAMPLE_LIMIT, Index

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def made(name: str, signature: np.ndarray, samples: tuple[int, ...] = (), day: int = 0) -> Fingerprint:
    return Fingerprint(
        article=ArticleRef(id=name, url=name, first_seen_at=START + day * DAY),
        text="",
        signature=signature.astype("<u4").tobytes(),
        samples=np.array(samples, "<u8").tobytes(),
    )


def signature(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, 256, np.uint32)


def alike(base: np.ndarray, seed: int, bands: int) -> np.ndarray:
    """A signature that agrees with `base` in its first bands only."""
    other = signature(seed)
    other[: 2 * bands] = base[: 2 * bands]
    return other


def test_an_empty_index_has_no_candidates() -> None:
    assert Index(DAY).candidates(made("a", signature(1))) == []


def test_one_agreeing_band_makes_a_candidate_and_more_make_a_better_one() -> None:
    index, base = Index(DAY), signature(1)
    index.add(made("weak", alike(base, 2, 1)))
    index.add(made("strong", alike(base, 3, 40)))
    index.add(made("other", signature(4)))
    assert index.candidates(made("new", base)) == ["strong", "weak"]
    assert index.candidates(made("new", base), limit=1) == ["strong"]


def test_equal_values_in_different_bands_are_no_agreement() -> None:
    index, base = Index(DAY), signature(1)
    index.add(made("shifted", np.roll(base, 2)))
    assert index.candidates(made("new", base)) == []


def test_two_shared_samples_make_a_candidate_and_one_does_not() -> None:
    index = Index(DAY)
    index.add(made("one", signature(1), (10, 20)))
    index.add(made("two", signature(2), (10, 30)))
    assert index.candidates(made("new", signature(3), (10, 20))) == ["one"]


def test_samples_that_stand_everywhere_say_nothing() -> None:
    index = Index(DAY)
    for number in range(SAMPLE_LIMIT - 1):
        index.add(made(f"a{number}", signature(number), (10, 20)))
    asked = made("new", signature(999), (10, 20))
    assert len(index.candidates(asked, limit=100)) == SAMPLE_LIMIT - 1
    index.add(made("last", signature(998), (10, 20)))
    assert index.candidates(asked, limit=100) == []


def test_an_article_is_never_its_own_candidate() -> None:
    index = Index(DAY)
    index.add(made("a", signature(1), (10, 20)))
    assert index.candidates(made("a", signature(1), (10, 20))) == []


def test_adding_an_id_again_replaces_it() -> None:
    index = Index(DAY)
    index.add(made("a", signature(1)))
    index.add(made("a", signature(2)))
    assert len(index) == 1
    assert index.candidates(made("new", signature(1))) == []
    assert index.candidates(made("new", signature(2))) == ["a"]


def test_removing_forgets_everything_and_a_stranger_is_no_error() -> None:
    index = Index(DAY)
    index.add(made("a", signature(1), (10, 20)))
    index.remove("a")
    index.remove("stranger")
    assert "a" not in index
    assert index.candidates(made("new", signature(1), (10, 20))) == []


def test_expiry_drops_what_is_older_than_the_retention_and_names_it() -> None:
    index = Index(2 * DAY)
    for day in range(4):
        index.add(made(f"d{day}", signature(1), day=day))
    assert index.expire(START + 3 * DAY) == ["d0"]
    assert sorted(index.candidates(made("new", signature(1)))) == ["d1", "d2", "d3"]
    assert index.expire(START + 3 * DAY) == []


def test_a_story_of_very_many_copies_stays_found_and_bounded() -> None:
    index = Index(DAY)
    for number in range(3 * BUCKET_LIMIT):
        index.add(made(f"{number:03}", signature(1)))
    found = index.candidates(made("new", signature(1)), limit=10_000)
    assert found == [f"{number:03}" for number in range(2 * BUCKET_LIMIT, 3 * BUCKET_LIMIT)], "the newest"


def test_a_passage_out_of_a_story_of_very_many_copies_is_found() -> None:
    index, phrases = Index(DAY), tuple(range(100, 140))
    for number in range(3 * SAMPLE_LIMIT):
        index.add(made(f"{number:03}", signature(1), phrases))
    for shared, is_found in ((MIN_SHARED_COMMON, True), (MIN_SHARED_COMMON - 1, False)):
        found = index.candidates(made("lifted", signature(2), phrases[:shared]))
        assert bool(found) is is_found
        assert all(int(name) >= 2 * SAMPLE_LIMIT for name in found)


def test_an_article_that_was_pushed_out_of_full_lists_can_be_removed() -> None:
    index = Index(DAY)
    for number in range(BUCKET_LIMIT + 1):
        index.add(made(f"{number:03}", signature(1), (10, 20)))
    for number in range(BUCKET_LIMIT + 1):
        index.remove(f"{number:03}")
    assert len(index) == 0
    assert index.candidates(made("new", signature(1), (10, 20))) == []
