"""Copies of every kind match, independent reports do not, and the numbers agree with the passages."""

from __future__ import annotations

import pytest

from monitor.match.text import Text
from monitor.match.verify import hopeless, verify
from tests.unit.match.reports import LIFTED, REPORT, REWRITE, SAME_EVENT, UNRELATED, MakeText

SHORTENED = "\n".join(REPORT.splitlines()[:5])
EDITED = REPORT.replace("on Tuesday, ending", "this week and ended").replace("Fishermen had", "Many fishermen had")


@pytest.mark.parametrize(
    ("later", "kind"),
    [(REPORT, "verbatim"), (SHORTENED, "verbatim"), (EDITED, "verbatim"), (REWRITE, "rewritten"), (LIFTED, "partial")],
)
def test_re_use_is_found_and_named(text_of: MakeText, later: str, kind: str) -> None:
    match = verify(text_of(later), text_of(REPORT))
    assert match is not None
    assert match.kind == kind
    assert match.score > 0.6


@pytest.mark.parametrize("later", [SAME_EVENT, UNRELATED])
def test_independent_reports_are_no_match_in_either_direction(text_of: MakeText, later: str) -> None:
    assert verify(text_of(later), text_of(REPORT)) is None
    assert verify(text_of(REPORT), text_of(later)) is None


def test_the_shares_are_those_of_the_passages(text_of: MakeText) -> None:
    later, earlier = text_of(LIFTED), text_of(REPORT)
    match = verify(later, earlier)
    assert match is not None
    assert [passage.text for passage in match.passages] == ["\n".join(REPORT.splitlines()[3:6])]
    assert match.coverage == pytest.approx(share(later, [passage.article for passage in match.passages]), abs=1e-3)
    assert match.containment == pytest.approx(share(earlier, [passage.earlier for passage in match.passages]), abs=1e-3)


def share(text: Text, ranges: list[tuple[int, int]]) -> float:
    inside = [any(a <= at < b for a, b in ranges) for at in text.words.start.tolist()]
    return sum(inside) / len(inside)


def test_a_whole_copy_is_covered_and_contained(text_of: MakeText) -> None:
    match = verify(text_of(REPORT), text_of(REPORT))
    assert match is not None
    assert (match.coverage, match.containment, match.jaccard) == (1.0, 1.0, 1.0)


def test_half_a_text_is_covered_but_contains_only_a_part(text_of: MakeText) -> None:
    match = verify(text_of(SHORTENED), text_of(REPORT))
    assert match is not None
    assert match.coverage == 1.0
    assert 0.5 < match.containment < 0.75


def test_articles_of_one_source_are_compared_too(text_of: MakeText) -> None:
    assert verify(text_of(REPORT, "courier.example"), text_of(REPORT, "courier.example", "art_2")) is not None


def test_the_match_names_both_articles(text_of: MakeText) -> None:
    match = verify(text_of(REWRITE, name="later"), text_of(REPORT, name="earlier"))
    assert match is not None
    assert (match.article.id, match.earlier.id) == ("later", "earlier")


def test_credit_is_kept(text_of: MakeText) -> None:
    match = verify(text_of(f"{REWRITE}\nStory by Reuters"), text_of(REPORT, "reuters.com"))
    assert match is not None
    assert (match.credited, match.credit) == (True, "Story by Reuters")


def test_only_unlike_texts_are_hopeless(text_of: MakeText) -> None:
    assert hopeless(text_of(UNRELATED), text_of(REPORT))
    assert not hopeless(text_of(REWRITE), text_of(REPORT))
    assert not hopeless(text_of(LIFTED), text_of(REPORT))
