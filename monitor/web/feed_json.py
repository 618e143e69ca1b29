"""The state of a feed as JSON."""

from __future__ import annotations

from typing import Any

from yarl import URL

from monitor.web.view import FeedState


def feed_json(feed: FeedState) -> dict[str, Any]:
    """A feed's latest poll and how long it has been failing; passwords in its address are left out."""
    polled = feed.polled
    return {
        "url": without_credentials(polled.feed_url),
        "polled_at": polled.at.isoformat(),
        "status": polled.status,
        "entries": polled.entries,
        "rejected": polled.rejected,
        "problems": list(polled.problems),
        "error": polled.error,
        "message": polled.message.replace(polled.feed_url, without_credentials(polled.feed_url)),
        "failures": feed.failures,
        "state": feed.health.word if feed.health else "ok",
        "reason": feed.health.reason.replace(polled.feed_url, without_credentials(polled.feed_url))
        if feed.health
        else "",
        "since": feed.health.since.isoformat() if feed.health and feed.health.since else None,
        "next_poll_at": feed.health.next_poll_at.isoformat() if feed.health else None,
        "failing_since": feed.failing_since.isoformat() if feed.failing_since else None,
    }


def without_credentials(url: str) -> str:
    """The URL without user name and password, as it may be shown to anyone who sees the page."""
    try:
        parsed = URL(url, encoded=True)
        return str(parsed.with_user(None)) if parsed.raw_user or parsed.raw_password else url
    except ValueError:
        return "(not a URL)"
