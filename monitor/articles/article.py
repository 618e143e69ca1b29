"""From an entry of a feed to an article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from yarl import URL

from monitor.articles.canonical import canonical_url
from monitor.articles.html import links_of, text_of
from monitor.base.events import Article
from monitor.base.ids import article_id, text_digest
from monitor.feeds.entry import Entry
from monitor.feeds.failures import shown

MAX_HTML_CHARS = 1_000_000
"""Of an entry's text with its markup; the rest is not looked at."""
MAX_TEXT_CHARS = 200_000
"""About 35,000 words, more than any newspaper prints in one piece. An article's event stays under 1 MB with it."""
MAX_TITLE_CHARS = 1_000
MAX_NAME_CHARS = 200
MAX_AUTHORS = 20
MAX_LINKS = 30
MAX_AHEAD = timedelta(days=1)
"""Up to here a date in the future may be a wrong time zone; beyond, it is a mistake, or meant to stay on top of lists."""

_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that is no article."""

    message: str
    """Names the entry, the reason and the mend."""


def article(entry: Entry, *, feed_url: str, source: str, first_seen_at: datetime) -> Article | Rejected:
    """The article that an entry announces; its id and URL are the same at each poll.

    The URL is the canonical one of the entry's link. Without a usable link it is the entry's guid if that is a URL;
    otherwise the feed's URL with a fragment made from the guid, or from title and text when there is no guid either.
    Texts are cut at the limits above.

    Args: feed_url: as configured. source: the publisher; empty for the host of the article's URL without `www.`.
        first_seen_at: the time of the poll, aware UTC.
    Cost: that of `text_of`: 0.4 ms for 5 kB of HTML.
    """
    title = _line(entry.title, MAX_TITLE_CHARS)
    text = text_of(entry.html[:MAX_HTML_CHARS])[:MAX_TEXT_CHARS]
    if not title and not text:
        named = shown(entry.url or entry.guid) or "without link or guid"
        return Rejected(f"the entry {named} of {shown(feed_url)} has neither title nor text; look at the feed's source")
    url = _link(entry.url) or _link(entry.guid) or _made_up(entry, feed_url, title, text)
    return Article(
        id=article_id(url),
        url=url,
        title=title,
        source=source or (URL(url).host or "").removeprefix("www."),
        published_at=_past(entry.published_at, first_seen_at),
        first_seen_at=first_seen_at,
        language=_language(entry.language),
        text=text,
        links=_outgoing(entry.html[:MAX_HTML_CHARS], url),
        authors=tuple(name for name in (_line(one, MAX_NAME_CHARS) for one in entry.authors[:MAX_AUTHORS]) if name),
        feed_url=feed_url,
    )


def _link(url: str) -> str:
    """The canonical URL of an article's page, or nothing."""
    canonical = canonical_url(url)
    # Some feeds give each entry the site's front page as its link; all of them would be one article.
    return canonical if canonical and URL(canonical).path_qs != "/" else ""


def _outgoing(html: str, url: str) -> tuple[str, ...]:
    """Canonical URLs of the first links to other hosts."""
    own = URL(url).host
    found = (canonical_url(link) for link in links_of(html, limit=4 * MAX_LINKS))
    outgoing = dict.fromkeys(link for link in found if link and URL(link).host != own)
    return tuple(outgoing)[:MAX_LINKS]


def _made_up(entry: Entry, feed_url: str, title: str, text: str) -> str:
    # A guid may hold what no encoding has (half a surrogate pair); its ASCII form tells it apart all the same.
    name = text_digest("guid", ascii(entry.guid)) if entry.guid.strip() else text_digest("text", title, text)
    return f"{canonical_url(feed_url) or feed_url}#{name}"


def _past(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None or at - now > MAX_AHEAD else at


def _language(tag: str) -> str:
    """The ISO 639-1 code that a language tag begins with."""
    found = _LANGUAGE.fullmatch(tag.strip())
    return found[1].lower() if found else ""


def _line(html: str, limit: int) -> str:
    return " ".join(text_of(html[:MAX_HTML_CHARS]).split())[:limit].rstrip()
