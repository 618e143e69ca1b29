"""Scripts that write words without spaces: their texts are compared by pairs of characters."""

from __future__ import annotations

import unicodedata
from itertools import groupby

import numpy as np

from monitor.base.compiled import compiled

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3041, 0x30FF),  # kana
    (0x3400, 0x4DBF),  # Chinese characters, here and in the next, the last but one and the last
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # Hangul: spaced, but particles stick to the words
    (0xF900, 0xFAFF),
    (0x20000, 0x2FA1F),
)
UNSPACED = "".join(f"{chr(low)}-{chr(high)}" for low, high in _UNSPACED)
"""Ranges for a character class of a regular expression."""


def _marks() -> str:
    codes = (code for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), lambda at: at[1] - at[0])]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


MARKS = _marks()
"""Ranges of the marks that stand on or after a letter (vowels in India, accents written apart): parts of a word, though
`\\w` does not match them."""


def is_hiragana(char: str) -> bool:
    """Whether the character is hiragana, which spells Japanese function words and endings."""
    return "\u3041" <= char <= "\u309f"


def is_unspaced(char: str) -> bool:
    """Whether the character belongs to a script without spaces between words (or, like Hangul, is treated as one)."""
    return any(low <= ord(char) <= high for low, high in _UNSPACED)


@compiled
def any_unspaced(letters: np.ndarray) -> bool:
    """Whether a text holds such a character. Args: letters: uint32[n], code points. Cost: 2 µs for 2,500."""
    for letter in letters:
        if letter >= _UNSPACED[0][0]:
            for low, high in _UNSPACED:
                if low <= letter <= high:
                    return True
    return False
