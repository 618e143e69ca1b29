"""Which silence keeps an alert back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.alerts.rules import Looked
from monitor.base.events import Silence
from monitor.base.words import compile_words


def silenced_by(silences: Iterable[Silence], rule: str, looked: Looked, now: datetime) -> Silence | None:
    """The first silence that keeps an alert of a rule back at this time."""
    return next((one for one in silences if one.begins_at <= now < one.ends_at and _fits(one, rule, looked)), None)


def _fits(silence: Silence, rule: str, looked: Looked) -> bool:
    alert = looked.alert
    sources = (alert.article.source, alert.story.origin.source)
    return (
        silence.rule in ("", rule)
        and silence.story in ("", alert.story.id)
        and (not silence.source or any(f".{one}".endswith(f".{silence.source}") for one in sources))
        and (not silence.words or compile_words(silence.words)(looked.text))
    )
