"""A lexicon learns each form once and starts anew when it is full."""

from __future__ import annotations

import pytest

from monitor.fingerprint import lexicon as module
from monitor.fingerprint.lexicon import Lexicon, stable_hash


def test_a_form_keeps_its_row_until_the_lexicon_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CAPACITY", 4)
    facts = Lexicon("en")
    assert facts.rows(["a", "b"]).tolist() == [0, 1]
    assert facts.rows(["b", "c"]).tolist() == [1, 2]
    assert facts.rows(["d", "e"]).tolist() == [0, 1]
    assert facts.word[:2].tolist() == [stable_hash("d"), stable_hash("e")]


def test_a_hash_is_the_same_for_ever() -> None:
    assert stable_hash("ferry") == 0x6E53A75F838D7D10
