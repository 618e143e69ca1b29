"""Whether an entry of a feed is a new article, a revision of a known one, or nothing new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from monitor.base.events import Article
from monitor.base.ids import text_digest

REFRESH = timedelta(days=1)
"""How old the note of an unchanged article may be before it is written again."""
FORGET = timedelta(days=30)
"""An article that no feed has listed for this long is new when it returns; Wirewatch's index has forgotten it too."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a polled article."""

    digest: str
    """Of its title and text."""
    revision: int
    first_seen_at: datetime
    at: datetime
    """When a feed last listed it, to within `REFRESH`."""
    feed_url: str
    """The feed that it came from first; another feed's shorter or longer version of it is no revision."""


class Judged(NamedTuple):
    """What to do about an entry: publish `article` unless it is None, then remember `seen` unless that is None."""

    outcome: Literal["new", "revised", "unchanged"]
    article: Article | None
    seen: Seen | None


def judge(seen: Seen | None, entry: Article) -> Judged:
    """Compare an entry with what is remembered of its article.

    Args: entry: with the time of its poll as `first_seen_at`; one that is older than what is remembered is a repeat.
    """
    digest = text_digest(entry.title, entry.text)
    at = entry.first_seen_at
    if seen is None:
        return Judged("new", entry, Seen(digest=digest, revision=1, first_seen_at=at, at=at, feed_url=entry.feed_url))
    if digest != seen.digest and entry.feed_url == seen.feed_url and at > seen.at:
        revised = msgspec.structs.replace(entry, revision=seen.revision + 1, first_seen_at=seen.first_seen_at)
        noted = msgspec.structs.replace(seen, digest=digest, revision=revised.revision, at=at)
        return Judged("revised", revised, noted)
    fresh = msgspec.structs.replace(seen, at=at) if at - seen.at >= REFRESH else None
    return Judged("unchanged", None, fresh)


def is_forgotten(seen: Seen, now: datetime) -> bool:
    """Whether an article was last listed so long ago that nothing more comes of it."""
    return now - seen.at > FORGET
