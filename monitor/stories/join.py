"""How an article joins the story of the earlier article that it re-uses."""

from __future__ import annotations

from msgspec.structs import replace

from monitor.base import ids
from monitor.base.events import Alert, ArticleRef, Match, StoryRef
from monitor.stories.state import Draft, Member, Story, source_key


def join(draft: Draft, match: Match) -> StoryRef | None:
    """Put the later article of a match into the story of the earlier one, which is opened when there is none.

    An article joins once: its later matches and revisions change nothing. An earlier article that is in no story
    comes into the story that later copies of this article have opened already; two stories that meet stay two.
    Returns: the story with the article in it; None when the article is in it already.
    Cost: at most five small writes, whatever the size of the story.
    """
    article = draft.members.get(match.article.id)
    if article and article.joined:
        return None
    earlier = draft.members.get(match.earlier.id)
    story_id = (earlier and earlier.story) or (article and article.story) or ids.story_id(match.earlier.id)
    both_in = earlier and article and earlier.story == article.story == story_id
    _enter(draft, story_id, match.earlier, joined=False)
    story = _enter(draft, story_id, match.article, joined=True)
    # An origin whose later text resembles its copy; or this was done before a crash.
    if both_in:
        return None
    return StoryRef(id=story_id, origin=story.origin, articles=story.articles, sources=story.sources)


def alert(match: Match, story: StoryRef) -> Alert:
    """The event 'this article joined that story'; its id and time come from what it says."""
    article = match.article
    alert_id = ids.alert_id(article.id, story.id, article.revision)
    return Alert(alert_id=alert_id, at=article.first_seen_at, article=article, story=story, match=match)


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
