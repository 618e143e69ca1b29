"""Ids derive from content."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.base.ids import alert_id, article_id, story_id, text_digest, webhook_id

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x1f"))


def test_ids_stay_what_they_are() -> None:
    # A change would make every known article new.
    assert article_id("https://herald.example/gate") == "art_306201d8c85caf7f541e"
    assert {story_id("a")[:4], alert_id("a", "b", 1)[:4], webhook_id("a", "b")[:4]} == {"sty_", "alt_", "msg_"}


@given(first=st.lists(TEXT), second=st.lists(TEXT))
def test_different_texts_have_different_digests(first: list[str], second: list[str]) -> None:
    # Of no text and of one empty text it is the same; nobody asks for the former.
    if (first or [""]) != (second or [""]):
        assert text_digest(*first) != text_digest(*second)
