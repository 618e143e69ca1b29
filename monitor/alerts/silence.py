"""Silences: alerts that somebody does not want for a while, with who, why and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from monitor.alerts.rules import Looked
from monitor.base.words import compile_words


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """What is silenced: all that is given must fit; at least one thing is given."""

    id: str
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    rule: str = ""
    story: str = ""
    source: str = ""
    """Of the new article, or of the story's origin; a host stands for its subdomains."""
    words: str = ""
    alerts: int = 0
    """How many alerts it has kept back."""


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
