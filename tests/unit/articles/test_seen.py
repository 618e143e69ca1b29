"""New, revised or nothing new: what an entry is, compared with what is remembered of its article."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from monitor.articles import seen as seen_module
from monitor.articles.seen import FORGET, PAGE_TRIES, REFRESH, Judged, Seen, is_forgotten, wants_page
from monitor.base.events import Article, FeedEntry

START = datetime(2026, 11, 1, tzinfo=UTC)
ARTICLE = Article(
    id="a1",
    url="https://herald.example/gate",
    title="Gate fails",
    text="The gate failed at dawn.",
    first_seen_at=START,
    feed_url="https://herald.example/feed.xml",
)


def later(after: timedelta, **changes: object) -> Article:
    """The article as a poll finds it some time after the first one."""
    return msgspec.structs.replace(ARTICLE, first_seen_at=START + after, **changes)


def judge(seen: Seen | None, article: Article, **how: Any) -> Judged:
    """What is made of the article when its feed gives it like this."""
    return seen_module.judge(seen, FeedEntry(article=article, **how))


def remembered(*entries: Article) -> Seen:
    """What is remembered after these entries."""
    seen = None
    for entry in entries:
        seen = judge(seen, entry).seen or seen
    assert seen is not None
    return seen


def test_an_unknown_article_is_new_and_published_as_it_is() -> None:
    judged = judge(None, ARTICLE)
    assert (judged.outcome, judged.article) == ("new", ARTICLE)
    assert judged.seen is not None and judged.seen.revision == 1


def test_the_same_text_again_says_nothing() -> None:
    assert judge(remembered(ARTICLE), later(timedelta(minutes=5))) == Judged("unchanged", None, None)


@pytest.mark.parametrize("change", [{"text": "The gate was mended."}, {"title": "Gate fails again"}])
def test_another_text_or_title_is_a_revision_that_keeps_when_the_article_was_first_seen(change: dict[str, str]) -> None:
    judged = judge(remembered(ARTICLE), later(timedelta(minutes=5), **change))
    assert judged.outcome == "revised" and judged.article is not None
    assert (judged.article.revision, judged.article.first_seen_at) == (2, START)
    assert judged.article.ref().revised_at == START + timedelta(minutes=5)


def test_revisions_are_counted() -> None:
    second = later(timedelta(minutes=5), text="The gate was mended.")
    third = later(timedelta(minutes=10), text="The gate holds.")
    judged = judge(remembered(ARTICLE, second), third)
    assert judged.article is not None and judged.article.revision == 3


def test_the_longer_version_of_another_feed_is_no_revision() -> None:
    """A site lists one article in several feeds, as a teaser here and in full there."""
    other = later(
        timedelta(minutes=5), text="The gate failed at dawn. And more.", feed_url="https://herald.example/all"
    )
    assert judge(remembered(ARTICLE), other).outcome == "unchanged"


def test_an_event_that_is_read_again_after_a_crash_is_no_revision() -> None:
    """Back to the first text, but with the time of a poll that is already judged."""
    revised = later(timedelta(minutes=5), text="The gate was mended.")
    assert judge(remembered(ARTICLE, revised), later(timedelta(minutes=1))).outcome == "unchanged"


def test_an_article_that_stays_listed_is_noted_once_a_day() -> None:
    seen = remembered(ARTICLE)
    assert judge(seen, later(REFRESH - timedelta(seconds=1))).seen is None
    refreshed = judge(seen, later(REFRESH)).seen
    assert refreshed is not None and refreshed.at == START + REFRESH
    assert refreshed.first_seen_at == START


def test_an_article_is_forgotten_once_no_feed_has_listed_it_for_long() -> None:
    seen = remembered(ARTICLE, later(timedelta(days=2)))
    assert not is_forgotten(seen, START + timedelta(days=2) + FORGET)
    assert is_forgotten(seen, START + timedelta(days=2) + FORGET + timedelta(seconds=1))


MINUTES = timedelta(minutes=5)
PAGE = "The gate failed at dawn, and water ran through the lower streets of the town."


def test_the_text_of_a_page_is_no_revision_of_the_feeds_teaser() -> None:
    """The digest is that of the feed's text, which comes again at the next poll."""
    teaser = seen_module.digest_of(ARTICLE)
    seen = judge(None, later(timedelta(), text=PAGE), digest=teaser, page="read").seen
    assert judge(seen, later(MINUTES), digest=teaser).outcome == "unchanged"


def test_a_page_that_could_not_be_had_is_asked_for_again_some_times() -> None:
    seen = judge(None, ARTICLE, page="missing").seen
    for tries in range(1, PAGE_TRIES):
        assert seen is not None and seen.missing == tries and wants_page(seen, later(MINUTES))
        seen = judge(seen, later(MINUTES * tries), page="missing").seen
    assert seen is not None and not wants_page(seen, later(MINUTES * 9))


def test_a_page_that_comes_late_is_a_revision() -> None:
    seen = judge(None, ARTICLE, page="missing").seen
    judged = judge(seen, later(MINUTES, text=PAGE), digest=seen_module.digest_of(ARTICLE), page="read")
    assert judged.article is not None and (judged.article.text, judged.article.revision) == (PAGE, 2)
    assert judged.seen is not None and not judged.seen.missing
    assert not wants_page(judged.seen, later(2 * MINUTES))


def test_the_page_of_a_new_or_changed_teaser_is_wanted_and_of_another_feeds_not() -> None:
    assert wants_page(None, ARTICLE)
    seen = remembered(ARTICLE)
    assert not wants_page(seen, later(MINUTES))
    assert wants_page(seen, later(MINUTES, title="Gate mended"))
    assert not wants_page(seen, later(MINUTES, title="x", feed_url="https://herald.example/all"))
