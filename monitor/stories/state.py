"""What is remembered of articles and stories, and how a step changes it: all at once, after its alerts are sent.

The state is four tables of JSON. A step reads them through a `Draft`, which keeps its changes to itself; the caller
sends the step's alerts and then writes the changes. A crash in between repeats the step on the same state, so that it
gives the same alerts to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from monitor.base.events import ArticleRef
from monitor.stories.best import Best
from monitor.stories.extent import Ranges

Value = TypeVar("Value")


class Gather(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is not decided yet, with what the shards have answered so far."""

    article: ArticleRef
    missing: tuple[int, ...] = ()
    """Shards that have not answered yet."""
    best: Best = Best()
    since: datetime | None = None
    """The first tick that found it waiting; None before. Time comes with ticks only, so that a replay decides alike."""
    followers: tuple[str, ...] = ()
    """Keys of the gathers that are decided after this one, because their best match is this article."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an article that is in a story, and for a while of every other that was decided."""

    story: str = ""
    """Id of its story, empty when it is in none."""
    joined: bool = False
    """Its own match brought it into the story; else a later article did that named it as its source."""
    part: Ranges = ()
    """Where in its text the story's is, when it joined with some passages only."""
    own: str = ""
    """Id of the story of the rest of its text, when that was taken too."""
    taken: Ranges = ()
    """What later articles took of its text, as long as it has not joined."""
    decided: int = 0
    """Latest revision that was decided: an answer that comes later, or again, need not gather."""
    seen: datetime
    """When its latest revision was first seen: what its expiry counts from."""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All articles that carry one text. Who they are stands in `Member`, so that a story stays small."""

    origin: ArticleRef
    articles: int = 0
    sources: int = 0
    seen: datetime
    """When its latest article was first seen."""
    second_at: datetime | None = None
    """When the first article after its origin appeared."""
    credits: dict[str, int] = {}
    """How many of its articles credit whom, at most `origin.MAX_CREDITED` names."""
    crediting: int = 0
    """How many of its articles credit somebody."""


@dataclass(frozen=True)
class Stored:
    """The tables as they are written: JSON by key."""

    stories: Mapping[bytes, bytes]
    """`Story` by story id."""
    sources: Mapping[bytes, bytes]
    """By `source_key`, how many of a source's articles a story holds: a join costs the same in the largest story, and a
    split knows whether the source is still in it."""
    members: Mapping[bytes, bytes]
    """`Member` by article id."""
    gathers: Mapping[bytes, bytes]
    """`Gather` by `gather_key`."""


class Write(NamedTuple):
    """One change: the new value of a key in one of the tables of `Stored`, None to delete it."""

    table: str
    key: bytes
    value: bytes | None


def gather_key(article: ArticleRef) -> str:
    """Key of a gather: each revision is decided by itself."""
    return f"{article.id}/{article.revision}"


def source_key(story: str, source: str) -> str:
    """Key of a source's articles in a story."""
    return f"{story}/{source}"


STORY = msgspec.json.Decoder(Story)
SOURCE = msgspec.json.Decoder(int)
MEMBER = msgspec.json.Decoder(Member)
GATHER = msgspec.json.Decoder(Gather)
_encoder = msgspec.json.Encoder()


class Table(Generic[Value]):
    """One table as a step sees it: what is stored, under its own changes."""

    def __init__(self, name: str, stored: Mapping[bytes, bytes], decoder: msgspec.json.Decoder[Value]) -> None:
        self._name = name
        self._stored = stored
        self._decoder = decoder
        self._changed: dict[str, Value | None] = {}

    def get(self, key: str) -> Value | None:
        """The value, None when there is none. Cost: 3 µs when it must be decoded."""
        if key in self._changed:
            return self._changed[key]
        value = self._stored.get(key.encode())
        return None if value is None else self._decoder.decode(value)

    def put(self, key: str, value: Value | None) -> None:
        """Set a value, None to delete it. Changes are written in the order in which they were last made."""
        if value != self.get(key):
            self._changed.pop(key, None)
            self._changed[key] = value

    def writes(self) -> Iterator[Write]:
        """The changes, without those that change nothing."""
        for key, value in self._changed.items():
            name = key.encode()
            after = None if value is None else _encoder.encode(value)
            if after != self._stored.get(name):
                yield Write(self._name, name, after)


class Draft:
    """The tables as one step changes them."""

    def __init__(self, stored: Stored) -> None:
        self.stories: Table[Story] = Table("stories", stored.stories, STORY)
        self.sources: Table[int] = Table("sources", stored.sources, SOURCE)
        self.members: Table[Member] = Table("members", stored.members, MEMBER)
        self.gathers: Table[Gather] = Table("gathers", stored.gathers, GATHER)

    def writes(self) -> tuple[Write, ...]:
        """All changes, in the order to write them.

        A crash may keep only the first of them and then repeats the step: gathers go last, so that it has what it
        needs; a story goes before its members and an earlier article before the later one, so that neither is missing
        when it is looked for. What such a crash can still do: a story counts an article twice; and where one answer
        decides several articles that shards saw in opposite orders, one of them may be told again, of another story.
        """
        tables = (self.stories, self.sources, self.members, self.gathers)
        return tuple(write for table in tables for write in table.writes())
