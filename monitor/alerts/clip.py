"""Cut a text so that its JSON stays within a number of bytes, and shows that it was cut."""

from __future__ import annotations

import msgspec

ELLIPSIS = "…"
_ELLIPSIS_BYTES = len(ELLIPSIS.encode())


def json_bytes(value: object) -> int:
    """Size of a value as JSON in UTF-8, escapes and quotation marks included."""
    return len(msgspec.json.encode(value))


def encodable(text: str) -> str:
    """The text with '?' for lone surrogates, which have no UTF-8 and would make the whole event unsendable."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clip(text: str, max_bytes: int) -> str:
    """The text, or as much of its beginning as fits, with '…' at its end.

    Args: max_bytes: limit for the text inside its JSON quotation marks, at least 3; escapes count as sent, since a
        title of control characters grows sixfold.
    Cost: one encoding of the text; a cut one O(max_bytes).
    """
    text = encodable(text)
    if json_bytes(text) - 2 <= max_bytes:
        return text
    used = _ELLIPSIS_BYTES
    for end, character in enumerate(text):
        used += json_bytes(character) - 2
        if used > max_bytes:
            return text[:end] + ELLIPSIS
    return text
