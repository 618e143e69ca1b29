"""How an article joins the story of the earlier article that it re-uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from monitor.base import ids
from monitor.base.events import Alert, ArticleRef, ArticleRevised, Match, StoryRef, StoryUpdated
from monitor.match.credit import is_credited
from monitor.stories.extent import Ranges, merged, mostly_in, part_of
from monitor.stories.origin import confidence, with_article, with_credits
from monitor.stories.state import Draft, Member, Story, source_key


class Joined(NamedTuple):
    """What became of a story when an article was to join it."""

    story: StoryRef | None = None
    """The story with the article in it; None when it was in it already."""
    updated: StoryUpdated | None = None
    """The correction, when the story had another origin until now."""


def join(draft: Draft, match: Match) -> Joined:
    """Put the later article of a match into the story whose text the two share, which is opened when there is none.

    An article joins once: its later matches and revisions change nothing. Stories do not chain: an article that took
    some passages only is in their story with these; who takes other parts of it shares nothing with that story, and
    opens one of the article's own text. Two stories that meet stay two.
    Cost: at most five small writes, whatever the size of the story.
    """
    article = draft.members.get(match.article.id)
    if article and article.joined:
        return Joined()
    earlier = draft.members.get(match.earlier.id)
    story_id = _shared_story(match, article, earlier)
    both_in = story_id in _stories(earlier) and story_id in _stories(article)
    before = draft.stories.get(story_id)
    _enter(draft, story_id, match.earlier, _as_earlier(match, earlier, story_id), match.earlier_credits)
    story = _enter(draft, story_id, match.article, _as_later(match, article, story_id), match.credited_to)
    told = story_ref(story_id, story)
    # Both are in: an origin whose later text resembles its copy; or this was done before a crash.
    return Joined(None if both_in else told, _update(before, told))


def story_ref(story_id: str, story: Story) -> StoryRef:
    """A story as it is told."""
    return StoryRef(
        id=story_id,
        origin=story.origin,
        articles=story.articles,
        sources=story.sources,
        origin_confidence=confidence(story),
    )


def alert(match: Match, story: StoryRef) -> Alert:
    """The event 'this article joined that story'; its id and time come from what it says."""
    article = match.article
    alert_id = ids.alert_id(article.id, story.id, article.revision)
    return Alert(
        alert_id=alert_id, at=article.first_seen_at, article=article, story=story, match=_crediting(match, story)
    )


def revised(article: ArticleRef, match: Match | None, story: StoryRef) -> ArticleRevised:
    """The event 'an article of this story has another text now', with what that takes from another source."""
    return ArticleRevised(
        alert_id=ids.revised_id(article.id, article.revision),
        at=article.revised_at or article.first_seen_at,
        article=article,
        story=story,
        match=_crediting(match, story) if match else None,
    )


def _crediting(match: Match, story: StoryRef) -> Match:
    """A copy of a copy credits the agency, not the outlet that it has the text from."""
    is_origin = is_credited(match.credited_to, story.origin.source)
    return replace(match, credits_origin=True) if is_origin else match


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


def _shared_story(match: Match, article: Member | None, earlier: Member | None) -> str:
    """Id of the story whose text a match shares.

    That is the earlier article's. An earlier article that is in no story comes into the one that later copies of this
    article have opened already, if what they took of it is the earlier article's text.
    """
    opened = ids.story_id(match.earlier.id)
    if earlier and earlier.story:
        if mostly_in(_taken(match), earlier.part):
            return earlier.story
        return earlier.own or (opened if opened != earlier.story else ids.story_id(opened))
    if article and article.story and mostly_in(article.taken, part_of(match)):
        return article.story
    return opened


def _as_earlier(match: Match, member: Member | None, story_id: str) -> Member:
    """The earlier article once the match has brought it into the story."""
    member = member or Member(seen=match.earlier.first_seen_at)
    if not member.joined:
        member = replace(member, taken=merged((*member.taken, *_taken(match))))
    if not member.story:
        return replace(member, story=story_id)
    return member if member.story == story_id else replace(member, own=story_id)


def _as_later(match: Match, member: Member | None, story_id: str) -> Member:
    """The later article once it has joined the story; what its copies have opened before stays with its own text."""
    member = member or Member(seen=match.article.first_seen_at)
    part = part_of(match)
    own = member.story if part and member.story != story_id else ""
    return replace(member, story=story_id, joined=True, part=part, own=own, taken=())


def _taken(match: Match) -> Ranges:
    return merged(passage.earlier for passage in match.passages)


def _stories(member: Member | None) -> set[str]:
    return {member.story, member.own} - {""} if member else set()


def _enter(draft: Draft, story_id: str, article: ArticleRef, member: Member, credited: Iterable[str]) -> Story:
    """Count an article into a story, once, with its source and those whom it credits; `member` is what it is then."""
    story = draft.stories.get(story_id)
    new = story is None or story_id not in _stories(draft.members.get(article.id))
    story = story or Story(origin=article, seen=article.first_seen_at)
    draft.members.put(article.id, member)
    changed = replace(
        with_article(with_credits(story, credited) if new else story, article),
        articles=story.articles + new,
        sources=story.sources + (new and _is_first_of_source(draft, story_id, article.source)),
        seen=max(story.seen, article.first_seen_at),
    )
    draft.stories.put(story_id, changed)
    return changed


def _is_first_of_source(draft: Draft, story_id: str, source: str) -> bool:
    """Count an article of a source into a story; whether the story had none of it. Unknown sources do not count."""
    if not source:
        return False
    key = source_key(story_id, source)
    known = draft.sources.get(key) or 0
    draft.sources.put(key, known + 1)
    return not known
