"""Which article an entry is, when its address is not the one that it had: by GUID, then by title and text.

A feed that moves to another host, changes its GUIDs or decorates its links lists the same articles again. Each would be
new by its address, and each a copy of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import msgspec

from monitor.base.events import Article
from monitor.base.ids import text_digest

MIN_WORDS = 12
"""Of title and text together: 'Morning briefing' is another article each day, under one title."""


@dataclass(frozen=True)
class Named:
    """An article of a feed, with what it is known by besides its address."""

    article: Article
    guid: str
    """What the feed calls it; empty when nothing."""
    listed_id: str
    """The id that its address in the feed gives; the article's own may come from its page, or from an earlier address."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Digests under which the article is found again; they hold for its feed alone."""
        feed, article = self.article.feed_url, self.article
        found = [text_digest("id", feed, self.listed_id)]
        if self.guid:
            found.append(text_digest("guid", feed, ascii(self.guid)))
        if len(f"{article.title} {article.text}".split(None, MIN_WORDS)) >= MIN_WORDS:
            found.append(text_digest("text", feed, article.title, article.text))
        return tuple(found)


class Known(NamedTuple):
    """An article as it is remembered."""

    id: str
    url: str


def resolve(
    listed: Sequence[Named], *, is_known: Callable[[str], bool], find: Callable[[str], Known | None]
) -> list[Named]:
    """The articles of one document, those that are known by another address under that one.

    An article is known by its address first, by a GUID that stands in the document once next, then by title and text.
    Two entries of one document are two articles: nobody takes the place of an article that is listed itself.

    Args: is_known: whether an article id is remembered. find: the article that is remembered under a name.
    Cost: two digests an entry that is not known by its address.
    """
    guids = Counter(one.guid for one in listed)
    taken = {one.article.id for one in listed if is_known(one.article.id)}
    resolved = []
    for one in listed:
        if one.article.id not in taken:
            lone = one if guids[one.guid] == 1 else replace(one, guid="")
            known = next((known for known in map(find, lone.names) if known and known.id not in taken), None)
            if known:
                taken.add(known.id)
                one = replace(one, article=msgspec.structs.replace(one.article, id=known.id, url=known.url))
        resolved.append(one)
    return resolved
