"""Whether the later article says where its text comes from."""

from __future__ import annotations

import re

from monitor.match.text import Text

_MIN_NAME_CHARS = 2
# Words with which articles credit a source in running text, in the languages of the larger agencies.
_CREDITING = (
    r"via|courtesy of|according to|reported by|as reported|originally (?:published|appeared)|first (?:published|appeared)"
    r"|source|reports?|reported|told|laut|berichtet|meldet|selon|rapporte|según|informa|secondo|riporta|segundo|volgens"
    r"|prema|prenosi|сообщает|повідомляє|によると|报道"
)


def credit(later: Text, earlier: Text) -> str:
    """The line or words that credit a source: the earlier article's if it is named, else any other; '' if none.

    A line that names only the later article's own publisher is no credit.
    """
    origin, own = _name(earlier.article.source), _name(later.article.source)
    lines = [line for line in later.credits if not own or own not in line.lower()]
    for line in lines:
        if origin and origin in line.lower():
            return line
    return _mention(later.text, origin) if origin and origin != own and not lines else "".join(lines[:1])


def _name(source: str) -> str:
    """The publisher's name in its host name: 'reuters' of 'uk.reuters.com'; '' when there is none."""
    labels = [label for label in source.lower().split(".") if len(label) > _MIN_NAME_CHARS and label not in _SUFFIXES]
    return max(labels, key=len) if labels else ""


_SUFFIXES = {"com", "org", "net", "www", "news", "example", "info", "gov", "edu"}


def _mention(text: str, name: str) -> str:
    """The words around the source's name, where they credit it."""
    if name not in text.lower():
        return ""
    word = re.escape(name)
    pattern = rf"(?:\b(?:{_CREDITING})\b\s+(?:the\s+)?{word}\b|\b{word}\b,?\s+(?:{_CREDITING})\b)"
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group(0) if found else ""
