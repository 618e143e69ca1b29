"""From an entry of a feed to an article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from yarl import URL

from monitor.articles.canonical import canonical_url, identity_url
from monitor.articles.gates import word_count
from monitor.articles.html import links_of, text_of
from monitor.articles.page import Page
from monitor.base.events import Article
from monitor.base.ids import article_id, text_digest
from monitor.feeds.entry import Entry
from monitor.feeds.failures import shown
from monitor.feeds.host_limits import place_of

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

_CHARS_A_WORD = 10
"""More than words have on average in any language that sets them apart."""
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that is no article."""

    message: str
    """Names the entry, the reason and the mend."""


def article(
    entry: Entry, *, feed_url: str, source: str, first_seen_at: datetime, quiet_after: timedelta | None = None
) -> Article | Rejected:
    """The article that an entry announces; its id and URL are the same at each poll.

    The URL is the canonical one of the entry's link. Without a usable link it is the entry's guid if that is a URL;
    otherwise the feed's URL with a fragment made from the guid, or from title and text when there is no guid either.
    Texts are cut at the limits above.

    Args: feed_url: as configured. source: the publisher; empty for the host of the article's URL without `www.`.
        first_seen_at: the time of the poll, aware UTC. quiet_after: how old it may be by then and still raise an alert;
        None for any age.
    Cost: that of `text_of`: 0.4 ms for 5 kB of HTML.
    """
    title = _line(entry.title, MAX_TITLE_CHARS)
    text = text_of(entry.html[:MAX_HTML_CHARS])[:MAX_TEXT_CHARS]
    if not title and not text:
        named = shown(entry.url or entry.guid) or "without link or guid"
        return Rejected(f"the entry {named} of {shown(feed_url)} has neither title nor text; look at the feed's source")
    url = _link(entry.url) or _link(entry.guid) or _made_up(entry, feed_url, title, text)
    published_at = _past(entry.published_at, first_seen_at)
    return Article(
        id=article_id(identity_url(url)),
        url=url,
        title=title,
        source=source or (URL(url).host or "").removeprefix("www."),
        published_at=published_at,
        first_seen_at=first_seen_at,
        language=_language(entry.language),
        text=text,
        links=_outgoing(entry.html[:MAX_HTML_CHARS], url),
        authors=tuple(name for name in (_line(one, MAX_NAME_CHARS) for one in entry.authors[:MAX_AUTHORS]) if name),
        feed_url=feed_url,
        quiet=quiet_after is not None and published_at is not None and first_seen_at - published_at > quiet_after,
    )


def is_teaser(article: Article, *, words: int) -> bool:
    """Whether a feed gives less of an article than can be compared, so that its page is worth reading."""
    # A made-up address has a fragment; no page stands there.
    # Most articles have the words in their beginning, whatever follows.
    beginning = article.text[: words * _CHARS_A_WORD]
    return word_count(beginning) < words and word_count(article.text) < words and "#" not in article.url


def with_page(article: Article, page: Page) -> Article:
    """The article with what its page says of it.

    The page's canonical address counts when it is of the same domain: a licensed copy names the original's page, and is
    an article of its own all the same.
    """
    is_own = place_of(page.url, "domain") == place_of(article.url, "domain") if page.url else False
    url = (_link(page.url) if is_own else "") or article.url
    return msgspec.structs.replace(
        article,
        id=article_id(identity_url(url)),
        url=url,
        title=article.title or page.title[:MAX_TITLE_CHARS],
        text=page.text[:MAX_TEXT_CHARS],
        published_at=article.published_at or _past(page.published_at, article.first_seen_at),
        language=article.language or _language(page.language),
        authors=article.authors or tuple(name[:MAX_NAME_CHARS] for name in page.authors[:MAX_AUTHORS]),
        links=tuple(dict.fromkeys((*article.links, *_of_other_hosts(page.links, url))))[:MAX_LINKS],
    )


def _link(url: str) -> str:
    """The canonical URL of an article's page, or nothing."""
    canonical = canonical_url(url)
    # Some feeds give each entry the site's front page as its link; all of them would be one article.
    return canonical if canonical and URL(canonical).path_qs != "/" else ""


def _outgoing(html: str, url: str) -> tuple[str, ...]:
    """Canonical URLs of the first links to other hosts."""
    return _of_other_hosts(links_of(html, limit=4 * MAX_LINKS), url)


def _of_other_hosts(links: Iterable[str], url: str) -> tuple[str, ...]:
    own = URL(url).host
    found = (canonical_url(link) for link in links)
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
