"""The role that fingerprints: articles in, one copy of each fingerprint to every shard of the index."""

from __future__ import annotations

import asyncio

from agents.role import Message, Role
from agents.topics import ARTICLES, FINGERPRINTS
from monitor.base.errors import TextTooShort
from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint

LONG_TEXT_CHARACTERS = 50_000
"""A text this long takes 20 ms or more: it is worth a thread, so that the web page and the polls go on."""


class FingerprintArticles(Role):
    """A shell around `monitor/fingerprint`, spread over workers by the partitions of the articles."""

    name = "fingerprint"

    def define(self) -> None:
        """No state: an article's fingerprint depends on nothing but the article."""
        self.consume(ARTICLES, {Article: self.fingerprint})

    async def fingerprint(self, article: Article, partition: int) -> None:
        """Send an article's fingerprint to every shard; an article of a few words ends here, counted."""
        try:
            computed = await self._computed(article)
        except TextTooShort:
            self.metrics.too_short.inc()
            return
        shards = range(self.settings.broker.shards)
        await self.send(*(Message(FINGERPRINTS, article.id, computed, shard) for shard in shards))
        self.metrics.fingerprinted.inc()

    async def _computed(self, article: Article) -> Fingerprint:
        if len(article.text) < LONG_TEXT_CHARACTERS:
            return fingerprint(article)
        return await asyncio.to_thread(fingerprint, article)
