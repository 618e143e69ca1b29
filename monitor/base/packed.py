"""A text as it travels inside an event: compressed, and of a bounded length."""

from __future__ import annotations

import zstandard

MAX_CHARACTERS = 200_000
"""A long article has a tenth of them."""


def pack(text: str) -> bytes:
    """The beginning of a text, compressed to about half. Cost: 60 µs for 400 words, 3 ms for the longest."""
    return zstandard.compress(text[:MAX_CHARACTERS].encode("utf-8", "replace"))


def unpack(packed: bytes) -> str:
    """The text; empty where none was packed. Cost: 10 µs for 400 words."""
    return zstandard.decompress(packed).decode() if packed else ""
