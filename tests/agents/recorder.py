"""A role for tests of the shell around all roles: it notes how often it has handled each article, and says so.

`python -m tests.agents.recorder BROKER` is a worker of it, a process of its own that a test can kill.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from agents import role
from agents.app import running
from agents.role import Message, Role
from agents.topics import ARTICLES, POLLS
from monitor.base.events import Article, FeedEntry
from monitor.base.settings import load
from tests.agents.stage import START

WORK_S = 0.005
KAFKA_MINIMUM_S = 6.0
PARTITIONS = 4


def article(number: int) -> Article:
    """One article of a series."""
    return Article(id=f"art_{number:05}", url=f"https://wire.example/{number}", first_seen_at=START, text="…")


class Recorder(Role):
    """Sends each article on, its revision being the number of times that it came, and counts it in a table."""

    name = "recorder"
    work_s = 0.0

    def define(self) -> None:
        """One table of counts."""
        self.counts = self.table("counts", ARTICLES)
        self.consume(ARTICLES, {Article: self.article})

    async def article(self, article: Article, partition: int) -> None:
        """Write both the event and the count."""
        await asyncio.sleep(self.work_s)
        count = int(self.counts.get(article.id.encode(), b"0")) + 1
        entry = FeedEntry(article=msgspec.structs.replace(article, revision=count))
        await self.send(Message(POLLS, article.id, entry, partition))
        self.counts[article.id.encode()] = b"%d" % count


async def _work(broker: str) -> None:
    settings = load(None, environ={}, broker__url=broker, broker__partitions=PARTITIONS)
    async with running(settings, [Recorder], with_web=False) as service:
        had: list[int] = []
        while True:
            recorder = service.roles[0]
            has = recorder.assigned(ARTICLES) if recorder.lag() is not None else []
            if has != had:
                print(*has, flush=True)
                had = has
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    role.SESSION_TIMEOUT_S = KAFKA_MINIMUM_S
    Recorder.work_s = WORK_S
    asyncio.run(_work(sys.argv[1]))
