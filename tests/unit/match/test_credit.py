"""Credit: the line that names the earlier source first, any other next, the publisher's own name never."""

from __future__ import annotations

import pytest

from monitor.match.credit import credit
from tests.unit.match.reports import REPORT, MakeText


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("Story by Reuters", "Story by Reuters"),
        ("Source: AFP\nStory by Reuters", "Story by Reuters"),
        ("Source: AFP", "Source: AFP"),
        ("The vote was close, according to Reuters, which saw the minutes.", "according to Reuters"),
        ("The Reuters building stands by the harbour.", ""),
        ("Source: Courier", ""),
    ],
)
def test_who_is_credited(text_of: MakeText, added: str, expected: str) -> None:
    later = text_of(f"{REPORT}\n{added}", "courier.example")
    assert credit(later, text_of(REPORT, "uk.reuters.com")) == expected


def test_a_source_without_a_name_is_not_looked_for(text_of: MakeText) -> None:
    assert credit(text_of(f"{REPORT}\nIt said so, via com."), text_of(REPORT, "")) == ""
