"""Scripts that write words without spaces: their texts are compared by pairs of characters."""

from __future__ import annotations

import unicodedata
from itertools import groupby

UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u3041-\u30ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Chinese characters
    "\uac00-\ud7af"  # Hangul: spaced, but particles stick to the words
    "\U00020000-\U0002fa1f"
)
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
    if char < "\u0e00":
        return False
    ranges = (("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\u3041", "\u30ff"))
    more = (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uac00", "\ud7af"), ("\uf900", "\ufaff"))
    return any(low <= char <= high for low, high in (*ranges, *more, ("\U00020000", "\U0002fa1f")))
