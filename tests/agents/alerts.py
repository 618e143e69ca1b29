"""Alerts for the tests of what comes after them."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.base.events import Alert, ArticleRef, Match, StoryRef
from monitor.base.ids import alert_id


def alert(number: int, at: datetime, *, published_before_s: float = 60.0) -> Alert:
    """One alert of a story of its own."""
    first = ArticleRef(
        id=f"art_{number}a", url=f"https://wire.example/{number}", source="wire.example", first_seen_at=at
    )
    copy = ArticleRef(
        id=f"art_{number}b",
        url=f"https://herald.example/{number}",
        title=f"Copy {number}",
        source="herald.example",
        first_seen_at=at,
        published_at=at - timedelta(seconds=published_before_s),
    )
    match = Match(article=copy, earlier=first, kind="edited", score=0.9, jaccard=0.5, containment=0.8, coverage=0.7)
    story = StoryRef(id=f"sty_{number}", origin=first, articles=2, sources=2)
    return Alert(alert_id=alert_id(copy.id, story.id, 1), at=at, article=copy, story=story, match=match)
