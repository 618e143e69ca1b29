"""Mends for the ways in which feeds are often broken, each on the characters of a document."""

from __future__ import annotations

import html.entities
import re
from collections import Counter
from collections.abc import Iterator
from xml.sax.saxutils import escape

_SECTION = re.compile(r"<!\[CDATA\[|<!--")
_NO_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 allows nowhere."""
_AMPERSAND = re.compile(r"&(?:#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));|([a-zA-Z][a-zA-Z0-9]{1,31};))?")
_LOOSE = re.compile(r"(?:<(?![A-Za-z_:/!?]))+|\]\]>")
_OF_XML = ("lt;", "gt;", "amp;", "quot;", "apos;")

_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,40}):(?=[A-Za-z_])")
_DECLARED = re.compile(r"xmlns:([A-Za-z_][\w.-]{0,40})\s{0,9}=")
_MAX_PREFIXES = 100
_USUAL = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
_NAME = re.compile(r"<([\w:.-]+)")
_TEXTS = tuple(
    re.compile(rf"<({name})(?:\s[^>]*)?>") for name in ("title", "description", "summary", "content:encoded", "content")
)
_TAG_OR_SECTION = re.compile(r"<!\[CDATA\[|<(/?)([A-Za-z_][\w:.-]*+)[^<>]*+>")
_MAX_OPEN = 1_000
_ENTRY = re.compile(r"<((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s>/])", re.IGNORECASE)


def mended(text: str) -> str:
    """A document without characters that XML forbids, without comments, with every `&`, `<` and `]]>` of its text
    escaped that is none of XML's, HTML's entities replaced, and prefixes declared that were not.

    Args: text: from the root's start tag on.
    Cost: linear; 50 ms for 1 MB.
    """
    text = _NO_CHARACTER.sub("", text)
    undeclared = set(_PREFIX.findall(text)) - set(_DECLARED.findall(text)) - {"xml", "xmlns"}
    names = "".join(
        f' xmlns:{prefix}="{_USUAL.get(prefix, f"unknown:{prefix}")}"' for prefix in sorted(undeclared)[:_MAX_PREFIXES]
    )
    text = "".join(_mended_parts(text))
    root = _NAME.match(text)
    return f"{root[0]}{names}{text[root.end() :]}" if root else text


def balanced(text: str) -> str:
    """A document whose tags close each other: an end tag without a start closes the innermost element if that holds no
    other one (a misspelt name), or else is left out; what is open at the end of an outer element is closed with it.

    Args: text: a document that `mended` gave.
    Cost: linear; 0.3 s for 1 MB of tags.
    """
    return "".join(_balanced_parts(text))


class _Open:
    """The elements that are open at a place of a document."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._counts: Counter[str] = Counter()
        self._holds_text_only = False

    def start(self, name: str, tag: str) -> str:
        # A new entry ends the one before it.
        closing = self._close(name) if _ENTRY.match(f"<{name}>") else ""
        if not tag.endswith("/>"):
            self.names.append(name)
            self._counts[name] += 1
            self._holds_text_only = True
        return closing + tag

    def end(self, name: str) -> str:
        if not self._counts[name] and self.names and self._holds_text_only:
            name = self.names[-1]
        self._holds_text_only = False
        return self._close(name)

    def _close(self, name: str) -> str:
        closing = []
        while self._counts[name]:
            inner = self.names.pop()
            self._counts[inner] -= 1
            closing.append(f"</{inner}>")
            if inner == name:
                break
        return "".join(closing)


def _balanced_parts(text: str) -> Iterator[str]:
    elements = _Open()
    at = 0
    while (tag := _TAG_OR_SECTION.search(text, at)) and len(elements.names) <= _MAX_OPEN:
        yield text[at : tag.start()]
        at = tag.end()
        slash, name = tag.groups()
        if name is not None:
            yield elements.end(name) if slash else elements.start(name, tag[0])
            continue
        end = text.find("]]>", at)
        if end < 0:
            # A section without end: what follows it is nobody's text.
            at = len(text)
            break
        at = end + 3
        yield text[tag.start() : at]
    yield text[at:].replace("<", "&lt;")
    yield from (f"</{name}>" for name in reversed(elements.names))


def entries_apart(text: str) -> Iterator[str]:
    """Documents of one entry each, so that an entry that is broken spoils no other.

    Args: text: a document that `mended` gave.
    """
    root = _NAME.match(text)
    if root is None:
        return
    start_tag = text[: text.find(">") + 1].replace("/>", ">")
    starts = list(_ENTRY.finditer(text))
    for number, start in enumerate(starts, 1):
        end = starts[number].start() if number < len(starts) else len(text)
        closing = text.rfind(f"</{start[1]}", start.end(), end)
        if closing >= 0:
            end = text.find(">", closing) + 1 or end
        yield f"{start_tag}{text[start.start() : end]}</{root[1]}>"


def with_texts_escaped(entry: str) -> str:
    """A document of one entry in which all that stands in its title and texts is text: for HTML that nobody escaped."""
    for start_tag in _TEXTS:
        begin = start_tag.search(entry)
        if begin is None or entry.startswith("<![CDATA[", begin.end()):
            continue
        end = entry.rfind(f"</{begin[1]}", begin.end())
        if end >= 0:
            entry = entry[: begin.end()] + escape(entry[begin.end() : end]) + entry[end:]
    return entry


def _mended_parts(text: str) -> Iterator[str]:
    at = 0
    while section := _SECTION.search(text, at):
        yield _escaped(text[at : section.start()])
        is_comment = section[0] == "<!--"
        end = text.find("-->" if is_comment else "]]>", section.end())
        if end < 0:
            at = section.start()
            break
        at = end + 3
        if not is_comment:
            yield text[section.start() : at]
    yield _escaped(text[at:])


def _escaped(text: str) -> str:
    return _LOOSE.sub(lambda found: escape(found[0]), _AMPERSAND.sub(_reference, text))


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        is_character = number <= 0x10FFFF and not _NO_CHARACTER.match(chr(number))
        return found[0] if is_character else ""
    if name in _OF_XML:
        return found[0]
    # Only with the semicolon: without it, HTML reads `&copy=1` in an address as a sign.
    characters = html.entities.html5.get(name or "")
    return escape(characters) if characters else f"&amp;{found[0][1:]}"
