import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from monitor.alerts.describe import describe, plain

EVENT: dict[str, Any] = {
    "type": "story.matched",
    "data": {
        "article": {"source": "gleam.example", "title": "Stuck door", "url": "https://gleam.example/1"},
        "story": {"origin": {"source": "wire.example"}, "articles": 4, "sources": 3},
        "match": {
            "article": {"source": "post.example", "title": "Jammed gate", "url": "https://post.example/2"},
            "kind": "rewritten",
            "score": 0.999,
            "containment": 0.83,
            "coverage": 0.29,
            "credited": False,
            "credit": "",
            "passages": [
                {"text": "short one", "similarity": 1.0},
                {"text": "a long passage that only half agrees with it", "similarity": 0.1},
                {"text": "the gate stopped at dawn", "similarity": 0.9},
            ],
        },
    },
}


def shown(event: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    console.print(describe(event))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def with_match(**changes: Any) -> dict[str, Any]:
    data = EVENT["data"]
    return {**EVENT, "data": {**data, "match": {**data["match"], **changes}}}


def test_it_says_who_took_what_from_whom() -> None:
    text = shown(EVENT)
    assert "gleam.example re-uses post.example" in text.splitlines()[0]
    for part in (
        "rewritten",
        "99 % sure",
        "Stuck door",
        "Jammed gate",
        "https://gleam.example/1",
        "https://post.example/2",
        "83 % of post.example's text was taken",
        "29 % of the new article",
        "none found",
        "4 articles at 3 sources",
        "first published by wire.example",
    ):
        assert part in text


def test_a_correction_says_who_was_first_and_is_not_shown_as_a_match() -> None:
    story = {"origin": {"source": "wire.example", "title": "Gate jams", "url": "https://wire.example/1"}, "articles": 4}
    data = {"story": story, "previous_origin": {"source": "post.example", "title": "Jammed gate"}}
    text = shown({"type": "story.updated", "data": data})
    assert "wire.example was first, not post.example" in text.splitlines()[0]
    for part in ("Gate jams", "https://wire.example/1", "Jammed gate", "4 articles"):
        assert part in text
    assert "re-uses" not in text


def test_the_best_passages_come_first_and_the_rest_are_counted() -> None:
    text = shown(EVENT)
    assert text.index("the gate stopped") < text.index("short one")
    assert "only half agrees" not in text
    assert "and 1 more passage" in text


def test_a_credit_is_quoted() -> None:
    assert "yes: “Story by Wire”" in shown(with_match(credited=True, credit="Story by Wire"))


def test_signs_of_machine_rewriting_are_named_each_on_its_line() -> None:
    text = shown(with_match(signs=["spinner_synonyms: 9 words", "chatbot_residue: “As an AI”", 7, None, "\x1b[2Jodd"]))
    assert "machine spinner synonyms: 9 words" in text
    assert "machine chatbot residue: “As an AI”" in text
    assert "machine" not in shown(EVENT)


def test_a_revision_says_whether_the_new_text_still_re_uses_another() -> None:
    assert "still re-uses" in shown(EVENT | {"type": "article.revised"})
    gone = shown({"type": "article.revised", "data": {**EVENT["data"], "match": None}})
    assert "has revised its article, which re-uses no earlier one" in gone


def test_a_credit_says_whether_it_is_the_origin_that_is_credited() -> None:
    credit = {"credited": True, "credit": "Story by Wire"}
    assert "the origin: “Story by Wire”" in shown(with_match(**credit, credits_origin=True))
    assert "somebody else: “Story by Wire”" in shown(with_match(**credit, credits_origin=False))


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J", "\x9b31m", "\x07", "\u202e", "\u2066", "\r", "\x1b]8;;http://x\x1b\\", "\ud800"]
)
def test_nothing_that_steers_a_terminal_gets_through(hostile: str) -> None:
    text = shown(with_match(credited=True, credit=hostile + "Wire", passages=[{"text": hostile, "similarity": 1.0}]))
    assert not any(mark in text for mark in "\x1b\x9b\x07\r\u202e\u2066\ud800")
    assert "Wire" in text


def test_markup_is_shown_as_it_stands() -> None:
    assert "[red]Wire[/red] :smile:" in shown(with_match(credited=True, credit="[red]Wire[/red] :smile:"))


def test_a_long_text_is_cut_to_one_line() -> None:
    assert plain("a\nb" + "c" * 50, 10) == "a bcccccc…"


# Python refuses to print numbers of more than 4,300 digits.
HUGE = st.integers(10, 20).map(lambda power: 10 ** (power * 400))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | HUGE | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ARTICLE = JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(("source", "title", "url", "published_at"), JSON))
MATCH = st.fixed_dictionaries(
    {},
    optional={
        "article": ARTICLE,
        "passages": JSON | st.lists(st.fixed_dictionaries({}, optional={"text": JSON, "similarity": JSON}), max_size=4),
        **dict.fromkeys(
            ("kind", "score", "containment", "coverage", "credited", "credit", "credits_origin", "signs"), JSON
        ),
    },
)
STORY = st.fixed_dictionaries({}, optional={"origin": ARTICLE, "articles": JSON, "sources": JSON})
DATA = JSON | st.fixed_dictionaries({}, optional={"article": ARTICLE, "match": JSON | MATCH, "story": JSON | STORY})


@given(DATA)
def test_whatever_an_event_holds_it_can_be_shown(data: Any) -> None:
    assert "re-uses" in shown({"data": data})


def test_a_number_beyond_all_sense_is_left_out() -> None:
    beyond = 10**5000
    data = {"match": {"score": beyond, "coverage": float("nan")}, "story": {"articles": beyond, "sources": 2}}
    assert "2 sources" in shown({"data": data})


@pytest.mark.parametrize(("score", "percent"), [(0.999, "99 %"), (1.0, "100 %"), (0.826, "83 %"), (0.001, "1 %")])
def test_a_share_is_rounded_but_never_to_all_or_nothing(score: float, percent: str) -> None:
    assert f"{percent} sure" in shown(with_match(score=score))


@given(st.fixed_dictionaries({}, optional={"story": JSON | STORY, "previous_origin": ARTICLE}))
def test_whatever_a_correction_holds_it_can_be_shown(data: Any) -> None:
    assert "was first" in shown({"type": "story.updated", "data": data})
