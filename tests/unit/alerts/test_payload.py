import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from monitor.alerts.payload import MAX_BODY_BYTES, alert_event, webhook_body
from monitor.base.events import Alert, ArticleRef, ArticleRevised, Match, Passage, StoryRef, StoryUpdated

AT = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def article(name: str, **changes: object) -> ArticleRef:
    plain = ArticleRef(
        id=f"art_{name}",
        url=f"https://{name}.example/1",
        title=name.title(),
        source=f"{name}.example",
        published_at=AT - timedelta(minutes=1),
        first_seen_at=AT,
        language="en",
    )
    return msgspec.structs.replace(plain, **changes)


def alert(passages: tuple[Passage, ...] = (), later: ArticleRef | None = None) -> Alert:
    later = later or article("copy")
    return Alert(
        alert_id="alt_1",
        at=AT,
        article=later,
        story=StoryRef(id="sty_1", origin=article("origin"), articles=4, sources=3),
        match=Match(
            article=later,
            earlier=article("reprint", published_at=None),
            kind="edited",
            score=0.912345,
            jaccard=0.1,
            containment=1 / 3,
            coverage=1.0,
            credited=True,
            credit="Story by Origin",
            credits_origin=True,
            signs=("chatbot_residue: “As a language model”",),
            passages=passages,
        ),
    )


def passage(start: int, length: int, text: str) -> Passage:
    return Passage(article=(start, start + length), earlier=(0, length), text=text, similarity=0.97)


def article_json(name: str, published_at: str | None = "2026-11-23T11:59:00Z") -> dict[str, object]:
    return {
        "id": f"art_{name}",
        "url": f"https://{name}.example/1",
        "title": name.title(),
        "source": f"{name}.example",
        "published_at": published_at,
        "first_seen_at": "2026-11-23T12:00:00Z",
        "language": "en",
        "revision": 1,
    }


def test_the_body_is_the_documented_event() -> None:
    assert json.loads(webhook_body(alert((passage(5, 9, "the gates"),)))) == {
        "type": "story.matched",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "alert_id": "alt_1",
            "article": article_json("copy"),
            "story": {
                "id": "sty_1",
                "origin": article_json("origin"),
                "origin_confidence": "medium",
                "articles": 4,
                "sources": 3,
            },
            "match": {
                "article": article_json("reprint", None),
                "kind": "edited",
                "score": 0.9123,
                "jaccard": 0.1,
                "containment": 0.3333,
                "coverage": 1.0,
                "credited": True,
                "credit": "Story by Origin",
                "credits_origin": True,
                "signs": ["chatbot_residue: “As a language model”"],
                "passages": [{"article": [5, 14], "earlier": [0, 9], "text": "the gates", "similarity": 0.97}],
            },
        },
    }


def update(**changes: object) -> StoryUpdated:
    story = StoryRef(id="sty_1", origin=article("agency"), articles=4, sources=3)
    plain = StoryUpdated(alert_id="alt_2", at=AT, previous_origin=article("origin"), story=story)
    return msgspec.structs.replace(plain, **changes)


def revised(match: Match | None = None) -> ArticleRevised:
    return ArticleRevised(
        alert_id="alt_3", at=AT, article=article("copy", revision=2), story=alert().story, match=match
    )


def test_the_body_of_a_revision_says_what_the_new_text_takes() -> None:
    nothing, still = (json.loads(webhook_body(revised(match))) for match in (None, alert((passage(0, 9, "x"),)).match))
    assert (nothing["type"], nothing["data"]["match"], nothing["data"]["article"]["revision"]) == (
        "article.revised",
        None,
        2,
    )
    first = json.loads(webhook_body(alert((passage(0, 9, "x"),))))
    assert still["data"]["match"] == first["data"]["match"] and still["data"]["story"] == first["data"]["story"]


def test_the_body_of_a_correction_is_the_documented_event() -> None:
    assert json.loads(webhook_body(update())) == {
        "type": "story.updated",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {
            "alert_id": "alt_2",
            "reason": "origin_corrected",
            "story": {
                "id": "sty_1",
                "origin": article_json("agency"),
                "origin_confidence": "medium",
                "articles": 4,
                "sources": 3,
            },
            "previous_origin": article_json("origin"),
        },
    }


def test_a_correction_with_hostile_fields_stays_small() -> None:
    flood = "\x01漢" * 100_000
    hostile = article("x", id=flood, url=flood, title=flood, source=flood, language=flood)
    story = StoryRef(id=flood, origin=hostile, articles=4, sources=3)
    assert len(webhook_body(update(story=story, previous_origin=hostile)).encode()) <= MAX_BODY_BYTES


def test_times_are_given_in_utc_whatever_zone_they_came_in() -> None:
    in_bali = article("copy", published_at=AT.astimezone(timezone(timedelta(hours=8))))
    assert alert_event(alert(later=in_bali))["data"]["article"]["published_at"] == "2026-11-23T12:00:00Z"


def test_long_passages_are_shortened_before_any_is_dropped() -> None:
    passages = tuple(passage(1000 * at, 900, f"{at} " + "word " * 300) for at in range(20))
    match = json.loads(webhook_body(alert(passages)))["data"]["match"]
    assert match["passages_truncated"] is True
    assert [found["article"] for found in match["passages"]] == [[1000 * at, 1000 * at + 900] for at in range(20)]
    assert all(found["text"].endswith("…") for found in match["passages"])


def test_of_too_many_passages_the_longest_stay_in_their_order() -> None:
    passages = tuple(passage(1000 * at, 100 + at % 7, "x" * 200) for at in range(500))
    found = alert_event(alert(passages))["data"]["match"]["passages"]
    starts = [item["article"][0] for item in found]
    assert starts == sorted(starts)
    assert 50 < len(found) < 500
    assert min(end - start for start, end in (item["article"] for item in found)) == 105


def test_hostile_fields_are_cut_visibly_and_leave_room_for_a_passage() -> None:
    flood = "\x01漢" * 100_000
    hostile = article("copy", id=flood, url="https://copy.example/" + flood, title=flood, source=flood, language=flood)
    event = alert(tuple(passage(at, 10, flood) for at in range(300)), hostile)
    event = msgspec.structs.replace(
        event,
        story=msgspec.structs.replace(event.story, id=flood, origin=hostile),
        match=msgspec.structs.replace(event.match, earlier=hostile, credit=flood, signs=(flood,) * 9),
    )
    body = webhook_body(event)
    data = json.loads(body)["data"]
    assert len(body.encode()) <= MAX_BODY_BYTES < 20_000
    assert data["article"]["title"].endswith("…")
    assert data["article"]["url"].endswith("…")
    assert data["match"]["credit"].endswith("…")
    assert len(data["match"]["passages"]) >= 20
