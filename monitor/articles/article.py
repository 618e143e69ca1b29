"""From an entry of a feed to an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from yarl import URL

from monitor.articles.canonical import canonical_url
from monitor.articles.html import text_of
from monitor.base.events import Article
from monitor.base.ids import article_id, text_digest
from monitor.feeds.entry import Entry

MAX_TEXT_CHARS = 200_000
"""About 35,000 words; the longest articles of newspapers have 20,000. With it an event has at most 1.2 MB."""
MAX_TITLE_CHARS = 1_000
MAX_AUTHORS = 20
MAX_NAME_CHARS = 200
AHEAD = timedelta(days=1)
"""A date further in the future is a mistake; less may be a wrong time zone."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that is no article; `message` names it, the reason and the mend."""

    message: str


def article(entry: Entry, *, feed_url: str, source: str, first_seen_at: datetime) -> Article | Rejected:
    """The article that an entry announces.

    Args: source: the publisher; empty for the host of the article's URL without `www.`.
    """
    title = " ".join(text_of(entry.title).split())[:MAX_TITLE_CHARS]
    text = text_of(entry.html)[:MAX_TEXT_CHARS]
    if not title and not text:
        return Rejected(
            f"entry {(entry.url or entry.guid or 'without link and guid')[:200]!a} of {feed_url} has neither title nor"
            " text; nothing can be compared"
        )
    url = _identity(entry, feed_url, title, text)
    published_at = entry.published_at
    if published_at is not None and published_at > first_seen_at + AHEAD:
        published_at = None
    return Article(
        id=article_id(url),
        url=url,
        title=title,
        source=source or (URL(url).host or "").removeprefix("www."),
        published_at=published_at,
        first_seen_at=first_seen_at,
        language=entry.language[:2].lower(),
        text=text,
        authors=tuple(name[:MAX_NAME_CHARS] for name in entry.authors[:MAX_AUTHORS]),
        feed_url=feed_url,
    )


def _identity(entry: Entry, feed_url: str, title: str, text: str) -> str:
    """The URL that names the article: its link, a guid that is a URL, or a made-up fragment of the feed's URL."""
    url = canonical_url(entry.url) or canonical_url(entry.guid)
    if url:
        return url
    name = text_digest("guid", entry.guid) if entry.guid else text_digest("text", title, text)
    return f"{canonical_url(feed_url)}#{name}"
