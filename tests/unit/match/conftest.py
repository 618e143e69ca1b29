"""Prepared texts for the tests of matching."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.base.events import Article
from monitor.fingerprint.fingerprint import fingerprint
from monitor.match.text import Text
from tests.unit.match.reports import MakeText


@pytest.fixture
def text_of() -> MakeText:
    """Makes the prepared text of an article, from its words and, if wanted, its source and links."""

    def make(text: str, source: str = "", name: str = "art_1", links: tuple[str, ...] = ()) -> Text:
        article = Article(
            id=name,
            url=f"https://{source or 'site.example'}/{name}",
            source=source,
            first_seen_at=datetime(2026, 11, 1, tzinfo=UTC),
            text=text,
            links=links,
        )
        return Text.of(fingerprint(article))

    return make
