"""Posting lists are bounded and forget what is removed."""

from __future__ import annotations

from monitor.index.postings import Postings


def test_a_full_list_loses_its_oldest() -> None:
    held = Postings(limit=2)
    for name in ("a", "b", "c"):
        held.add([7], name)
    assert list(held.find([7])) == [("b", "c")]
    held.remove([7], "a")
    held.remove([7], "b")
    assert list(held.find([7])) == [("c",)]


def test_an_emptied_key_takes_no_memory() -> None:
    held = Postings(limit=2)
    held.add([1, 2], "a")
    held.remove([1, 2, 3], "a")
    assert len(held) == 0
