"""Lists of feeds as OPML, which keep whatever else they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from monitor.base.errors import InputError
from monitor.feeds.charset import decoded
from monitor.feeds.mend import mended
from monitor.feeds.root import after_prolog

MAX_DEPTH = 50
MAX_OUTLINES = 200_000


@dataclass(slots=True)
class Outline:
    """A feed, or a folder of them; attributes as they are written."""

    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Outline] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the feed; empty for a folder."""
        return self.get("xmlurl").strip()

    def get(self, name: str) -> str:
        """An attribute, whose name programs write in capitals as they like."""
        return next((value for key, value in self.attributes.items() if key.lower() == name), "")


@dataclass(slots=True)
class Opml:
    """A whole list."""

    head: list[tuple[str, str]] = field(default_factory=list)
    """Elements of the head, with their texts."""
    outlines: list[Outline] = field(default_factory=list)
    version: str = "2.0"

    def feeds(self) -> Iterator[Outline]:
        """The outlines that are feeds, in their order, whatever folder they are in."""
        waiting = list(reversed(self.outlines))
        while waiting:
            outline = waiting.pop()
            if outline.url:
                yield outline
            waiting += reversed(outline.children)


def read_opml(body: bytes, *, name: str) -> Opml:
    """The list that a document holds; characters that XML forbids, and unescaped `&`, are mended.

    Args: name: the file or URL, for messages.
    Raises: InputError: it is no OPML, or broken beyond that.
    Source: opml.org/spec2.opml.
    Cost: linear; 20 ms for 1,000 feeds.
    """
    text, _ = decoded(body, content_type="")
    # From the root on, so that it declares no entities.
    text = text[after_prolog(text) :]
    for source in (text, mended(text)):
        reader = _Reader()
        try:
            reader.read(source)
        except expat.ExpatError as error:
            broken = f"{expat.errors.messages[error.code]}, line {error.lineno}"
            continue
        except _TooMuch as error:
            raise InputError(f"{name}: {error}") from None
        if reader.root != "opml":
            raise InputError(
                f"{name}: is no list of feeds (OPML), but <{reader.root}>; export one from your feed reader"
            )
        return reader.opml
    raise InputError(f"{name}: is no list of feeds (OPML), or a broken one ({broken}); export it again")


def write_opml(opml: Opml) -> str:
    """The document of a list: read again, it is the same list."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<opml version={quoteattr(opml.version)}>", "  <head>"]
    lines += (f"    <{name}>{escape(text)}</{name}>" for name, text in opml.head)
    lines += ["  </head>", "  <body>"]
    for outline in opml.outlines:
        lines += _lines(outline, "    ")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _lines(outline: Outline, indent: str) -> Iterator[str]:
    written = "".join(
        f" {name}={quoteattr(value, {chr(10): '&#10;', chr(13): '&#13;', chr(9): '&#9;'})}"
        for name, value in outline.attributes.items()
    )
    if not outline.children:
        yield f"{indent}<outline{written}/>"
        return
    yield f"{indent}<outline{written}>"
    for child in outline.children:
        yield from _lines(child, indent + "  ")
    yield f"{indent}</outline>"


class _TooMuch(Exception):
    """The document is nested too deep, or too long."""


class _Reader:
    def __init__(self) -> None:
        self.opml = Opml()
        self.root = ""
        self._path: list[str] = []
        self._open: list[Outline] = []
        self._outlines = 0
        self._text: list[str] = []

    def read(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.Parse(text.encode("utf-8", "replace"), True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._path:
            self.root = name.lower()
            self.opml.version = attributes.get("version", "2.0")
        self._path.append(name.lower())
        self._text.clear()
        if name.lower() != "outline":
            return
        self._outlines += 1
        if len(self._open) >= MAX_DEPTH or self._outlines > MAX_OUTLINES:
            raise _TooMuch(f"has more than {MAX_DEPTH} folders in each other, or {MAX_OUTLINES} feeds; divide it")
        outline = Outline(dict(attributes))
        (self._open[-1].children if self._open else self.opml.outlines).append(outline)
        self._open.append(outline)

    def _end(self, name: str) -> None:
        self._path.pop()
        if name.lower() == "outline":
            self._open.pop()
        elif self._path == ["opml", "head"]:
            self.opml.head.append((name, "".join(self._text).strip()))
        self._text.clear()
