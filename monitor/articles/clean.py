"""What of a page's text is the article: furniture is cut, lines that name a source are kept apart."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from monitor.articles.furniture import ABOUT_AUTHOR, END_OF_ARTICLE, SELF_DESCRIPTION, is_furniture
from monitor.articles.sources import DATELINE, SOURCE_LINE, SYNDICATION

# The patterns are written for lines up to this length; a longer line is prose.
_LONGEST_FURNITURE_CHARS = 400
_SHORT_LINE_CHARS = 60
# An author box stands between the article and the comments: in the last lines of a page.
_AUTHOR_BOX_LINES = 8
_MAX_AUTHORS = 3
_DATELINE_LINES = 3
_NAME = re.compile(r"(?:[^\W\d_a-z][\w.'’-]+ ){1,3}[^\W\d_a-z][\w.'’-]+")
_WRITES = re.compile(
    r"\b(?:report(?:er|s|ing)|journalist\w*|correspondent|editor|columnist|writ(?:er|es)|redakteur\w*|korrespondent\w*"
    r"|rédact\w+|periodista|redactor\w*|giornalista|jornalista|redacteur|dziennikar\w+|novinar\w*|journaliste"
    r"|muhabir\w*|журналист\w*|корреспондент\w*)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its page furniture."""

    text: str
    """The article, its paragraphs as lines; offsets of passages count its characters."""
    credits: tuple[str, ...] = ()
    """Lines that name another source, in their order."""


def clean(text: str, blocks: Collection[str] = ()) -> Cleaned:
    """The article of a page's text: navigation, share bars, related links, comment forms, author boxes, error messages
    and syndication notices are cut; sentences of the article never are.

    Args: text: plain text with paragraphs as lines. blocks: lines that `learn` found to be furniture of the source.
    Cost: 0.1 ms for a page of 40 lines.
    """
    lines = [line for line in map(_trimmed, text.splitlines()) if line]
    notices = {line for line in lines if _is_notice(line)}
    sources = [named for at, line in enumerate(lines) if (named := _dateline(line, at) or (line in notices and line))]
    kept = [line for line in _before_end(lines) if line not in notices and not _is_furniture(line)]
    for _ in range(_MAX_AUTHORS):
        before, kept = kept, _without_author_box(kept)
        if kept is before:
            break
    article = [line for line in kept if line not in blocks and not _is_about_author(line)]
    return Cleaned("\n".join(article), tuple(dict.fromkeys(sources)))


def _trimmed(line: str) -> str:
    """The line without spaces at its ends, and with one between words."""
    # Of all that parts words, a space alone counts as printable; most lines stay as they are.
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


def _dateline(line: str, at: int) -> str:
    """The words of a dateline that name an agency; '' when there are none."""
    found = DATELINE.match(line) if at < _DATELINE_LINES else None
    return found.group(0).rstrip(" -–—:") if found else ""


def _is_notice(line: str) -> bool:
    """Whether a line does nothing but name a source."""
    is_short = len(line) <= _LONGEST_FURNITURE_CHARS
    return is_short and bool(SYNDICATION.fullmatch(line) or SOURCE_LINE.fullmatch(line))


def _is_furniture(line: str) -> bool:
    return len(line) <= _LONGEST_FURNITURE_CHARS and is_furniture(line)


def _is_about_author(line: str) -> bool:
    return len(line) <= _SHORT_LINE_CHARS and bool(ABOUT_AUTHOR.fullmatch(line))


def _before_end(lines: list[str]) -> list[str]:
    """The lines up to the comment form or the related links, and any prose that stands after them.

    Related links stand between paragraphs too, and a button for comments above them: what has more prose after it than
    before it is no end. A short line between two of prose is a heading of the article.
    """
    ends = [
        at for at, line in enumerate(lines) if len(line) <= _LONGEST_FURNITURE_CHARS and END_OF_ARTICLE.fullmatch(line)
    ]
    if not ends:
        return lines
    prose = [_is_prose(line) for line in lines]
    end = next((at for at in ends if sum(prose[:at]) >= sum(prose[at:])), len(lines))
    heading = [before and after for before, after in zip([False, *prose], [*prose[1:], False], strict=False)]
    return [line for at, line in enumerate(lines) if at < end or prose[at] or heading[at]]


def _is_prose(line: str) -> bool:
    return len(line) > _SHORT_LINE_CHARS and bool(_SENTENCE_END.search(line))


def _without_author_box(lines: list[str]) -> list[str]:
    """The lines without what a page says of its author near the end: a heading that says so, or the author's name, over a
    self-description.

    A name over a paragraph is a heading of many articles too; it is an author's only if the paragraph is a string of
    phrases or begins with the same name again.
    """
    for at in range(max(1, len(lines) - _AUTHOR_BOX_LINES), len(lines) - 1):
        line, following = lines[at], lines[at + 1]
        if _is_about_author(line):
            named = at + 2 < len(lines) and bool(_NAME.fullmatch(following))
            return lines[:at] + lines[at + 2 + named :]
        if _NAME.fullmatch(line) and (
            SELF_DESCRIPTION.fullmatch(following.strip('"“” ')) or _describes(following, line)
        ):
            return lines[:at] + lines[at + 2 :]
    return lines


def _describes(line: str, name: str) -> bool:
    """Whether a line says of someone what they write."""
    return line.startswith(f"{name} ") and bool(_WRITES.search(line))
