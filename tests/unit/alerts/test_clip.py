import pytest

from monitor.alerts.clip import clip, json_bytes


def test_a_text_that_fits_is_left_alone() -> None:
    assert clip("Bali", 4) == "Bali"


def test_a_longer_text_shows_that_it_was_cut() -> None:
    assert clip("a" * 100, 10) == "a" * 7 + "…"


@pytest.mark.parametrize("character", ['"', "\n", "\x01", "é", "漢", "😀"])
def test_escapes_and_wide_characters_count_as_sent(character: str) -> None:
    cut = clip(character * 1000, 100)
    assert 90 <= json_bytes(cut) - 2 <= 100
    assert cut.endswith("…")


def test_a_lone_surrogate_becomes_sendable() -> None:
    assert clip("a\ud800b", 10) == "a?b"
