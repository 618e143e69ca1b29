"""Who was first, by what is known of an article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.events import ArticleRef

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ref(name: str, seen_at: datetime, published_at: datetime | None = None) -> ArticleRef:
    return ArticleRef(id=name, url=name, first_seen_at=seen_at, published_at=published_at)


def test_a_copy_whose_feed_was_polled_first_is_the_later_article() -> None:
    original = ref("z", NOON + 5 * MINUTE, NOON - 20 * MINUTE)
    copy = ref("a", NOON, NOON - 10 * MINUTE)
    assert original.order < copy.order


@pytest.mark.parametrize("published_at", [None, NOON + MINUTE, NOON.replace(hour=0)])
def test_without_a_date_that_can_be_trusted_an_article_appeared_when_it_was_seen(published_at: datetime | None) -> None:
    assert ref("a", NOON, published_at).appeared_at == NOON


def test_articles_of_one_date_are_in_the_order_in_which_they_were_seen() -> None:
    assert ref("z", NOON, NOON - MINUTE).order < ref("a", NOON + MINUTE, NOON - MINUTE).order
    assert ref("a", NOON).order < ref("b", NOON).order
