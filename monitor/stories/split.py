"""Take an article out of a story that it is in by mistake, because somebody has looked and said so."""

from __future__ import annotations

from msgspec.structs import replace

from monitor.base.events import StorySplit
from monitor.stories.state import Draft, Stored, Write, source_key


def split(stored: Stored, order: StorySplit) -> tuple[Write, ...]:
    """The changes that a split makes; none when the article is not in the story, as after a repeat of the order.

    The article stays decided, so that what was wrong once is not decided anew; whoever copies it later opens a story of
    its own text. A story that only its origin would be left in is gone. Its number of sources goes down when the
    article was the last one of its source.
    Cost: four small writes.
    """
    draft = Draft(stored)
    member, story = draft.members.get(order.article), draft.stories.get(order.story)
    if member is None or order.story not in (member.story, member.own):
        return ()
    if member.story == order.story:
        # What it began or is also in stays its own.
        member = replace(member, story=member.own, own="", joined=False, part=(), taken=())
    else:
        member = replace(member, own="")
    draft.members.put(order.article, member)
    if story is None:
        return draft.writes()
    source = source_key(order.story, order.source)
    counted = draft.sources.get(source) or 0
    if counted:
        draft.sources.put(source, counted - 1 or None)
    left = replace(story, articles=story.articles - 1, sources=story.sources - (counted == 1))
    draft.stories.put(order.story, left if left.articles > 1 else None)
    return draft.writes()
