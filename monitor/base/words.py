"""Which texts hold which words: a small query language for rules.

    ferry "harbour board" OR pier* AND NOT (weather OR sport)

Words next to each other must all be there; `OR` binds weakest, then `AND` (the same as nothing), then `NOT` or `-`.
Quotation marks hold a phrase together, `*` at the end of a word stands for any ending, parentheses group. Case,
accents written apart and punctuation do not count; where a script writes no spaces, a word is found inside a run of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

MAX_CHARACTERS = 2000
MAX_DEPTH = 20

_TOKEN = re.compile(r'\s*(?:(?P<phrase>"[^"]*")|(?P<mark>[()])|(?P<not>-(?=\S))|(?P<word>[^\s()"]+))')
_WORD = re.compile(r"\w+")
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Text(NamedTuple):
    """A text as it is searched: its words with a space around each, and the same without spaces."""

    words: str
    run: str


Finds = Callable[[Text], bool]


def searched(texts: Iterable[str]) -> Text:
    """Texts in the form that a query is held against. Cost: O(characters)."""
    words = [word for text in texts for word in [*_words(text), "\n"]]
    return Text(" " + " ".join(words) + " ", "".join(words))


def compile_words(query: str) -> Finds:
    """A function that says whether a text holds what the query asks for.

    Raises: ValueError: the query is not one; the message says where and why.
    """
    if len(query) > MAX_CHARACTERS:
        raise ValueError(f"has {len(query)} characters, at most {MAX_CHARACTERS} are taken")
    reader = _Reader(query)
    found = reader.any_of(0)
    if reader.left():
        raise ValueError(f"{reader.left()[:20]!r} is too much; is a '(' missing before it?")
    return found


class _Reader:
    """Recursive descent; each method returns what the part that it has read asks for."""

    def __init__(self, query: str) -> None:
        self._tokens = [(found.lastgroup or "", found[found.lastgroup or 0]) for found in _TOKEN.finditer(query)]
        if query.count('"') % 2:
            raise ValueError("a quotation mark is not closed")
        self._at = 0

    def left(self) -> str:
        return " ".join(text for _, text in self._tokens[self._at :])

    def any_of(self, depth: int) -> Finds:
        if depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} parentheses inside each other")
        parts = [self._all_of(depth)]
        while self._takes("OR"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else lambda text: any(part(text) for part in parts)

    def _all_of(self, depth: int) -> Finds:
        parts = [self._one(depth)]
        while True:
            joined = self._takes("AND")
            if not joined and (self._peek() in ((), ("mark", ")")) or self._peek() == ("word", "OR")):
                break
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda text: all(part(text) for part in parts)

    def _one(self, depth: int) -> Finds:
        negated = False
        while self._takes("NOT") or self._takes("-"):
            negated = not negated
        found = self._positive(depth)
        return (lambda text: not found(text)) if negated else found

    def _positive(self, depth: int) -> Finds:
        if self._takes("("):
            inner = self.any_of(depth + 1)
            if not self._takes(")"):
                raise ValueError("a '(' is not closed")
            return inner
        token = self._peek()
        if not token or token[0] not in ("phrase", "word") or token in (("word", "OR"), ("word", "AND")):
            raise ValueError(f"a word is missing {f'before {token[1]!r}' if token else 'at the end'}")
        self._at += 1
        return _holds(token[1])

    def _peek(self) -> tuple[str, str] | tuple[()]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ()

    def _takes(self, text: str) -> bool:
        token = self._peek()
        if token and token[1] == text and token[0] != "phrase":
            self._at += 1
            return True
        return False


def _holds(term: str) -> Finds:
    words = _words(term)
    if not words:
        raise ValueError(f"{term!r} holds no word")
    if _NO_SPACES.search(term):
        run = "".join(words)
        return lambda text: run in text.run
    phrase = " " + " ".join(words) + ("" if term.rstrip('"').endswith("*") else " ")
    return lambda text: phrase in text.words


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
