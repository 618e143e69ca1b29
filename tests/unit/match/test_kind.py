"""The kind of a match follows from how much was taken and how much of it was left unchanged."""

from __future__ import annotations

import pytest

from monitor.match.alignment import align
from monitor.match.kind import kind_of
from monitor.match.passages import find_spans
from tests.unit.match.reports import REPORT, REWRITE, MakeText


@pytest.mark.parametrize(
    ("later", "coverage", "containment", "kind"),
    [
        (REPORT, 1.0, 1.0, "verbatim"),
        (REPORT, 0.5, 0.5, "partial"),
        (REPORT, 0.5, 0.8, "verbatim"),
        (REPORT, 0.6, 0.3, "verbatim"),
        (REWRITE, 1.0, 1.0, "rewritten"),
        (REWRITE, 0.3, 0.5, "rewritten"),
        (REWRITE, 0.3, 0.39, "partial"),
    ],
)
def test_kind(text_of: MakeText, later: str, coverage: float, containment: float, kind: str) -> None:
    first, second = text_of(later), text_of(REPORT)
    spans = find_spans(first, second, align(first, second))
    assert kind_of(first, second, spans, containment=containment, coverage=coverage) == kind


def test_a_text_with_some_words_exchanged_is_edited(text_of: MakeText) -> None:
    words = REPORT.split(" ")
    changed = " ".join("zz" if at % 7 == 3 else word for at, word in enumerate(words))
    first, second = text_of(changed), text_of(REPORT)
    spans = find_spans(first, second, align(first, second))
    assert kind_of(first, second, spans, containment=1.0, coverage=1.0) == "edited"
