"""An article leaves a story that it is in by mistake."""

from datetime import UTC, datetime

import msgspec

from monitor.base.events import ArticleRef, StorySplit
from monitor.stories.split import split
from monitor.stories.state import MEMBER, STORY, Member, Stored, Story, source_key
from tests.unit.stories.desk import Desk, answer, match, ref

AT = datetime(2026, 11, 23, tzinfo=UTC)
ORDER = StorySplit(story="sty_1", article="art_b", source="b.example")
_encode = msgspec.json.encode


def stored(member: Member, articles: int = 3) -> tuple[Stored, dict[str, dict[bytes, bytes]]]:
    origin = ArticleRef(id="art_a", url="https://a.example/", source="a.example", first_seen_at=AT)
    tables = {
        "stories": {b"sty_1": _encode(Story(origin=origin, articles=articles, sources=articles, seen=AT))},
        "sources": {source_key("sty_1", "b.example").encode(): b"1"},
        "members": {b"art_b": _encode(member)},
        "gathers": dict[bytes, bytes](),
    }
    return Stored(**tables), tables


def after(member: Member, articles: int = 3) -> tuple[dict[str, dict[bytes, bytes]], bool]:
    """The tables after the order, and whether its repeat changes nothing."""
    state, tables = stored(member, articles)
    for write in split(state, ORDER):
        if write.value is None:
            del tables[write.table][write.key]
        else:
            tables[write.table][write.key] = write.value
    return tables, split(state, ORDER) == ()


def test_it_is_counted_no_more_and_stays_decided() -> None:
    tables, is_done = after(Member(story="sty_1", joined=True, decided=2, seen=AT))
    story = STORY.decode(tables["stories"][b"sty_1"])
    assert (story.articles, story.sources, tables["sources"]) == (2, 2, {})
    assert MEMBER.decode(tables["members"][b"art_b"]) == Member(decided=2, seen=AT)
    assert is_done


def test_the_story_of_the_rest_of_its_text_stays_its_own() -> None:
    tables, _ = after(Member(story="sty_1", joined=True, own="sty_2", seen=AT))
    assert MEMBER.decode(tables["members"][b"art_b"]).story == "sty_2"
    tables, _ = after(Member(story="sty_2", joined=True, own="sty_1", seen=AT))
    left = MEMBER.decode(tables["members"][b"art_b"])
    assert (left.story, left.own, left.joined) == ("sty_2", "", True)


def test_a_story_that_only_its_origin_is_left_in_is_gone() -> None:
    tables, is_done = after(Member(story="sty_1", joined=True, seen=AT), articles=2)
    assert tables["stories"] == {} and is_done


def test_a_source_is_counted_until_its_last_article_has_left() -> None:
    desk = Desk()
    first = ref("first", 1, source="a.example")
    desk.handle(answer(first))
    for number in (2, 3):
        copy = ref(f"copy-{number}", number, source="b.example")
        desk.handle(answer(copy, match(copy, first)))
    other = ref("other", 4, source="c.example")
    (alert,) = desk.handle(answer(other, match(other, first)))
    for left, name in ((3, "copy-2"), (2, "copy-3")):
        desk.write(split(desk.stored, StorySplit(story=alert.story.id, article=name, source="b.example")))
        assert desk.story(alert.story.id).sources == left


def test_an_article_of_another_story_stays_where_it_is() -> None:
    state, _ = stored(Member(story="sty_9", joined=True, seen=AT))
    assert split(state, ORDER) == ()
