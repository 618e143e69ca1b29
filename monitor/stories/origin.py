"""How sure it is that a story's origin was first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from monitor.articles.agencies import publisher
from monitor.base.events import ArticleRef, Confidence
from monitor.stories.state import Story

CLEAR_LEAD = timedelta(minutes=10)
"""Between two dates of their own: publishers round to five minutes and correct their dates by a few."""
CLEAR_LEAD_SEEN = timedelta(hours=1)
"""Where the origin has no date of its own: feeds are polled minutes apart, the slowest an hour."""
MAX_CREDITED = 20
"""Names that a story counts credits for."""


def with_article(story: Story, article: ArticleRef) -> Story:
    """The story with an article that may be its origin; one that it knows changes nothing."""
    if article.id == story.origin.id:
        return replace(story, origin=min(story.origin, article, key=_order))
    origin, other = sorted((story.origin, article), key=_order)
    return replace(story, origin=origin, second_at=min(story.second_at or other.appeared_at, other.appeared_at))


def with_credits(story: Story, names: Iterable[str]) -> Story:
    """The story with those whom one of its articles credits."""
    counts = dict(story.credits)
    for name in names:
        if name in counts or len(counts) < MAX_CREDITED:
            counts[name] = counts.get(name, 0) + 1
    return replace(story, credits=counts, crediting=story.crediting + 1) if names else story


def confidence(story: Story) -> Confidence:
    """How sure the origin is.

    `low` when most of the articles that credit somebody credit another source: the text was first somewhere that is
    not watched. `high` when an article credits the origin, or when it has a date of its own, clearly before the next
    one's. `low` too when it has none and was seen hardly before the next.
    """
    for_origin = story.credits.get(publisher(story.origin.source), 0)
    if story.crediting - for_origin > for_origin:
        return "low"
    appeared_at = story.origin.appeared_at
    lead = (story.second_at or appeared_at) - appeared_at
    is_dated = story.origin.published_at == appeared_at
    if for_origin or (is_dated and lead >= CLEAR_LEAD):
        return "high"
    return "medium" if is_dated or lead >= CLEAR_LEAD_SEEN else "low"


def _order(article: ArticleRef) -> tuple[object, ...]:
    return article.order
