"""Where the feed in a document begins, or what the document is instead."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s*+")
_SPACE_AND_MARK = re.compile(r"[\s\ufeff]*+")
_START_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?([A-Za-z_][\w.-]{0,60})(?=[\s>/])")
_SUBSET_END = re.compile(r"\]\s*>")
_FEED = re.compile(r"<(?:rss|rdf:RDF|feed)(?=[\s>])", re.IGNORECASE)
_SEARCHED_CHARS = 20_000
_SHOWN_CHARS = 30
_JUDGED_CHARS = 1_000
_MAX_STRANGE = 0.02
"""Share of controls and broken characters that a text may have."""

_FEEDS = frozenset({"rss", "rdf", "feed", "channel", "urlset"})
_OTHERS = {
    "html": "is a web page, not a feed; look there for the address of its feed",
    "sitemapindex": "is a list of sitemaps, not a feed; add the news sitemap that it lists, or the site's feed",
    "opml": "is a list of feeds (OPML), not a feed; add the feeds that it lists",
}
_PAGE = ("html", "head", "body", "script", "div", "meta", "title", "p", "br", "center", "table", "h1", "b", "a")


def is_json(text: str) -> bool:
    """Whether a document begins like JSON."""
    at = _after_mark(text)
    return text[at : at + 1] in ("{", "[")


def root_at(text: str) -> tuple[int, str]:
    """Where the start tag of a feed's root stands, and an empty text; or 0 and what the document is instead.

    White space, comments, processing instructions and the document type before the root are passed over, and with them
    all entities that the document declares. So are other characters (a warning of the site's program) when a root
    follows soon.
    Cost: linear.
    """
    start = after_prolog(text)
    if start == len(text):
        return 0, "holds nothing but white space; try it in a browser"
    found = _START_TAG.match(text, start)
    name = found[1].lower() if found else ""
    if name in _FEEDS:
        return start, ""
    is_page = name == "html" or text[:start].lower().find("<!doctype html") >= 0
    if not is_page and (later := _FEED.search(text, start, start + _SEARCHED_CHARS)):
        return later.start(), ""
    return 0, _instead(text, start, "html" if is_page else name)


def _after_mark(text: str) -> int:
    """Where a document begins, after white space and a byte order mark that was written twice."""
    spaces = _SPACE_AND_MARK.match(text)
    return spaces.end() if spaces else 0


def after_prolog(text: str) -> int:
    """Where what comes before the root of a document ends: white space, comments, instructions, the document type."""
    at = 0
    while True:
        spaces = _SPACE.match(text, at)
        at = spaces.end() if spaces else at
        end = _after_one(text, at)
        if end <= at:
            return at
        at = end


def _after_one(text: str, at: int) -> int:
    """Where the part of the prolog that begins at `at` ends; 0 when there is none, or it does not end."""
    if text.startswith("\ufeff", at):
        return at + 1
    if text.startswith("<?", at):
        return _after(text, "?>", at)
    if text.startswith("<!--", at):
        return _after(text, "-->", at)
    if text[at : at + 9].upper() != "<!DOCTYPE":
        return 0
    end = _after(text, ">", at)
    subset = text.find("[", at, end)
    if subset < 0:
        return end
    closed = _SUBSET_END.search(text, subset)
    return closed.end() if closed else 0


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return 0 if found < 0 else found + len(mark)


def _instead(text: str, start: int, name: str) -> str:
    if name in _PAGE:
        return _OTHERS["html"]
    if name:
        return _OTHERS.get(name, f"is XML, but a document of the kind <{name}>, not a feed")
    begin = text[start : start + _SHOWN_CHARS]
    if _is_binary(text[:_JUDGED_CHARS]):
        return f"is no text at all (it begins with {begin[:8]!a}); look for the feed's URL on the site"
    return f"is text, but no feed (it begins with {begin!a}); look for the feed's URL on the site"


def _is_binary(text: str) -> bool:
    strange = sum(letter == "\ufffd" or not (letter.isprintable() or letter.isspace()) for letter in text)
    return strange > _MAX_STRANGE * len(text)
