"""Posting lists are bounded and forget what is removed."""

from __future__ import annotations

from monitor.index.postings import Postings


def test_a_full_list_takes_no_more_until_one_leaves() -> None:
    held = Postings(limit=2)
    for name in ("a", "b", "c"):
        held.add([7], name)
    assert list(held.find([7])) == [["a", "b"]]
    held.remove([7], "a")
    held.add([7], "c")
    assert list(held.find([7])) == [["b", "c"]]


def test_an_emptied_key_takes_no_memory() -> None:
    held = Postings(limit=2)
    held.add([1, 2], "a")
    held.remove([1, 2, 3], "a")
    assert len(held) == 0
