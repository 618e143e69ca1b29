"""What a source repeats is learnt from its own articles; what it merely prints again is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles.blocks import (
    MAX_BLOCKS,
    MAX_LINES,
    MIN_ARTICLES,
    RECENT_ARTICLES,
    SourceBlocks,
    is_forgotten,
    learn,
)
from monitor.articles.clean import clean
from monitor.articles.seen import FORGET
from monitor.base.events import Article

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
PITCH = "The Vellmar Courier has been written, printed and carried to every island by its readers since 1931."
ABOUT = "Help us to keep a reporter on each island: three crowns a week is all it takes."


def article(name: str, *lines: str, revision: int = 1) -> Article:
    return Article(
        id=name, url=f"https://courier.example/{name}", first_seen_at=SEEN, text="\n".join(lines), revision=revision
    )


def body(number: int) -> list[str]:
    """Three paragraphs that no other article has."""
    return [
        f"Paragraph {part} of article {number} tells of ferry {number * 7 + part} and of its passengers."
        for part in range(3)
    ]


def found(*articles: Article) -> list[tuple[str, ...]]:
    """The blocks found in each of a source's articles, in their order."""
    known, result = None, []
    for one in articles:
        known, lines = learn(known, one)
        result.append(lines)
    return result


def test_a_line_is_a_block_from_the_third_article_on() -> None:
    articles = [article(f"a{n}", *body(n), PITCH, ABOUT) for n in range(4)]
    assert found(*articles) == [(), (), (PITCH, ABOUT), (PITCH, ABOUT)]
    assert MIN_ARTICLES == 3
    assert clean(articles[3].text, (PITCH, ABOUT)).text == "\n".join(body(3))


def test_revisions_are_one_article() -> None:
    assert found(*(article("a", *body(n), PITCH, revision=n + 1) for n in range(5))) == [()] * 5


def test_a_text_that_a_source_prints_again_and_again_is_not_learnt_away() -> None:
    copies = [article(f"a{n}", *body(1), f"Our own last line, the {n}th.") for n in range(6)]
    assert found(*copies) == [()] * 6


def test_an_article_that_is_mostly_blocks_keeps_them() -> None:
    first = [article(f"a{n}", *body(n), PITCH, ABOUT) for n in range(3)]
    assert found(*first, article("short", body(9)[0], PITCH, ABOUT))[-1] == ()


def test_each_source_is_asked_about_itself_and_lines_of_one_article_alone_count_once() -> None:
    assert found(article("a", *body(1), *body(2), PITCH, PITCH, PITCH)) == [()]


def test_headings_are_not_learnt() -> None:
    assert found(*(article(f"a{n}", *body(n), "Background") for n in range(4))) == [()] * 4


def test_a_rare_block_is_learnt_within_the_window_and_not_beyond() -> None:
    for gap, learnt in ((RECENT_ARTICLES // 2, True), (RECENT_ARTICLES // 2 + 1, False)):
        articles = [article(f"a{n}", *body(n), *([PITCH] if n % gap == 0 else [])) for n in range(2 * gap + 1)]
        assert (found(*articles)[-1] == (PITCH,)) is learnt


def test_blocks_outlive_the_window() -> None:
    with_pitch = [article(f"a{n}", *body(n), PITCH) for n in range(3)]
    without = [article(f"b{n}", *body(100 + n)) for n in range(3 * RECENT_ARTICLES)]
    assert found(*with_pitch, *without, article("last", *body(999), PITCH))[-1] == (PITCH,)


def test_what_is_remembered_is_bounded() -> None:
    known = None
    for n in range(400):
        pitches = [f"Pitch {n // 5} number {k}: tell your neighbours of the Courier." for k in range(4)]
        known, _ = learn(
            known, article(f"a{n}", *(f"Line {k} of {n}, of which there are very many." for k in range(60)), *pitches)
        )
    assert known is not None
    assert len(known.blocks) == MAX_BLOCKS
    assert len(known.recent) == RECENT_ARTICLES + 1
    assert max(len(one.lines) for one in known.recent) <= MAX_LINES
    assert len(msgspec.msgpack.encode(known)) < 14_000


def test_a_silent_source_is_forgotten() -> None:
    known, _ = learn(None, article("a", *body(1)))
    assert not is_forgotten(known, SEEN + FORGET)
    assert is_forgotten(known, SEEN + FORGET + timedelta(seconds=1))


lines = st.lists(
    st.sampled_from([f"A line of the paper, and its number is {n}." for n in range(8)] + ["Short"]), max_size=9
)
streams = st.lists(st.tuples(st.sampled_from("abcdefgh"), lines), max_size=60)


@given(streams)
def test_the_same_article_again_changes_nothing(stream: list[tuple[str, list[str]]]) -> None:
    known: SourceBlocks | None = None
    for name, text in stream:
        once = learn(known, article(name, *text))
        assert learn(once.known, article(name, *text)) == once
        known = msgspec.msgpack.decode(msgspec.msgpack.encode(once.known), type=SourceBlocks)
        assert known == once.known


@given(streams)
def test_most_of_an_article_always_stays_and_blocks_stand_in_three_articles(
    stream: list[tuple[str, list[str]]],
) -> None:
    known: SourceBlocks | None = None
    holders: dict[str, set[str]] = {}
    for name, text in stream:
        one = article(name, *text)
        known, cut = learn(known, one)
        for line in text:
            holders.setdefault(line, set()).add(name)
        assert all(len(holders[line]) >= MIN_ARTICLES for line in cut)
        whole, rest = clean(one.text).text, clean(one.text, cut).text
        assert not cut or len(rest) > len(whole) / 2
        assert rest.split("\n") == [line for line in whole.split("\n") if line not in cut]
