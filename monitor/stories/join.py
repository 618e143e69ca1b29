"""How an article joins the story of the earlier article that it re-uses."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from monitor.base import ids
from monitor.base.events import Alert, ArticleRef, Match, StoryRef, StoryUpdated
from monitor.stories.state import Draft, Member, Story, source_key


class Joined(NamedTuple):
    """What became of a story when an article was to join it."""

    story: StoryRef | None = None
    """The story with the article in it; None when it was in it already."""
    updated: StoryUpdated | None = None
    """The correction, when the story had another origin until now."""


def join(draft: Draft, match: Match) -> Joined:
    """Put the later article of a match into the story of the earlier one, which is opened when there is none.

    An article joins once: its later matches and revisions change nothing. An earlier article that is in no story
    comes into the story that later copies of this article have opened already; two stories that meet stay two.
    Cost: at most five small writes, whatever the size of the story.
    """
    article = draft.members.get(match.article.id)
    if article and article.joined:
        return Joined()
    earlier = draft.members.get(match.earlier.id)
    story_id = (earlier and earlier.story) or (article and article.story) or ids.story_id(match.earlier.id)
    both_in = earlier and article and earlier.story == article.story == story_id
    before = draft.stories.get(story_id)
    _enter(draft, story_id, match.earlier, joined=False)
    story = _enter(draft, story_id, match.article, joined=True)
    told = StoryRef(id=story_id, origin=story.origin, articles=story.articles, sources=story.sources)
    # Both are in: an origin whose later text resembles its copy; or this was done before a crash.
    return Joined(None if both_in else told, _update(before, told))


def alert(match: Match, story: StoryRef) -> Alert:
    """The event 'this article joined that story'; its id and time come from what it says."""
    article = match.article
    alert_id = ids.alert_id(article.id, story.id, article.revision)
    return Alert(alert_id=alert_id, at=article.first_seen_at, article=article, story=story, match=match)


def _update(before: Story | None, story: StoryRef) -> StoryUpdated | None:
    """The event 'this story began elsewhere', once for each article that becomes its origin."""
    if before is None or before.origin.id == story.origin.id:
        return None
    return StoryUpdated(
        alert_id=ids.update_id(story.id, story.origin.id),
        at=story.origin.first_seen_at,
        previous_origin=before.origin,
        story=story,
    )


def _enter(draft: Draft, story_id: str, article: ArticleRef, *, joined: bool) -> Story:
    """Count an article into a story, once, and its source, once."""
    story = draft.stories.get(story_id)
    member = draft.members.get(article.id) or Member(seen=article.first_seen_at)
    new = story is None or member.story != story_id
    story = story or Story(origin=article, seen=article.first_seen_at)
    draft.members.put(article.id, replace(member, story=story_id, joined=member.joined or joined))
    changed = replace(
        story,
        origin=min(story.origin, article, key=lambda each: each.order),
        articles=story.articles + new,
        sources=story.sources + _count_source(draft, story_id, article.source),
        seen=max(story.seen, article.first_seen_at),
    )
    draft.stories.put(story_id, changed)
    return changed


def _count_source(draft: Draft, story_id: str, source: str) -> bool:
    key = source_key(story_id, source)
    if not source or draft.sources.get(key):
        return False
    draft.sources.put(key, True)
    return True
