"""Numbers and marks agree: containment and coverage can be counted again from the passages, in the webhook body too."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from monitor.alerts.payload import webhook_body
from monitor.base.events import Alert, Match, StoryRef
from monitor.match.text import Text
from monitor.match.verify import verify
from tests.unit.match.reports import LIFTED, REPORT, REWRITE, UNRELATED, MakeText

LATER = [
    REPORT,
    REWRITE,
    LIFTED,
    "\n".join(reversed(REPORT.splitlines())),
    f"{REPORT}\n{UNRELATED}",
    "\n".join(REPORT.splitlines()[:3]),
    f"{REPORT}\n{REPORT}",
]


def marked(text: Text, places: list[tuple[int, int]]) -> float:
    """Share of a text's words that stand whole between the offsets."""
    words = text.words
    inside = np.zeros(len(words), np.bool_)
    for start, end in places:
        inside |= (words.start >= start) & (words.end <= end)
    return round(float(inside.mean()), 4)


def body(match: Match) -> dict[str, Any]:
    """The match in the body of an alert's webhook."""
    story = StoryRef(id="sty_1", origin=match.earlier, articles=2, sources=2)
    alert = Alert(alert_id="alt_1", at=match.article.first_seen_at, article=match.article, story=story, match=match)
    found: dict[str, Any] = json.loads(webhook_body(alert))["data"]["match"]
    return found


@pytest.mark.parametrize("text", LATER)
def test_the_numbers_are_counted_from_the_passages(text_of: MakeText, text: str) -> None:
    later, earlier = text_of(text), text_of(REPORT)
    match = verify(later, earlier)
    assert match and match.passages
    assert match.coverage == marked(later, [passage.article for passage in match.passages])
    assert match.containment == marked(earlier, [passage.earlier for passage in match.passages])
    for passage in match.passages:
        assert passage.text == later.text[slice(*passage.article)]


@pytest.mark.parametrize("text", LATER)
def test_the_marks_in_a_webhook_give_its_numbers(text_of: MakeText, text: str) -> None:
    later, earlier = text_of(text), text_of(REPORT)
    match = verify(later, earlier)
    assert match
    told = body(match)
    assert "passages_truncated" not in told
    assert told["coverage"] == marked(later, [passage["article"] for passage in told["passages"]])
    assert told["containment"] == marked(earlier, [passage["earlier"] for passage in told["passages"]])


def test_passages_whose_words_are_cut_still_give_the_numbers_and_say_that_they_are_cut(text_of: MakeText) -> None:
    later, earlier = text_of(REPORT), text_of(REPORT)
    match = verify(later, earlier)
    assert match
    long = replace(match, passages=tuple(replace(one, text=one.text * 40) for one in match.passages))
    told = body(long)
    assert told["passages_truncated"] is True
    assert all(passage["text"].endswith("…") for passage in told["passages"])
    assert told["coverage"] == marked(later, [passage["article"] for passage in told["passages"]])


def test_where_passages_are_left_out_the_marks_never_exceed_the_numbers(text_of: MakeText) -> None:
    later, earlier = text_of(REPORT), text_of(REPORT)
    match = verify(later, earlier)
    assert match
    words = later.words
    each = [(int(start), int(end)) for start, end in zip(words.start, words.end, strict=True)] * 4
    passage = match.passages[0]
    many = replace(match, passages=tuple(replace(passage, article=one, earlier=one, text="word " * 30) for one in each))
    told = body(many)
    assert told["passages_truncated"] is True and len(told["passages"]) < len(each)
    assert marked(later, [passage["article"] for passage in told["passages"]]) <= told["coverage"]
