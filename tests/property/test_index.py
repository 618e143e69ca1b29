"""The index answers as plain lists do, whatever is added, removed and asked; and as datasketch does, for its banding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.base.events import ArticleRef, Fingerprint
from monitor.index.index import Index
from tests.unit.index.reference import Reference

START = datetime(2026, 11, 1, tzinfo=UTC)
RETENTION = timedelta(days=1)
BANDS = 6
NO_LIMIT = 1 << 15

# So few values that articles meet in most of their bands, and that lists fill.
signatures = st.lists(st.integers(0, 2), min_size=2 * BANDS, max_size=2 * BANDS)
phrases = st.sets(st.integers(0, 15), max_size=9).map(sorted)
numbers = st.integers(0, 60)


def made(number: int, signature: list[int], samples: list[int], second: int = 0) -> Fingerprint:
    name = f"a{number}"
    return Fingerprint(
        article=ArticleRef(id=name, url=name, first_seen_at=START + timedelta(seconds=second)),
        text="",
        signature=np.array(signature, "<u4").tobytes(),
        samples=np.array(samples, "<u8").tobytes(),
    )


steps = st.lists(
    st.tuples(st.sampled_from(("add", "add", "add", "ask", "remove")), numbers, signatures, phrases), max_size=150
)


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(1, 5), st.integers(1, 30))
def test_it_answers_as_plain_lists_do(
    steps: list[tuple[str, int, list[int], list[int]]], bucket_limit: int, limit: int
) -> None:
    index, reference = Index(RETENTION, bucket_limit=bucket_limit), Reference(bucket_limit=bucket_limit)
    for step, number, signature, samples in steps:
        fp = made(number, signature, samples)
        if step == "remove":
            index.remove(fp.article.id)
            reference.remove(fp.article.id)
            continue
        assert index.candidates(fp, limit) == reference.candidates(fp, limit)
        if step == "add":
            index.add(fp)
            reference.add(fp)


def test_tables_that_grow_and_slots_that_are_given_again_change_no_answer() -> None:
    random = np.random.default_rng(1)
    index, reference = Index(RETENTION), Reference()
    kept: list[Fingerprint] = []
    for number in range(3000):
        signature = random.integers(0, 40, 2 * BANDS).tolist()
        fp = made(number, signature, random.integers(0, 400, 5).tolist(), second=number)
        index.add(fp)
        kept.append(fp)
    assert index.expire(START + RETENTION + timedelta(seconds=2000)) == [fp.article.id for fp in kept[:2000]]
    for fp in kept:
        reference.add(fp)
    for fp in kept[:2000]:
        reference.remove(fp.article.id)
    assert len(index) == 1000
    for fp in kept[::50]:
        assert index.candidates(fp) == reference.candidates(fp, 24)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=24, max_size=24), min_size=2, max_size=60),
    st.sampled_from((1, 2, 3, 4)),
)
def test_its_candidates_are_those_of_datasketch(signatures: list[list[int]], width: int) -> None:
    lsh = MinHashLSH(num_perm=24, params=(24 // width, width))
    index = Index(RETENTION, band_width=width, bucket_limit=NO_LIMIT)
    for number, signature in enumerate(signatures):
        fp = made(number, signature, [])
        theirs = MinHash(num_perm=24, scheme="affine32", hashvalues=np.array(signature, np.uint64))
        assert sorted(index.candidates(fp, NO_LIMIT)) == sorted(lsh.query(theirs))
        index.add(fp)
        lsh.insert(fp.article.id, theirs)
