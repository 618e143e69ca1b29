"""What a feed says, in the words of no format: every format is read into these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed. What the feed does not say is empty."""

    url: str = ""
    """Where the feed says that the article stands, absolute; not yet in its canonical form."""
    guid: str = ""
    """What the feed calls the item; often a URL, not always the same from poll to poll."""
    title: str = ""
    """May hold HTML: feeds do not agree on it."""
    html: str = ""
    """The longest text that the feed gives of it: the article, or a teaser."""
    published_at: datetime | None = None
    """Aware UTC; the date of the last change when there is no other."""
    authors: tuple[str, ...] = ()
    language: str = ""
    """As the feed writes it (`en-GB`)."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a document says of itself, its entries in its order, and what was wrong with it although it could be read."""

    entries: Sequence[Entry]
    problems: Sequence[str] = ()
    """Each for the user: what is wrong, and what was done about it."""
    title: str = ""
    url: str = ""
    """The page that the feed belongs to."""
    self_url: str = ""
    """Where the feed says that it stands itself."""
    hubs: Sequence[str] = ()
    """WebSub hubs that push what is new."""
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    wait_s: float | None = None
    """How long the publisher asks to wait between two polls: `ttl`, or the period of `sy:updatePeriod`."""
