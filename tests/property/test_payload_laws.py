"""Laws of the webhook body, for whatever strangers write into an article."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.payload import alert_event, webhook_body
from monitor.base.events import Alert, ArticleRef, Match, Passage, StoryRef, decode, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
HUGE = st.builds(lambda text, times: text * times, TEXT, st.sampled_from([1, 1, 40, 400]))
TIMES = st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))
SHARES = st.floats(0, 1)
OFFSETS = st.tuples(st.integers(0, 10**7), st.integers(0, 10**7))

ARTICLES = st.builds(
    ArticleRef,
    id=HUGE,
    url=HUGE,
    title=HUGE,
    source=HUGE,
    published_at=st.none() | TIMES,
    first_seen_at=TIMES,
    language=TEXT,
    revision=st.integers(1, 10**6),
)
PASSAGES = st.builds(Passage, article=OFFSETS, earlier=OFFSETS, text=HUGE, similarity=SHARES)
MATCHES = st.builds(
    Match,
    article=ARTICLES,
    earlier=ARTICLES,
    kind=st.sampled_from(["verbatim", "edited", "rewritten", "partial"]),
    score=SHARES,
    jaccard=SHARES,
    containment=SHARES,
    coverage=SHARES,
    credited=st.booleans(),
    credit=HUGE,
    signs=st.lists(HUGE, max_size=6).map(tuple),
    passages=st.builds(lambda some, times: tuple(some * times), st.lists(PASSAGES, max_size=6), st.integers(1, 60)),
)
STORIES = st.builds(StoryRef, id=HUGE, origin=ARTICLES, articles=st.integers(1, 10**6), sources=st.integers(1, 10**6))
ALERTS = st.builds(Alert, alert_id=HUGE, at=TIMES, article=ARTICLES, story=STORIES, match=MATCHES)


@settings(max_examples=60)
@given(ALERTS)
def test_a_body_is_small_says_what_was_cut_and_survives_its_way(alert: Alert) -> None:
    body = webhook_body(alert)
    assert len(body.encode()) < 20_000
    assert json.loads(body) == alert_event(alert)
    match = json.loads(body)["data"]["match"]
    whole = [passage["text"] for passage in match["passages"]] == [passage.text for passage in alert.match.passages]
    assert match.get("passages_truncated", False) is not whole


@settings(max_examples=30)
@given(ALERTS)
def test_an_alert_read_back_from_its_topic_gives_the_same_bytes(alert: Alert) -> None:
    again = decode(encode(alert))
    assert isinstance(again, Alert)
    assert webhook_body(again) == webhook_body(alert)
