"""The role that polls: feeds in, new and revised articles out."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from faust.types import TP, TableT
from yarl import URL

from agents.role import Message, Role
from agents.sweep import Sweep
from agents.topics import ARTICLES, POLLS, partition_of
from monitor.articles.article import Rejected, article
from monitor.articles.blocks import SourceBlocks, learn
from monitor.articles.blocks import is_forgotten as is_silent
from monitor.articles.seen import Seen, is_forgotten, judge
from monitor.base.errors import FetchError
from monitor.base.events import Article, FeedEntry, FeedPolled, Tick
from monitor.base.settings import FeedSettings
from monitor.feeds.failures import shown
from monitor.feeds.fetch import Fetched, fetch
from monitor.feeds.parse import Feed, parse
from monitor.feeds.schedule import FeedState, after_poll, first_poll, is_due

logger = logging.getLogger(__name__)

SWEEP_TIMER_S = 1.0
FIRST_POLLS_A_S = 20
"""A start polls its feeds at this rate, so that a thousand of them are not fetched at once."""
BUG = "bug"
"""The word for what no fetch should end with; all others are in `monitor/feeds/failures.py`."""
KEPT_PROBLEMS = 10
"""Problems of one poll that are told; a feed of 2,000 broken entries has one fault, not 2,000."""

Place = tuple[TableT[bytes, bytes], bytes]
"""A table and a key in it."""

_state = msgspec.json.Decoder(FeedState).decode
_seen = msgspec.json.Decoder(Seen).decode
_encode = msgspec.json.Encoder().encode
# Hashes, a third longer in JSON.
_blocks = msgspec.msgpack.Decoder(SourceBlocks).decode
_pack = msgspec.msgpack.Encoder().encode


class PollFeeds(Role):
    """A shell around `monitor/feeds` and `monitor/articles`; a host's feeds share a partition, and so a worker."""

    name = "poll"

    def define(self) -> None:
        """Tables of feeds, of what was seen in them, and of what their sources repeat."""
        self.feeds = self.table("feeds", POLLS)
        self.seen = self.table("seen", POLLS)
        self.blocks = self.table("blocks", POLLS)
        self._configured = {feed.url: feed for feed in self.settings.feeds}
        self._new: dict[str, FeedState] = {}
        """Feeds that were never polled."""
        self._under_way: set[str] = set()
        """From the start of a poll until its end was handled as an event."""
        self._sweeps: dict[int, Sweep[Place]] = {}
        metrics = self.metrics
        self._count = {
            "new": metrics.articles_new,
            "revised": metrics.articles_revised,
            "unchanged": metrics.articles_unchanged,
        }
        self.consume(POLLS, {FeedEntry: self.entry, FeedPolled: self.polled, Tick: self.tick})
        self.every(self.settings.poll.tick_s, self.start_due)
        self.every(SWEEP_TIMER_S, self.call_time)

    async def entry(self, entry: FeedEntry, partition: int) -> None:
        """Publish an article that is new or revised, then remember it; a crash in between publishes it again."""
        key = _key(partition, entry.article.id)
        stored = self.seen.get(key)
        judged = judge(_seen(stored) if stored else None, entry.article)
        if judged.article is not None:
            await self._publish(judged.article, partition)
        if judged.seen is not None:
            self.seen[key] = _encode(judged.seen)
        self._count[judged.outcome].inc()

    async def _publish(self, article: Article, partition: int) -> None:
        """Send an article with the blocks of its source that it holds, and learn from it."""
        source = _key(partition, article.source)
        stored = self.blocks.get(source)
        known, found = learn(_blocks(stored) if stored else None, article)
        await self.send(Message(ARTICLES, article.id, msgspec.structs.replace(article, blocks=found)))
        self.blocks[source] = _pack(known)

    async def polled(self, polled: FeedPolled, partition: int) -> None:
        """Note how a poll ended and when the next one is due."""
        try:
            feed = self._configured.get(polled.feed_url)
            if feed is None:
                return
            state = self._state(feed)
            if state.polled_at is None or polled.at > state.polled_at:
                self.feeds[feed.url.encode()] = _encode(
                    after_poll(
                        state,
                        polled,
                        interval_s=feed.interval_s or self.settings.poll.interval_s,
                        settings=self.settings.poll,
                        spread=random.random(),
                    )
                )
                self._new.pop(feed.url, None)
            self.metrics.polled.labels(polled.error or "ok").inc()
            self.metrics.articles_rejected.inc(polled.rejected)
        finally:
            self._under_way.discard(polled.feed_url)

    async def tick(self, tick: Tick, partition: int) -> None:
        """Forget the articles that no feed lists any more, and the sources that are silent."""
        for table, key in self._sweep(partition).part(tick.at):
            stored = table.get(key)
            if stored is None:
                continue
            if is_forgotten(_seen(stored), tick.at) if table is self.seen else is_silent(_blocks(stored), tick.at):
                del table[key]

    async def call_time(self) -> None:
        """Send the time to each partition in which something may be old."""
        now = self.parts.clock()
        due = [number for number in self.assigned(POLLS) if self._sweep(number).is_due(now)]
        await self.send(*(Message(POLLS, "tick", Tick(at=now), number) for number in due))

    async def start_due(self) -> None:
        """Start the polls that are due, as many at a time as the configuration allows."""
        now = self.parts.clock()
        mine = set(self.assigned(POLLS))
        for feed in self._configured.values():
            if len(self._under_way) >= self.settings.poll.concurrency:
                return
            if self._partition(feed) in mine and feed.url not in self._under_way:
                state = self._state(feed)
                if is_due(state, now):
                    self._under_way.add(feed.url)
                    self.background(self._poll(feed, state))

    def revoked(self, partitions: set[TP]) -> None:
        """The ends of polls under way are handled by another worker."""
        super().revoked(partitions)
        self._under_way.clear()

    def _state(self, feed: FeedSettings) -> FeedState:
        stored = self.feeds.get(feed.url.encode())
        if stored is not None:
            return _state(stored)
        if feed.url not in self._new:
            within_s = min(self.settings.poll.interval_s, len(self._configured) / FIRST_POLLS_A_S)
            self._new[feed.url] = first_poll(
                feed.url, now=self.parts.clock(), spread=random.random(), within_s=within_s
            )
        return self._new[feed.url]

    async def _poll(self, feed: FeedSettings, state: FeedState) -> None:
        try:
            entries, polled = await self._polled(feed, state)
            host, partition = _host(feed), self._partition(feed)
            fresh = [entry for entry in entries if self._tells_something(entry, partition)]
            await self.send(*(Message(POLLS, host, FeedEntry(article=entry), partition) for entry in fresh))
            await self.send(Message(POLLS, host, polled, partition))
        except BaseException:
            self._under_way.discard(feed.url)
            raise

    async def _polled(self, feed: FeedSettings, state: FeedState) -> tuple[Sequence[Article], FeedPolled]:
        """The articles of a feed, oldest first, and the end of its poll, whatever the publisher sends."""
        now = self.parts.clock()
        try:
            found = await fetch(
                self.parts.session,
                feed.url,
                etag=state.etag,
                last_modified=state.last_modified,
                settings=self.settings.fetch,
            )
            if not isinstance(found, Fetched):
                return (), FeedPolled(
                    feed_url=feed.url, at=now, status=304, etag=found.etag, last_modified=found.last_modified
                )
            # In a thread: a large feed takes seconds to parse.
            parsed, articles, rejected = await asyncio.to_thread(self._read, feed, found, now)
        except FetchError as error:
            return (), FeedPolled(
                feed_url=feed.url, at=now, error=error.reason, message=str(error), retry_after_s=error.retry_after_s
            )
        except Exception as error:  # the shell: without an end of its poll the feed would be asked again each second
            logger.exception("%s: %s", self.name, shown(feed.url))
            message = f"{shown(feed.url)} cannot be read ({type(error).__name__}: {error}); this is a bug, report it"
            return (), FeedPolled(feed_url=feed.url, at=now, error=BUG, message=message)
        problems = [*parsed.problems, *(one.message for one in rejected)]
        return articles, FeedPolled(
            feed_url=feed.url,
            at=now,
            status=found.status,
            etag=found.etag,
            last_modified=found.last_modified,
            entries=len(parsed.entries),
            rejected=len(rejected),
            problems=tuple(problems[:KEPT_PROBLEMS]),
        )

    def _read(self, feed: FeedSettings, found: Fetched, now: datetime) -> tuple[Feed, list[Article], list[Rejected]]:
        parsed = parse(
            found.body, url=found.url, content_type=found.content_type, max_entries=self.settings.fetch.max_entries
        )
        articles: dict[str, Article] = {}
        rejected = []
        # Feeds list the latest first; who is first within one poll is decided by the publisher's own dates.
        oldest_first = list(reversed(parsed.entries))
        oldest_first.sort(key=lambda entry: entry.published_at or now)
        for number, entry in enumerate(oldest_first):
            seen_at = now + timedelta(microseconds=number)
            made = article(entry, feed_url=feed.url, source=feed.source, first_seen_at=seen_at)
            if isinstance(made, Article):
                # The latest of entries with one URL: handled one after another, they would be each other's revisions,
                # at every poll anew.
                articles.pop(made.id, None)
                articles[made.id] = made
            else:
                rejected.append(made)
        return parsed, list(articles.values()), rejected

    def _tells_something(self, entry: Article, partition: int) -> bool:
        """Whether an entry is worth an event: most entries of most polls are as they were."""
        stored = self.seen.get(_key(partition, entry.id))
        judged = judge(_seen(stored) if stored else None, entry)
        if judged.seen is None:
            self.metrics.articles_unchanged.inc()
        return judged.seen is not None

    def _partition(self, feed: FeedSettings) -> int:
        return partition_of(_host(feed).encode(), POLLS.partitions(self.settings.broker))

    def _sweep(self, partition: int) -> Sweep[Place]:
        return self._sweeps.setdefault(partition, Sweep(lambda: list(self._places(_key(partition, "")))))

    def _places(self, prefix: bytes) -> Iterator[Place]:
        for table in (self.seen, self.blocks):
            yield from ((table, key) for key in list(table) if key.startswith(prefix))


def _host(feed: FeedSettings) -> str:
    return (URL(feed.url).host or "").lower()


def _key(partition: int, name: str) -> bytes:
    # With the partition: an aggregator on another host may list the same article, and is polled by another worker.
    return f"{partition}:{name}".encode()
