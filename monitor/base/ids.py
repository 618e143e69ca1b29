"""Ids derived from content, so that a repeat after a crash changes nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime


def _digest(prefix: str, *parts: str) -> str:
    # The separator keeps ("ab", "c") and ("a", "bc") apart; 80 bits keep collisions below 1e-9 at 10^7 articles.
    return prefix + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


def article_id(canonical_url: str) -> str:
    """Id of the article under a canonical URL: `art_` and 20 hexadecimal digits."""
    return _digest("art_", canonical_url)


def story_id(origin_article_id: str) -> str:
    """Id of the story that a first match opens, from its first article: `sty_` and 20 hexadecimal digits."""
    return _digest("sty_", origin_article_id)


def alert_id(article: str, story: str, revision: int) -> str:
    """Id of the alert 'this article joined that story': `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", article, story, str(revision))


def update_id(story: str, origin: str) -> str:
    """Id of the alert 'that article is the origin of this story': `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", "origin", story, origin, "")


def revised_id(article: str, revision: int) -> str:
    """Id of the alert 'this article has another text now': `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", "revised", article, str(revision), "", "")


def webhook_id(alert: str, endpoint: str) -> str:
    """Value of the `webhook-id` header: the same over all attempts of one delivery (Standard Webhooks)."""
    return _digest("msg_", alert, endpoint)


def growth_id(story: str, outlets: int) -> str:
    """Id of the alert 'so many outlets carry this story now': `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", "grown", story, str(outlets), "")


def digest_id(rule: str, first_alert: str, opened_at: datetime) -> str:
    """Id of what a rule has gathered, from its first alert and when it began: `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", "digest", rule, first_alert, opened_at.isoformat())


def split_id(story: str, article: str) -> str:
    """Id of the alert 'this article was in that story by mistake': `alt_` and 20 hexadecimal digits."""
    return _digest("alt_", "split", story, article)


def notice_id(kind: str, about: str, at: datetime) -> str:
    """Id of a notice, from what happened to what, and when: `ntc_` and 20 hexadecimal digits."""
    return _digest("ntc_", kind, about, at.isoformat())


def text_digest(*texts: str) -> str:
    """Digest of texts, to tell an unchanged article from a revision: 20 hexadecimal digits."""
    return _digest("", *texts)
