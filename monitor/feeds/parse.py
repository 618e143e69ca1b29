"""From a feed document to its entries."""

from __future__ import annotations

import calendar
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser  # type: ignore[import-untyped]

from monitor.feeds.entry import Entry, Feed
from monitor.feeds.failures import failure

__all__ = ["Entry", "Feed", "parse"]


def parse(body: bytes, *, url: str, content_type: str, max_entries: int) -> Feed:
    """The entries of an RSS, RDF or Atom document.

    Raises: FetchError: `not_a_feed`.
    """
    # As a stream: bytes by themselves would be tried as the name of a file first.
    read = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not read["version"]:
        raise failure("not_a_feed", url, "is no RSS or Atom document; look for the feed's URL on the site")
    problems = [f"is broken: {read['bozo_exception']}"] if read["bozo"] else []
    if len(read["entries"]) > max_entries:
        problems.append(f"has more than {max_entries} entries; the rest is left out")
    return Feed([_entry(item, url) for item in read["entries"][:max_entries]], problems)


def _entry(item: Any, url: str) -> Entry:
    texts = [part.get("value", "") for part in item.get("content", ())] + [item.get("summary", "")]
    link = item.get("link", "")
    return Entry(
        url=urljoin(url, link) if link else "",
        guid=item.get("id", ""),
        title=item.get("title", ""),
        html=max(texts, key=len),
        published_at=_time(item.get("published_parsed") or item.get("updated_parsed")),
        authors=tuple(author["name"] for author in item.get("authors", ()) if author.get("name")),
        language=item.get("language", ""),
    )


def _time(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError):
        return None
