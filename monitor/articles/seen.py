"""Whether an entry of a feed is a new article, a revision of a known one, or nothing new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from monitor.base.events import Article, FeedEntry
from monitor.base.ids import text_digest

REFRESH = timedelta(days=1)
"""How old the note of an unchanged article may be before it is written again."""
FORGET = timedelta(days=30)
"""An article that its feed has not listed for this long is new when it returns; Wirewatch's index has forgotten it too."""
PAGE_TRIES = 3
"""How often the page of a teaser is asked for, once a poll, before the teaser has to do."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a polled article."""

    digest: str
    """Of its title and text, as the feed gave them."""
    revision: int
    first_seen_at: datetime
    at: datetime
    """When a feed last listed it, to within `REFRESH`."""
    feed_url: str
    """The feed that it came from first; another feed's shorter or longer version of it is no revision."""
    url: str = ""
    missing: int = 0
    """How often its page could not be had; 0 when it was, or was not needed."""


class Judged(NamedTuple):
    """What to do about an entry: publish `article` unless it is None, then remember `seen` unless that is None."""

    outcome: Literal["new", "revised", "unchanged"]
    article: Article | None
    seen: Seen | None


def digest_of(article: Article) -> str:
    """Digest of what a feed says of an article: another one is a revision."""
    return text_digest(article.title, article.text)


def judge(seen: Seen | None, entry: FeedEntry) -> Judged:
    """Compare an entry with what is remembered of its article.

    Args: entry: with the time of its poll as `first_seen_at`; one that is older than what is remembered is a repeat.
    """
    article = entry.article
    digest, at = entry.digest or digest_of(article), article.first_seen_at
    missing = int(entry.page == "missing")
    if seen is None:
        noted = Seen(
            digest=digest,
            revision=1,
            first_seen_at=at,
            at=at,
            feed_url=article.feed_url,
            url=article.url,
            missing=missing,
        )
        return Judged("new", article, noted)
    is_own = article.feed_url == seen.feed_url and at > seen.at
    # The page that could not be had before.
    is_late = bool(seen.missing) and entry.page == "read"
    if is_own and (digest != seen.digest or is_late):
        revised = msgspec.structs.replace(
            article, revision=seen.revision + 1, first_seen_at=seen.first_seen_at, revised_at=at
        )
        noted = msgspec.structs.replace(seen, digest=digest, revision=revised.revision, at=at, missing=missing)
        return Judged("revised", revised, noted)
    if is_own and missing:
        return Judged("unchanged", None, msgspec.structs.replace(seen, at=at, missing=seen.missing + 1))
    fresh = msgspec.structs.replace(seen, at=at) if at - seen.at >= REFRESH else None
    return Judged("unchanged", None, fresh)


def wants_page(seen: Seen | None, article: Article) -> bool:
    """Whether the page of a teaser is to be asked for: it is new or revised, or its page could not be had so far."""
    if seen is None:
        return True
    if article.feed_url != seen.feed_url:
        return False
    return digest_of(article) != seen.digest or 0 < seen.missing < PAGE_TRIES


def is_forgotten(seen: Seen, now: datetime) -> bool:
    """Whether an article was last listed so long ago that nothing more comes of it.

    Args: now: when its feed was last read. While a feed cannot be read, or says that nothing changed, its articles stay
        known, however long that is.
    """
    return now - seen.at > FORGET
