"""Laws of deciding: whatever the order, the repeats and the crashes, the same stories and no alert too many or too few.

The first law is about shards that see articles in their order of arrival: the outcome is then that of a few lines of
plain Python below. The others are about everything else that can happen, where shards see copies in opposite orders,
answers come late, and the process dies between two writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.base import ids
from monitor.base.events import AnyAlert, ArticleRef, Match, ShardAnswer, encode
from monitor.stories.best import SAME_COVERAGE, is_own
from tests.unit.stories.desk import Desk, Event, answer, match, passage, ref, tick

laws = settings(max_examples=300)
FLUSH = (tick(100), tick(200), tick(300))
"""Ticks after which nothing can wait any more."""


@dataclass(frozen=True)
class World:
    """What happens: each shard's answers in its own order, and the order in which all of them arrive."""

    articles: list[ArticleRef]
    matches: list[Match]
    events: list[Event]


@st.composite
def worlds(draw: st.DrawFn, *, in_order: bool, repeats: bool = True, ticks: bool = False) -> World:
    """Up to seven articles of three sources (one unknown), some pairs matching, one to three shards."""
    count = draw(st.integers(2, 7))
    sources = draw(st.lists(st.sampled_from(["", "daily.example", "weekly.example"]), min_size=count, max_size=count))
    articles = [ref(f"art_{at}", at // 2, source=source) for at, source in enumerate(sources)]
    pairs = [(late, early) for late in range(count) for early in range(late)]
    matches = [
        match(
            articles[late],
            articles[early],
            score=draw(level),
            coverage=draw(level),
            kind=draw(st.sampled_from(["edited", "partial"])),
            passages=draw(st.lists(places, max_size=2)),
        )
        for late, early in draw(st.lists(st.sampled_from(pairs), unique=True))
    ]
    shards = draw(st.integers(1, 3))
    finders = {pair: draw(st.sets(st.integers(0, shards - 1), min_size=1)) for pair in map(_pair, matches)}
    queues = []
    for shard in range(shards):
        order = articles if in_order else draw(st.permutations(articles))
        found = [each for each in matches if shard in finders[_pair(each)]]
        queues.append([_answer(article, order, found, shard, shards) for article in order])
    return World(articles, matches, draw(_interleaved(queues, repeats=repeats, ticks=ticks)))


place = st.sampled_from([(0, 10), (5, 15), (10, 20), (20, 40)])
places = st.builds(passage, place, place)
level = st.sampled_from([0.5, 0.6, 0.9])


def _pair(each: Match) -> tuple[str, str]:
    return each.article.id, each.earlier.id


def _answer(
    article: ArticleRef, order: Sequence[ArticleRef], found: list[Match], shard: int, shards: int
) -> ShardAnswer:
    """A shard tells a match with whichever of the two it sees last."""
    place = {each.id: at for at, each in enumerate(order)}
    mine = [each for each in found if max(_pair(each), key=place.__getitem__) == article.id]
    return answer(article, *mine, shard=shard, shards=shards)


@st.composite
def _interleaved(draw: st.DrawFn, queues: list[list[ShardAnswer]], *, repeats: bool, ticks: bool) -> list[Event]:
    """Each shard's answers in their order; some come again later, ticks come in between."""
    order = draw(st.permutations([shard for shard, queue in enumerate(queues) for _ in queue]))
    waiting = [iter(queue) for queue in queues]
    events: list[Event] = [next(waiting[shard]) for shard in order]
    if repeats:
        for at in sorted(draw(st.lists(st.integers(0, len(events) - 1), max_size=4)), reverse=True):
            events.insert(draw(st.integers(at + 1, len(events))), events[at])
    if ticks:
        seconds = sorted(draw(st.lists(st.integers(0, 90), max_size=5)), reverse=True)
        places = sorted(draw(st.lists(st.integers(0, len(events)), min_size=len(seconds), max_size=len(seconds))))
        for second, place in zip(seconds, reversed(places), strict=True):
            events.insert(place, tick(second))
    return events


def played(events: Sequence[Event]) -> Desk:
    desk = Desk()
    desk.handle(*events, *FLUSH)
    return desk


def outcome(desk: Desk) -> Counter[tuple[str, str, str]]:
    """Who joined which story because of whom."""
    return Counter((alert.article.id, alert.story.id, alert.match.earlier.id) for alert in desk.alerts)


def expected(world: World) -> tuple[Counter[tuple[str, str, str]], dict[str, str], set[tuple[str, str]]]:
    """The outcome, each article's story, and who is in which, told anew: articles in order, the best match decides."""
    alerts: Counter[tuple[str, str, str]] = Counter()
    story: dict[str, str] = {}
    part: dict[str, set[int]] = {}
    held = set()
    for article in world.articles:
        own = [each for each in world.matches if each.article == article and is_own(each)]
        other = [each for each in world.matches if each.article == article and not is_own(each)]
        own.sort(key=lambda each: (-each.coverage, each.earlier.order))
        other.sort(key=lambda each: (-each.score, each.earlier.order))
        if not own and not other:
            continue
        silent = bool(own) and (not other or own[0].coverage >= other[0].coverage - SAME_COVERAGE)
        best = (own if silent else other)[0]
        earlier = best.earlier.id
        taken = {at for each in best.passages for at in range(*each.earlier)}
        story.setdefault(earlier, ids.story_id(earlier))
        others = part.get(earlier) and len(taken & part[earlier]) * 2 < len(taken)
        story[article.id] = ids.story_id(earlier) if others else story[earlier]
        if best.kind == "partial":
            part[article.id] = {at for each in best.passages for at in range(*each.article)}
        held |= {(story[article.id], name) for name in (earlier, article.id)}
        alerts[article.id, story[article.id], earlier] += not silent
    return +alerts, story, held


@laws
@given(worlds(in_order=True))
def test_shards_in_order_give_the_stories_of_one_reader_whatever_the_interleaving(world: World) -> None:
    desk = played(world.events)
    alerts, story, held = expected(world)
    assert outcome(desk) == alerts
    assert {name: member.story for name, member in desk.members().items() if member.story} == story
    for story_id, articles in Counter(story_id for story_id, _ in held).items():
        found = desk.story(story_id)
        sources = {each.source for each in world.articles if (story_id, each.id) in held and each.source}
        assert (found.articles, found.sources) == (articles, len(sources))
        assert ids.story_id(found.origin.id) == story_id


@laws
@given(worlds(in_order=False, ticks=True))
def test_every_copy_joins_once_and_alerts_at_most_once(world: World) -> None:
    desk = played(world.events)
    copies = {each.article.id for each in world.matches}
    assert {name for name, member in desk.members().items() if member.joined} == copies
    alerted = Counter(alert.article.id for alert in desk.alerts)
    assert set(alerted.values()) <= {1}
    assert set(alerted) <= copies
    assert desk.tables["gathers"] == {}


@laws
@given(worlds(in_order=False, ticks=True))
def test_no_copy_of_another_source_is_missed(world: World) -> None:
    own = {each.article.id for each in world.matches if is_own(each)}
    alerted = {alert.article.id for alert in played(world.events).alerts}
    assert {each.article.id for each in world.matches} - own <= alerted


@laws
@given(worlds(in_order=False, ticks=True), st.data())
def test_a_restart_from_any_earlier_state_sends_the_same_bytes(world: World, data: st.DataObject) -> None:
    events = [*world.events, *FLUSH]
    first = data.draw(st.integers(0, len(events)))
    desk = Desk()
    desk.handle(*events[:first])
    before, desk.alerts, desk.updates = desk.snapshot(), [], []
    desk.handle(*events[first:])
    sent = [encode(one) for one in (*desk.alerts, *desk.updates)]
    again = Desk()
    for name, table in before.items():
        again.tables[name].update(table)
    again.handle(*events[first:])
    assert [encode(one) for one in (*again.alerts, *again.updates)] == sent


@laws
@given(worlds(in_order=True))
def test_articles_that_are_seen_in_order_correct_no_story(world: World) -> None:
    assert played(world.events).updates == []


@laws
@given(worlds(in_order=False, ticks=True))
def test_whoever_heard_all_that_was_told_of_a_story_knows_its_origin(world: World) -> None:
    desk = Desk()
    told: dict[str, ArticleRef] = {}
    for event in [*world.events, *FLUSH]:
        decision = desk.decide(event)
        desk.handle(event)
        for update in decision.updates:
            if update.story.id in told:
                assert update.previous_origin.order > update.story.origin.order
        heard: tuple[AnyAlert, ...] = (*decision.alerts, *decision.updates)
        for one in heard:
            told[one.story.id] = min(told.get(one.story.id, one.story.origin), one.story.origin, key=_order)
    assert {story: origin.id for story, origin in told.items()} == {
        story: desk.story(story).origin.id for story in told
    }
    assert len({update.alert_id for update in desk.updates}) == len(desk.updates)


def _order(article: ArticleRef) -> tuple[object, ...]:
    return article.order


@st.composite
def crashes(draw: st.DrawFn, world: World) -> Desk:
    """A desk that is killed in every event after some of its writes, and handles the event again."""
    desk = Desk()
    for event in [*world.events, *FLUSH]:
        decision = desk.decide(event)
        desk.alerts += decision.alerts
        desk.write(decision.writes[: draw(st.integers(0, len(decision.writes)))])
        desk.handle(event)
    return desk


@laws
@given(worlds(in_order=True), st.data())
def test_a_crash_between_two_writes_loses_and_doubles_no_alert(world: World, data: st.DataObject) -> None:
    crashed, plain = data.draw(crashes(world)), played(world.events)
    assert set(outcome(crashed)) == set(outcome(plain))
    assert crashed.members() == plain.members()
    for story_id in {member.story for member in plain.members().values() if member.story}:
        assert crashed.story(story_id).origin == plain.story(story_id).origin
        assert crashed.story(story_id).articles >= plain.story(story_id).articles


@laws
@given(worlds(in_order=False, ticks=True), st.data())
def test_a_crash_between_two_writes_alerts_on_the_same_articles(world: World, data: st.DataObject) -> None:
    """Where one answer decides several articles that came in opposite orders, the story may be another one."""
    crashed, plain = data.draw(crashes(world)), played(world.events)
    assert {alert.article.id for alert in crashed.alerts} == {alert.article.id for alert in plain.alerts}
