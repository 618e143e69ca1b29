"""Words of a text: offsets, stems, frequencies, and pairs of characters where scripts have no spaces."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from monitor.fingerprint.lexicon import stable_hash
from monitor.fingerprint.scripts import UNSPACED, any_unspaced, is_unspaced
from monitor.fingerprint.words import words


def pieces(text: str, language: str = "en") -> list[str]:
    found = words(text, language)
    return [text[start:end] for start, end in zip(found.start, found.end, strict=True)]


def test_offsets_cut_the_words_out_of_the_text() -> None:
    assert pieces("“Don’t,” said Ms Øre: 1,200.50 kr!") == ["Don’t", "said", "Ms", "Øre", "1,200.50", "kr"]


def test_case_and_kind_of_apostrophe_do_not_matter() -> None:
    assert (words("DON’T Go", "en").word == words("don't go", "en").word).all()


def test_inflected_words_share_a_stem_but_not_a_hash() -> None:
    found = words("negotiate negotiated", "en")
    assert found.stem[0] == found.stem[1]
    assert found.word[0] != found.word[1]


def test_an_unknown_language_has_words_that_are_their_own_stems() -> None:
    found = words("blorbing blorbed", "xx")
    assert (found.stem == found.word).all()
    assert found.content.all()


def test_function_words_are_no_content_and_names_are_rare() -> None:
    found = words("the of Zyxxoria", "en")
    assert found.content.tolist() == [False, False, True]
    assert found.frequency[2] < 1e-5
    assert found.capital.tolist() == [False, False, True]


def test_characters_without_spaces_are_taken_in_pairs() -> None:
    first, second = words("東京都", "ja"), words("京都市", "ja")
    assert len(first) == 3
    # 京都 is the second pair of one and the first of the other.
    assert first.word[1] == second.word[0]
    assert first.word[0] != second.word[0]


def test_a_space_parts_the_pairs() -> None:
    joined, parted = words("東京", "ja"), words("東 京", "ja")
    assert joined.word[0] != parted.word[0]


def test_latin_words_inside_japanese_stay_words() -> None:
    assert pieces("新型iPhone発売", "ja") == ["新", "型", "iPhone", "発", "売"]


def test_a_text_without_words_is_empty() -> None:
    found = words("… — !", "en")
    assert len(found) == 0
    assert found.start.dtype == np.int64


def test_threads_that_meet_new_words_at_once_do_not_mix_them_up() -> None:
    """Long texts are worked on in threads; one that fills the lexicon empties it."""
    texts = [" ".join(f"w{number}q{word}" for word in range(12_000)) for number in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda text: words(text, "xx"), texts))
    finally:
        sys.setswitchinterval(interval)
    for text, one in zip(texts, found, strict=True):
        assert one.word.tolist() == [stable_hash(word) for word in text.split()]


def test_vowel_signs_and_accents_written_apart_belong_to_the_word() -> None:
    assert pieces("लड़के किताब पढ़ते हैं।", "hi") == ["लड़के", "किताब", "पढ़ते", "हैं"]
    assert pieces("மரங்கள் 日本", "ta") == ["மரங்கள்", "日", "本"]
    assert (
        words("caf\u00e9 d\u2019\u00e9t\u00e9", "fr").word == words("cafe\u0301 d\u2019e\u0301te\u0301", "fr").word
    ).all()


def test_one_character_of_an_unspaced_script_is_noticed() -> None:
    pattern = re.compile(f"[{UNSPACED}]")
    for code in [*range(0xE00 - 2, 0x11000), 0x1FFFF, 0x20000, 0x2FA1F, 0x2FA20]:
        expected = bool(pattern.match(chr(code)))
        assert is_unspaced(chr(code)) == expected
        assert any_unspaced(np.array([97, code], np.uint32)) == expected
