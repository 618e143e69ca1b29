"""Whether the later article says where its text comes from, and whether that is where it does come from."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from yarl import URL

from monitor.articles.agencies import agencies_in, names_of, pattern_of, publisher
from monitor.articles.sources import SOURCE_LINE
from monitor.match.text import Text

_MIN_NAME_CHARS = 2
# Shorter names come about by chance where words are joined.
_MIN_JOINED_CHARS = 6
_CONNECTING = re.compile(r"[\W_]+")
# Words with which articles credit a source in running text, in the languages of the larger agencies.
_CREDITING = (
    r"via|courtesy of|according to|reported by|as reported|originally (?:published|appeared)|first (?:published|appeared)"
    r"|source|reports?|reported|told|laut|berichtet|meldet|selon|rapporte|según|informa|secondo|riporta|segundo|volgens"
    r"|prema|prenosi|сообщает|повідомляє|によると|报道"
)
_SUFFIXES = {"com", "org", "net", "www", "news", "example", "info", "gov", "edu"}


class Credit(NamedTuple):
    """What credits a source."""

    text: str = ""
    """The line, the words or the link that credit; the earlier article's source first, if it is credited."""
    to: tuple[str, ...] = ()
    """Everybody who is credited, as `publisher` names them; of an unknown name its own words in lower case."""


def credit(later: Text, earlier: Text) -> Credit:
    """Whom the later article credits: by lines that name a source, by links, and by the earlier one's name in the text.

    A line that names only the later article's own publisher is no credit.
    """
    origin, own = publisher(earlier.article.source), publisher(later.article.source)
    named = [(line, _named(line, earlier.article.source) - {own}) for line in later.credits]
    found = [
        (line, names or _written(line))
        for line, names in named
        if names or not _names_source(line, later.article.source)
    ]
    found += [(link, names) for link in later.links if (names := _linked(link, earlier) - {own})]
    if origin != own and not any(origin in names for _, names in found):
        mention = _mention(later.text, earlier.article.source)
        found += [(mention, {origin})] if mention else []
    found.sort(key=lambda each: origin not in each[1])
    to = dict.fromkeys(name for _, names in found for name in sorted(names))
    return Credit(found[0][0], tuple(to)) if found else Credit()


def agencies_credited(text: Text) -> tuple[str, ...]:
    """The agencies that an article credits by a line of its own: its text is theirs."""
    own = publisher(text.article.source)
    return tuple(dict.fromkeys(name for line in text.credits for name in agencies_in(line) if name != own))


def is_credited(to: tuple[str, ...], source: str) -> bool:
    """Whether a source is among those that an article credits."""
    return bool(source) and publisher(source) in to


def _named(line: str, source: str) -> set[str]:
    """Whom a line credits, of those who are known: agencies, and the source if it names it."""
    named = set(agencies_in(line))
    if _names_source(line, source):
        named.add(publisher(source))
    return named


def _names_source(line: str, source: str) -> bool:
    """Whether a line names a source; host names have no spaces, so `meridianwire.com` is 'Meridian Wire' too."""
    if re.search(_pattern(source), line, re.IGNORECASE):
        return True
    name = _CONNECTING.sub("", _name(source))
    return len(name) >= _MIN_JOINED_CHARS and name in _CONNECTING.sub("", line.lower())


def _written(line: str) -> set[str]:
    """The name in a line that credits somebody unknown."""
    found = SOURCE_LINE.fullmatch(line)
    return {name.strip().lower() for name in found.groupdict().values() if name} if found else set()


def _linked(link: str, earlier: Text) -> set[str]:
    """Whom a link credits: the earlier article's source, or an agency; a link to their front pages credits nobody."""
    site = _site(link)
    if link == earlier.article.url:
        return {publisher(earlier.article.source) or site}
    return {site} if site and (site == publisher(earlier.article.source) or names_of(site)) else set()


def _name(source: str) -> str:
    """The publisher's name in its host name: 'courier' of 'www.courier.com'; '' when there is none."""
    labels = [label for label in source.lower().split(".") if len(label) > _MIN_NAME_CHARS and label not in _SUFFIXES]
    return max(labels, key=len) if labels else ""


def _names(source: str) -> tuple[str, ...]:
    return names_of(source) or tuple(filter(None, (_name(source),)))


@lru_cache(1024)
def _pattern(source: str) -> str:
    """A regular expression for the names of a source; one that never matches when it has none."""
    return "|".join(map(pattern_of, _names(source))) or r"(?!)"


@lru_cache(4096)
def _site(link: str) -> str:
    """The publisher of the page that a link leads to; '' when it leads to a front page."""
    url = URL(link)
    return publisher(url.host or "") if len(url.path) > 1 else ""


def _mention(text: str, source: str) -> str:
    """The words around the source's name, where they credit it."""
    # A plain search first: it is much faster, and most often the name is not there.
    lowered = text.lower()
    if not any(name.lower() in lowered for name in _names(source)):
        return ""
    word = f"(?:{_pattern(source)})"
    pattern = rf"(?:\b(?:{_CREDITING})\b\s+(?:the\s+)?{word}|{word},?\s+(?:{_CREDITING})\b)"
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group(0) if found else ""
