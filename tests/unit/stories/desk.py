"""Articles, matches and answers for the tests of stories, and a desk that decides them over plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from monitor.base.events import Alert, ArticleRef, ArticleRevised, Kind, Match, Passage, ShardAnswer, StoryUpdated, Tick
from monitor.stories.decide import Decision, answered, ticked
from monitor.stories.state import Member, Stored, Story, Write

START = datetime(2026, 11, 1, tzinfo=UTC)
TIMEOUT = timedelta(seconds=30)
Event = ShardAnswer | Tick


def ref(name: str, second: int, *, source: str = "", revision: int = 1, published: int | None = None) -> ArticleRef:
    """An article seen so many seconds after the start."""
    return ArticleRef(
        id=name,
        url=f"https://{source or 'site.example'}/{name}",
        source=source,
        first_seen_at=START + timedelta(seconds=second),
        published_at=None if published is None else START + timedelta(seconds=published),
        revision=revision,
    )


def match(
    article: ArticleRef,
    earlier: ArticleRef,
    *,
    score: float = 0.9,
    coverage: float = 0.8,
    kind: Kind = "edited",
    passages: Iterable[Passage] = (),
) -> Match:
    """A verified pair."""
    return Match(
        article=article,
        earlier=earlier,
        kind=kind,
        score=score,
        jaccard=0.5,
        containment=0.8,
        coverage=coverage,
        passages=tuple(passages),
    )


def passage(article: tuple[int, int], earlier: tuple[int, int]) -> Passage:
    """A passage at these places of the two texts."""
    return Passage(article=article, earlier=earlier, text="…", similarity=1.0)


def lifted(article: ArticleRef, earlier: ArticleRef, *places: tuple[tuple[int, int], tuple[int, int]]) -> Match:
    """A verified pair that shares some passages only."""
    return match(article, earlier, kind="partial", coverage=0.3, passages=(passage(*place) for place in places))


def answer(article: ArticleRef, *matches: Match, shard: int = 0, shards: int = 1) -> ShardAnswer:
    """One shard's answer."""
    return ShardAnswer(article=article, shard=shard, shards=shards, matches=matches)


def tick(second: float) -> Tick:
    """The time, so many seconds after the start."""
    return Tick(at=START + timedelta(seconds=second))


class Desk:
    """Decides events in order and keeps the state, as the agent does."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[bytes, bytes]] = {"stories": {}, "sources": {}, "members": {}, "gathers": {}}
        self.stored = Stored(**self.tables)
        self.alerts: list[Alert] = []
        self.updates: list[StoryUpdated] = []
        self.revisions: list[ArticleRevised] = []

    def decide(self, event: Event) -> Decision:
        """What follows from an event, without writing it."""
        if isinstance(event, Tick):
            return ticked(self.stored, event.at, TIMEOUT)
        return answered(self.stored, event)

    def write(self, writes: Iterable[Write]) -> None:
        """Change the state; deleting what is not there is an error, as it is in Faust's tables."""
        for write in writes:
            if write.value is None:
                del self.tables[write.table][write.key]
            else:
                self.tables[write.table][write.key] = write.value

    def handle(self, *events: Event) -> list[Alert]:
        """Decide, send and write each event; returns the alerts that followed."""
        before = len(self.alerts)
        for event in events:
            decision = self.decide(event)
            self.alerts += decision.alerts
            self.updates += decision.updates
            self.revisions += decision.revisions
            self.write(decision.writes)
        return self.alerts[before:]

    def story(self, story_id: str) -> Story:
        """A story as it is stored."""
        return msgspec.json.decode(self.tables["stories"][story_id.encode()], type=Story)

    def members(self) -> dict[str, Member]:
        """All known articles by id."""
        return {key.decode(): msgspec.json.decode(value, type=Member) for key, value in self.tables["members"].items()}

    def snapshot(self) -> dict[str, dict[bytes, bytes]]:
        """A copy of all tables."""
        return {name: dict(table) for name, table in self.tables.items()}
