"""The role that matches: each shard looks a fingerprint up, verifies its candidates and answers with its matches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

import msgspec
import zstandard
from cachetools import LRUCache, cached
from faust.types import TP

from agents.role import Message, Role
from agents.topics import ANSWERS, FINGERPRINTS, partition_of
from monitor.base.events import Fingerprint, Match, ShardAnswer, Tick, encode
from monitor.index.index import Index
from monitor.match.text import Text
from monitor.stories.telling import telling_matches

KEPT_CHARACTERS = 7_500_000
"""Texts kept ready for verification, 3,000 of usual length in 170 MB; copies come within hours, so most candidates are
among them. With two thirds of it, one text in five of the bench is prepared twice."""
GUEST_TIME = timedelta(minutes=1)
"""How long a shard keeps what another one owns, so that copies that arrive together meet whatever their order."""
EXPIRY_EVERY = timedelta(hours=1)
TIMER_S = 30.0
LONG_TEXT_CHARACTERS = 50_000
"""Above it a comparison takes 50 ms and more: it is worth a thread, so that the web page and the polls go on."""
YIELD_EVERY = 100
"""Articles indexed at recovery before other tasks get their turn: about 20 ms."""


class Shard:
    """One part of the index: the articles that it owns, and guests for a minute."""

    def __init__(self, retention: timedelta) -> None:
        self.owned = Index(retention)
        self.guests = Index(GUEST_TIME)

    def candidates(self, fp: Fingerprint, limit: int) -> Iterable[str]:
        """Ids of the articles that may share text with this one."""
        return [*self.owned.candidates(fp, limit), *self.guests.candidates(fp, limit)]

    def expire(self, now: datetime) -> list[str]:
        """Forget what is too old; returns the ids."""
        return [*self.owned.expire(now), *self.guests.expire(now)]


class MatchArticles(Role):
    """A shell around `monitor/index` and `monitor/match`; a partition of the fingerprints is a shard of the index."""

    name = "match"

    def define(self) -> None:
        """One table of fingerprints; the index is made from it again after every recovery."""
        self.fingerprints = self.table("fingerprints", FINGERPRINTS)
        self.fingerprints.on_recover(self.rebuild)
        self._shards: dict[int, Shard] = {}
        self._expired_at: datetime | None = None
        self.consume(FINGERPRINTS, {Fingerprint: self.match, Tick: self.tick})
        self.every(TIMER_S, self.call_time)

    async def match(self, fp: Fingerprint, shard: int) -> None:
        """Answer with the verified matches of an article, then store it.

        In this order, so that a crash in between asks the same question again and gets the same answer.
        """
        article = fp.article
        before = self.fingerprints.get(_key(shard, article.id))
        if before is not None and _text(before).article.revision > article.revision:
            return
        stored = _pack(fp)
        matches = await self._matches(fp, stored, shard)
        answer = ShardAnswer(article=article, shard=shard, shards=self.settings.broker.shards, matches=matches)
        await self.send(Message(ANSWERS, article.id, answer))
        self.fingerprints[_key(shard, article.id)] = stored
        self._index(fp, shard)

    async def tick(self, tick: Tick, shard: int) -> None:
        """Forget the articles of a shard that are past the retention window."""
        for article in self._shard(shard).expire(tick.at):
            self.fingerprints.pop(_key(shard, article), None)

    async def call_time(self) -> None:
        """Send each shard the time when something in it may expire."""
        now = self.parts.clock()
        guests = any(len(shard.guests) for shard in self._shards.values())
        if guests or self._expired_at is None or now - self._expired_at >= EXPIRY_EVERY:
            self._expired_at = now
            await self.send(*(Message(FINGERPRINTS, "tick", Tick(at=now), n) for n in self.assigned(FINGERPRINTS)))

    def revoked(self, partitions: set[TP]) -> None:
        """Drop the shards that went to another worker; what returns is indexed again."""
        super().revoked(partitions)
        for tp in partitions:
            self._shards.pop(tp.partition, None)

    async def rebuild(self) -> None:
        """Index again what the table holds of this worker's shards. Cost: 0.2 ms an article."""
        self._shards.clear()
        mine = set(self.assigned(FINGERPRINTS))
        for done, (key, stored) in enumerate(list(self.fingerprints.items())):
            shard = int(key.partition(b":")[0])
            if shard in mine:
                self._index(_unpack(stored), shard)
            if done % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    def _shard(self, number: int) -> Shard:
        if number not in self._shards:
            self._shards[number] = Shard(timedelta(days=self.settings.match.retention_days))
        return self._shards[number]

    def _index(self, fp: Fingerprint, number: int) -> None:
        shard = self._shard(number)
        owner = partition_of(fp.article.id.encode(), self.settings.broker.shards)
        (shard.owned if owner == number else shard.guests).add(fp)

    async def _matches(self, fp: Fingerprint, stored: bytes, shard: int) -> tuple[Match, ...]:
        candidates = self._shard(shard).candidates(fp, self.settings.match.max_candidates)
        earlier = [value for key in candidates if (value := self.fingerprints.get(_key(shard, key))) is not None]
        self.metrics.candidates.inc(len(earlier))
        self.metrics.verified.inc(len(earlier))
        if not earlier:
            return ()
        if len(fp.text) < LONG_TEXT_CHARACTERS:
            return _verified(stored, earlier, self.settings.match.min_score)
        return await asyncio.to_thread(_verified, stored, earlier, self.settings.match.min_score)


def _key(shard: int, article: str) -> bytes:
    # With the shard, since Faust keeps all partitions of a table in one dictionary.
    return f"{shard}:{article}".encode()


def _pack(fp: Fingerprint) -> bytes:
    return zstandard.compress(encode(fp), 1)


def _unpack(stored: bytes) -> Fingerprint:
    return msgspec.json.decode(zstandard.decompress(stored), type=Fingerprint)


@cached(LRUCache(KEPT_CHARACTERS, getsizeof=lambda text: len(text.text)), lock=Lock())
def _text(stored: bytes) -> Text:
    """The text of a stored fingerprint, kept by its bytes, so that a revision is another text."""
    return Text.of(_unpack(stored))


def _verified(stored: bytes, others: Iterable[bytes], least: float) -> tuple[Match, ...]:
    return telling_matches(_text(stored), map(_text, others), least=least)
