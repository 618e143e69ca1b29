"""From a feed document to its articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from monitor.articles.article import Rejected, article
from monitor.articles.identity import Named
from monitor.feeds.entry import Feed
from monitor.feeds.parse import parse


@dataclass(frozen=True, slots=True)
class Document:
    """What a document was read as."""

    feed: Feed
    named: list[Named]
    """The articles, oldest first, each once."""
    rejected: list[Rejected]
    """The entries that are no articles."""


def read_document(
    body: bytes,
    *,
    url: str,
    content_type: str,
    max_entries: int,
    feed_url: str,
    source: str,
    now: datetime,
    quiet_after: timedelta,
    is_first: bool,
) -> Document:
    """The articles of a document.

    Args: url, content_type, max_entries: as for `parse`. feed_url, source, quiet_after: as for `article`. now: when the
        document was asked for, aware UTC. is_first: nothing was read of this feed before, so that an entry without a date
        may have stood there for years; it is quiet.
    Raises: FetchError: `not_a_feed`.
    Cost: that of `parse`, and 0.1 ms an entry; it belongs in a thread.
    """
    feed = parse(body, url=url, content_type=content_type, max_entries=max_entries)
    articles: dict[str, Named] = {}
    rejected = []
    # Feeds list the latest first; who is first within one document is decided by the publisher's own dates.
    oldest_first = list(reversed(feed.entries))
    oldest_first.sort(key=lambda entry: entry.published_at or now)
    for number, entry in enumerate(oldest_first):
        made = article(
            entry,
            feed_url=feed_url,
            source=source,
            first_seen_at=now + timedelta(microseconds=number),
            quiet_after=quiet_after,
        )
        if isinstance(made, Rejected):
            rejected.append(made)
            continue
        if is_first and made.published_at is None:
            made = msgspec.structs.replace(made, quiet=True)
        # The latest of entries with one URL: handled one after another, they would be each other's revisions, at every
        # poll anew.
        articles.pop(made.id, None)
        articles[made.id] = Named(made, entry.guid.strip(), made.id)
    return Document(feed, list(articles.values()), rejected)
