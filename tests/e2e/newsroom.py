"""Invented newspapers, a receiver of alerts and a configuration that knows both, on this machine's loopback."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w
import wordfreq

from agents.demo.content import DemoArticle, Outlet
from agents.demo.publisher import Publisher
from agents.serve import serve
from monitor.alerts.receiver import Received, make_receiver

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBlbmQtdG8tZW5kIHRlc3Rz"


@dataclass
class Inbox:
    """What the receiver has got."""

    received: list[Received] = field(default_factory=list)

    @property
    def alerts(self) -> dict[str, dict[str, Any]]:
        """The data of each match that came with a valid signature, by its id.

        There may be corrections beside them: on a slow machine a copy is seen before its original now and then.
        """
        events = [one.event for one in self.received if one.verified]
        return {event["data"]["alert_id"]: event["data"] for event in events if event["type"] == "story.matched"}

    @property
    def pairs(self) -> Counter[frozenset[str]]:
        """How often each two articles were told as a match, by the last part of their URLs; repeats not counted."""
        return Counter(
            frozenset((slug(alert["article"]), slug(alert["match"]["article"]))) for alert in self.alerts.values()
        )

    @property
    def ids(self) -> dict[str, set[str]]:
        """The webhook-ids of each alert or correction, by its id: one each, if all is well."""
        ids: dict[str, set[str]] = {}
        for one in self.received:
            ids.setdefault(one.event["data"]["alert_id"], set()).add(one.webhook_id)
        return ids

    @property
    def ids_an_alert(self) -> set[int]:
        """Numbers of webhook-ids that alerts came under."""
        return {len(found) for found in self.ids.values()}


def slug(article: dict[str, Any]) -> str:
    """The last part of an article's URL, which is its file name or number."""
    return str(article["url"]).rpartition("/")[2]


@dataclass(frozen=True)
class Newsroom:
    """All that a service needs around it."""

    publisher: Publisher
    inbox: Inbox
    receiver_url: str

    def configure(self, path: Path, broker: str, *more_feeds: str, **sections: dict[str, Any]) -> Path:
        """Write a configuration file, for quick polls and retries."""
        feeds = [{"url": feed.url, "source": feed.source} for feed in self.publisher.feeds()]
        settings: dict[str, Any] = {
            "broker": {"url": broker},
            "fetch": {"allow_private_addresses": True, "timeout_s": 5.0, "max_body_bytes": 1_000_000},
            # The newspapers share a host, as no real ones do.
            "poll": {
                "interval_s": 1.0,
                "max_interval_s": 1.0,
                "host_concurrency": 100,
                "host_spacing_s": 0,
                "tick_s": 0.2,
            },
            "pages": {"full_text": False},
            "delivery": {"schedule_s": [0.5, 1, 1, 1, 2, 2, 2, 2, 2], "timeout_s": 5.0},
            "web": {"port": 0},
            "feeds": [*feeds, *({"url": url} for url in more_feeds)],
            "webhooks": [{"name": "desk", "url": self.receiver_url, "secret": SECRET}],
        }
        path.write_text(tomli_w.dumps(settings | sections), encoding="utf-8")
        return path


@asynccontextmanager
async def newsroom(
    articles: Sequence[DemoArticle] | None = None, outlets: dict[str, Outlet] | None = None, *, speed: float = 1.0
) -> AsyncIterator[Newsroom]:
    """A newsroom that begins to publish; without articles, those of the demo."""
    inbox = Inbox()
    runner, url = await serve(make_receiver(SECRET, inbox.received.append), "127.0.0.1", 0)
    try:
        async with Publisher(articles, outlets, clock=lambda: datetime.now(UTC), speed=speed) as publisher:
            yield Newsroom(publisher, inbox, f"{url}/alerts")
    finally:
        await runner.cleanup()


def copied_series(pairs: int, *, every_s: float) -> tuple[list[DemoArticle], dict[str, Outlet]]:
    """Invented articles with a copy each at another outlet, one article or copy after another."""
    outlets = {
        key: Outlet(name=key.title(), source=f"{key}.example", format="rss" if at % 2 else "atom")
        for at, key in enumerate(("alpha", "bravo", "charlie", "delta"))
    }
    names, articles = list(outlets), []
    for number in range(pairs):
        text = invented_text(number)
        for part, form in enumerate((text, edited(text))):
            articles.append(
                DemoArticle(
                    slug=f"{number}-{'ab'[part]}",
                    outlet=names[(number + part) % len(names)],
                    title=f"Report {number} of the invented newsroom",
                    text=form,
                    # The copies come five articles later.
                    delay_s=every_s * (2 * number + 11 * part),
                    copy_of=f"{number}-a" if part else None,
                )
            )
    return sorted(articles, key=lambda article: article.delay_s), outlets


@cache
def _vocabulary() -> tuple[str, ...]:
    return tuple(word for word in wordfreq.top_n_list("en", 6000)[150:] if word.isalpha() and len(word) > 2)


def invented_text(number: int) -> str:
    """Fourteen sentences of words drawn at random: no two numbers have a phrase in common."""
    draw = random.Random(number)
    sentences = [" ".join(draw.choices(_vocabulary(), k=draw.randint(10, 18))).capitalize() for _ in range(14)]
    return "\n\n".join(f"{'. '.join(sentences[at : at + 3])}." for at in range(0, 14, 3))


def edited(text: str) -> str:
    """The text without its last paragraph and with two words in a row exchanged now and then."""
    words = text.rpartition("\n\n")[0].split(" ")
    for at in range(20, len(words) - 1, 40):
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def jsonl(articles: Sequence[DemoArticle]) -> str:
    """The articles as `wirewatch replay` reads them."""
    return "".join(
        json.dumps({"id": one.slug, "url": f"https://{one.outlet}.example/{one.slug}", "text": one.text}) + "\n"
        for one in articles
    )
