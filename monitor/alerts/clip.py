"""Cut a text so that its JSON stays within a number of bytes, and shows that it was cut."""

from __future__ import annotations

from bisect import bisect_right

import msgspec

ELLIPSIS = "…"


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
    Cost: O(max_bytes log max_bytes), whatever the length of the text.
    """
    # Nothing of these needs more than two bytes.
    if text.isascii() and text.isprintable() and 2 * len(text) <= max_bytes:
        return text
    beginning = encodable(text[: max_bytes + 1])
    if _bytes(beginning) <= max_bytes:
        return beginning
    ends = range(len(beginning) + 1)
    fits = bisect_right(ends, max_bytes - _bytes(ELLIPSIS), key=lambda end: _bytes(beginning[:end]))
    return beginning[: fits - 1] + ELLIPSIS


def _bytes(text: str) -> int:
    """Size of a text inside its JSON quotation marks."""
    return json_bytes(text) - 2
