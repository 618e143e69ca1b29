"""The alert event: what a webhook receiver, `replay --out` and the API get for one alert.

Source: the 'Standard Webhooks' envelope (`type`, `timestamp`, `data`) and its advice to keep bodies under 20 kB; one
tracker silently drops larger ones, so everything that an article's author controls is cut, and visibly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from monitor.alerts.clip import clip, json_bytes
from monitor.alerts.passages import DIGITS, fit
from monitor.base.events import (
    Alert,
    AnyAlert,
    ArticleRef,
    ArticleRevised,
    Match,
    Notice,
    StoryRef,
    StoryUpdated,
    VerdictGiven,
)

MAX_BODY_BYTES = 19_600
"""Under 20 kB also in the envelope of CloudEvents."""

# Bytes as JSON. An alert names three articles, and with all of these at their limit 7 kB are left for passages.
_ID_BYTES = 300
_URL_BYTES = 2_000
_TITLE_BYTES = 1_000
_SOURCE_BYTES = 255
_LANGUAGE_BYTES = 35
_CREDIT_BYTES = 500
_SIGN_BYTES = 500
_MAX_SIGNS = 4
_WHY_BYTES = 200
_MAX_WHY = 8
_MAX_RULES = 2
_DIGEST_TEXT_BYTES = 400
MAX_DIGEST = 20
"""Alerts in one digest: more are read by nobody."""
"""More rules that send the same alert to the same endpoint say nothing new."""


class Reason(NamedTuple):
    """That a rule sends an alert, and why."""

    rule: str
    why: tuple[str, ...]


def webhook_body(alert: AnyAlert, reasons: Sequence[Reason] = ()) -> str:
    """The JSON that is signed and sent: at most 19,600 bytes of UTF-8, the same bytes for the same alert."""
    return msgspec.json.encode(alert_event(alert, reasons)).decode()


def alert_event(alert: AnyAlert, reasons: Sequence[Reason] = ()) -> dict[str, Any]:
    """The alert event as JSON values, cut to the size of a webhook body: `story.matched`, `story.updated` or
    `article.revised`.

    Args: reasons: the rules that send it, which become `rules`; none where it is only shown.

    A text that was too long ends in '…'; passages that were shortened or dropped set `passages_truncated` in `match`,
    which is absent otherwise.
    Cost: about 0.1 ms for an alert of ten passages.
    """
    rules = _rules(reasons)
    if isinstance(alert, StoryUpdated):
        return _with_rules(_updated(alert), rules)
    event = _with_rules(_event(alert), rules)
    if alert.match:
        match = event["data"]["match"] | {"passages": [], "passages_truncated": True}
        room = MAX_BODY_BYTES - json_bytes(event) - json_bytes(match) + json_bytes(event["data"]["match"])
        match["passages"], truncated = fit(alert.match.passages, room)
        if not truncated:
            del match["passages_truncated"]
        event["data"]["match"] = match
    return event


def growth_body(event_id: str, alert: Alert | ArticleRevised, reasons: Sequence[Reason]) -> str:
    """The body of a `story.updated` that says how many outlets carry a story now, with the latest article."""
    event = {
        "type": "story.updated",
        "timestamp": _time(alert.at),
        "data": {
            "alert_id": event_id,
            "reason": "grown",
            "story": _story(alert.story),
            "article": _article(alert.article),
        },
    }
    return msgspec.json.encode(_with_rules(event, _rules(reasons))).decode()


def split_body(event_id: str, verdict: VerdictGiven) -> str:
    """The body of a `story.updated` that says that an article was in a story by mistake."""
    event = {
        "type": "story.updated",
        "timestamp": _time(verdict.at),
        "data": {
            "alert_id": event_id,
            "reason": "split",
            "wrong_alert_id": clip(verdict.alert_id, _ID_BYTES),
            "story_id": clip(verdict.story, _ID_BYTES),
            "article_id": clip(verdict.article, _ID_BYTES),
            "author": clip(verdict.author, _SOURCE_BYTES),
            "comment": clip(verdict.comment, _TITLE_BYTES),
        },
    }
    return msgspec.json.encode(event).decode()


def digest_body(
    event_id: str, began: datetime, ended: datetime, items: Sequence[Mapping[str, Any]], more: int, reason: Reason
) -> str:
    """The body of an `alerts.digest`: as many alerts as fit, the first ones, and how many `more` there were."""
    shown = [
        {key: clip(value, _DIGEST_TEXT_BYTES) if isinstance(value, str) else value for key, value in item.items()}
        for item in items
    ]
    while True:
        left_out = more + len(items) - len(shown)
        event = {
            "type": "alerts.digest",
            "timestamp": _time(ended),
            "data": {
                "digest_id": event_id,
                "from": _time(began),
                "to": _time(ended),
                "alerts": shown,
                "more": left_out,
                "rules": _rules([reason]),
            },
        }
        body = msgspec.json.encode(event)
        if len(body) <= MAX_BODY_BYTES and len(shown) <= MAX_DIGEST:
            return body.decode()
        shown = shown[: min(len(shown) - 1, MAX_DIGEST)]


def _rules(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [
        {"name": one.rule, "why": [clip(why, _WHY_BYTES) for why in one.why[:_MAX_WHY]]} for one in reasons[:_MAX_RULES]
    ]


def _with_rules(event: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return event | {"data": event["data"] | {"rules": rules}} if rules else event


def notice_event(notice: Notice) -> dict[str, Any]:
    """A notice about the service itself as JSON values: its kind is the `type`."""
    about = notice.kind.partition(".")[0]
    return {
        "type": notice.kind,
        "timestamp": _time(notice.at),
        "data": {
            "notice_id": clip(notice.notice_id, _ID_BYTES),
            about: clip(notice.about, _ID_BYTES),
            "reason": clip(notice.reason, _TITLE_BYTES),
            **({} if notice.alerts is None else {"alerts": notice.alerts}),
        },
    }


def probe_event(test_id: str, at: datetime) -> dict[str, Any]:
    """What `wirewatch webhooks test` sends, as JSON values."""
    return {
        "type": "wirewatch.test",
        "timestamp": _time(at),
        "data": {"test_id": test_id, "text": "Wirewatch reaches this endpoint; alerts come like this one."},
    }


def _event(alert: Alert | ArticleRevised) -> dict[str, Any]:
    return {
        "type": "story.matched" if isinstance(alert, Alert) else "article.revised",
        "timestamp": _time(alert.at),
        "data": {
            "alert_id": clip(alert.alert_id, _ID_BYTES),
            "article": _article(alert.article),
            "story": _story(alert.story),
            "match": _match(alert.match) if alert.match else None,
        },
    }


def _updated(update: StoryUpdated) -> dict[str, Any]:
    return {
        "type": "story.updated",
        "timestamp": _time(update.at),
        "data": {
            "alert_id": clip(update.alert_id, _ID_BYTES),
            "reason": "origin_corrected",
            "story": _story(update.story),
            "previous_origin": _article(update.previous_origin),
        },
    }


def _article(article: ArticleRef) -> dict[str, Any]:
    return {
        "id": clip(article.id, _ID_BYTES),
        "url": clip(article.url, _URL_BYTES),
        "title": clip(article.title, _TITLE_BYTES),
        "source": clip(article.source, _SOURCE_BYTES),
        "published_at": _time(article.published_at) if article.published_at else None,
        "first_seen_at": _time(article.first_seen_at),
        "language": clip(article.language, _LANGUAGE_BYTES),
        "revision": article.revision,
    }


def _story(story: StoryRef) -> dict[str, Any]:
    return {
        "id": clip(story.id, _ID_BYTES),
        "origin": _article(story.origin),
        "origin_confidence": story.origin_confidence,
        "articles": story.articles,
        "sources": story.sources,
    }


def _match(match: Match) -> dict[str, Any]:
    """All but the passages."""
    return {
        "article": _article(match.earlier),
        "kind": match.kind,
        "score": round(match.score, DIGITS),
        "jaccard": round(match.jaccard, DIGITS),
        "containment": round(match.containment, DIGITS),
        "coverage": round(match.coverage, DIGITS),
        "credited": match.credited,
        "credit": clip(match.credit, _CREDIT_BYTES),
        "credits_origin": match.credits_origin,
        "signs": [clip(sign, _SIGN_BYTES) for sign in match.signs[:_MAX_SIGNS]],
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
