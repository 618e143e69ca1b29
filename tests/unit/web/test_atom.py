"""The Atom feed, read by a feed reader's parser."""

from datetime import UTC, datetime

import feedparser
import msgspec

from monitor.web.atom import atom
from tests.unit.alerts.test_payload import AT, alert, article, update

URL = "http://127.0.0.1:6066/alerts.atom"


def test_a_reader_finds_each_alert_with_its_link() -> None:
    found = feedparser.parse(atom([alert(), update()], URL, AT))
    assert not found.bozo and found.version == "atom10"
    first, second = found.entries
    assert (first.id, first.link) == ("urn:wirewatch:alt_1", "https://copy.example/1")
    assert first.title == "copy.example re-uses reprint.example (edited, 91 % sure)"
    assert "33 % of the earlier text" in first.content[0].value and "was first, not" in second.title


def test_no_text_of_a_stranger_breaks_it() -> None:
    later = article("copy", title="<script>&\x00\ud800]]>\ufffe", url="javascript:alert(1)")
    found = feedparser.parse(atom([msgspec.structs.replace(alert(), article=later)], URL, AT))
    assert not found.bozo and found.entries[0].get("links", []) == []


def test_without_alerts_it_is_still_a_feed() -> None:
    found = feedparser.parse(atom([], URL, datetime(2026, 1, 1, tzinfo=UTC)))
    assert not found.bozo and found.entries == [] and found.feed.updated == "2026-01-01T00:00:00Z"
