"""The role that polls: feeds in, new and revised articles out."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from faust.types import TP, TableT
from yarl import URL

from agents.pages import PageReader
from agents.role import Message, Role
from agents.sweep import Sweep
from agents.topics import ARTICLES, POLLS, partition_of
from monitor.articles.article import is_teaser
from monitor.articles.blocks import SourceBlocks, learn
from monitor.articles.blocks import is_forgotten as is_silent
from monitor.articles.document import Document, read_document
from monitor.articles.identity import Known, Named, resolve
from monitor.articles.seen import Seen, digest_of, is_forgotten, judge, wants_page
from monitor.base.errors import FetchError
from monitor.base.events import FeedEntries, FeedEntry, FeedHealth, FeedPolled, Tick
from monitor.base.settings import FeedSettings
from monitor.feeds.due import DueFeeds
from monitor.feeds.failures import shown
from monitor.feeds.feed_list import WatchedFeeds
from monitor.feeds.fetch import Fetched, fetch
from monitor.feeds.health import health_of
from monitor.feeds.host_limits import HostLimits
from monitor.feeds.schedule import FeedState, after_poll, first_poll

logger = logging.getLogger(__name__)

SWEEP_TIMER_S = 1.0
REFRESH_TIMER_S = 5.0
"""How soon a feed that was added to the list is noticed."""
FIRST_POLLS_A_S = 20
"""A start polls its feeds at this rate, so that a thousand of them are not fetched at once."""
HOST_WAIT_S = 0.5
"""When a feed whose host is busy is looked at again."""
BUG = "bug"
"""The word for what no fetch should end with; all others are in `monitor/feeds/failures.py`."""
KEPT_PROBLEMS = 10
"""Problems of one poll that are told; a feed of 2,000 broken entries has one fault, not 2,000."""

PART_ENTRIES = 100
PART_CHARS = 500_000
"""Of texts in one event, which has 6 bytes a character at the most: half of what the broker takes, some 0.1 s of work."""

Place = tuple[TableT[bytes, bytes], bytes]
"""A table and a key in it."""

_state = msgspec.json.Decoder(FeedState).decode
_seen = msgspec.json.Decoder(Seen).decode
_encode = msgspec.json.Encoder().encode
# Hashes, a third longer in JSON.
_blocks = msgspec.msgpack.Decoder(SourceBlocks).decode
_pack = msgspec.msgpack.Encoder().encode


class _Poll(NamedTuple):
    """What a poll brought: the entries that tell something, oldest first, and its end."""

    entries: Sequence[FeedEntry]
    polled: FeedPolled


class PollFeeds(Role):
    """A shell around `monitor/feeds` and `monitor/articles`; a host's feeds share a partition, and so a worker."""

    name = "poll"

    def define(self) -> None:
        """Tables of feeds, of what was seen in them and under which names, and of what their sources repeat."""
        self.feeds = self.table("feeds", POLLS)
        self.seen = self.table("seen", POLLS)
        self.names = self.table("names", POLLS)
        self.blocks = self.table("blocks", POLLS)
        poll = self.settings.poll
        self._watched = WatchedFeeds(self.settings, report=logger.error)
        self._hosts = HostLimits(
            concurrency=poll.host_concurrency, spacing_s=poll.host_spacing_s, scope=poll.host_scope
        )
        self._pages = PageReader(self.parts.session, self.settings, clock=self.parts.clock, metrics=self.metrics)
        self._due = DueFeeds()
        self._mine: set[int] | None = None
        """Partitions whose feeds are in `_due`; None when they have to be put in again."""
        self._new: dict[str, FeedState] = {}
        """Feeds that were never polled."""
        self._first_polls_s = 0.0
        """Within how many seconds the feeds that are new now are polled for the first time."""
        self._under_way: set[str] = set()
        """From the start of a poll until its end was handled as an event."""
        self._fetching = 0
        self._full = False
        """More feeds are due than may be fetched at a time: the next one begins when one has ended."""
        self._sweeps: dict[int, Sweep[Place]] = {}
        metrics = self.metrics
        self._count = {
            "new": metrics.articles_new,
            "revised": metrics.articles_revised,
            "unchanged": metrics.articles_unchanged,
        }
        self.consume(
            POLLS, {FeedEntries: self.entries, FeedEntry: self.entry, FeedPolled: self.polled, Tick: self.tick}
        )
        self.every(poll.tick_s, self.start_due)
        self.every(REFRESH_TIMER_S, self.refresh)
        self.every(SWEEP_TIMER_S, self.call_time)

    async def entry(self, entry: FeedEntry, partition: int) -> None:
        """Take up one entry, as one of many."""
        await self._take_up([entry], partition)

    async def entries(self, listed: FeedEntries, partition: int) -> None:
        """Take up the entries of a document."""
        await self._take_up(listed.entries, partition)

    async def _take_up(self, entries: Sequence[FeedEntry], partition: int) -> None:
        """Publish the articles that are new or revised, then remember them; a crash in between publishes them again.

        All of them together: the broker is waited for once, and what a source repeats is written once.
        """
        judged = [(entry, judge(self._known(entry.article.id, partition), entry)) for entry in entries]
        blocks: dict[str, SourceBlocks] = {}
        published = []
        for _, one in judged:
            if one.article is not None:
                source = one.article.source
                known, found = learn(blocks.get(source) or self._blocks_of(source, partition), one.article)
                blocks[source] = known
                published.append(msgspec.structs.replace(one.article, blocks=found))
        await self.send(*(Message(ARTICLES, article.id, article) for article in published))
        for entry, one in judged:
            article_id = entry.article.id.encode()
            if one.seen is not None:
                self.seen[_key(partition, entry.article.id)] = _encode(one.seen)
            for place in (_key(partition, name) for name in entry.names):
                if self.names.get(place) != article_id:
                    self.names[place] = article_id
            self._count[one.outcome].inc()
        # Last: what a source repeats is learnt again at the worst, and not twice from the same articles.
        for source, known in blocks.items():
            self.blocks[_key(partition, source)] = _pack(known)

    def _blocks_of(self, source: str, partition: int) -> SourceBlocks | None:
        stored = self.blocks.get(_key(partition, source))
        return _blocks(stored) if stored else None

    async def polled(self, polled: FeedPolled, partition: int) -> None:
        """Note how a poll ended and when the next one is due."""
        try:
            feed = self._watched.feeds.get(polled.feed_url)
            if feed is None:
                return
            state = self._state(feed)
            if state.polled_at is None or polled.at > state.polled_at:
                state = after_poll(state, polled, feed=feed, settings=self.settings.poll, spread=random.random())
                state = await self._with_health(state, polled.at, partition)
                self.feeds[feed.url.encode()] = _encode(state)
                self._new.pop(feed.url, None)
            if not feed.paused:
                self._due.put(feed.url, state.next_poll_at)
            self.metrics.polled.labels(polled.error or "ok").inc()
            self.metrics.articles_rejected.inc(polled.rejected)
        finally:
            self._under_way.discard(polled.feed_url)

    async def _with_health(self, state: FeedState, at: datetime, partition: int) -> FeedState:
        """The state with how the feed does, which is told when it changes, and while it is not well."""
        word, reason, since = health_of(state, at)
        if word != state.health or word != "ok":
            told = FeedHealth(
                feed_url=state.url,
                at=at,
                word=word,
                was=state.health,
                reason=reason,
                since=since,
                next_poll_at=state.next_poll_at,
            )
            await self.send(Message(POLLS, "health", told, partition))
            if told.told_as:
                self.metrics.feed_changes.labels(told.told_as.removeprefix("feed.")).inc()
                logger.warning("%s: %s %s", told.told_as, shown(state.url), reason)
        return msgspec.structs.replace(state, health=word)

    async def tick(self, tick: Tick, partition: int) -> None:
        """Forget the articles that no feed lists any more, their names, and the sources that are silent."""
        for table, key in self._sweep(partition).part(tick.at):
            stored = table.get(key)
            if stored is None:
                continue
            if table is self.seen:
                seen = _seen(stored)
                is_old = is_forgotten(seen, min(tick.at, self._read_at(seen.feed_url) or tick.at))
            elif table is self.names:
                is_old = _key(partition, stored.decode()) not in self.seen
            else:
                is_old = is_silent(_blocks(stored), tick.at)
            if is_old:
                del table[key]

    def _read_at(self, feed_url: str) -> datetime | None:
        """When a feed that is watched was last read; what it listed then is not forgotten before it is read again."""
        stored = self.feeds.get(feed_url.encode()) if feed_url in self._watched.feeds else None
        return _state(stored).read_at if stored else None

    async def call_time(self) -> None:
        """Send the time to each partition in which something may be old."""
        now = self.parts.clock()
        due = [number for number in self.assigned(POLLS) if self._sweep(number).is_due(now)]
        await self.send(*(Message(POLLS, "tick", Tick(at=now), number) for number in due))

    async def refresh(self) -> None:
        """Take up what has changed in the list of feeds."""
        if self._watched.refresh():
            self._mine = None

    async def start_due(self) -> None:
        """Start the polls that are due, as many at a time as the process and the publishers' hosts allow."""
        now = self.parts.clock()
        self._put_mine()
        waiting = []
        self._full = False
        for url, at in self._due.pop(now):
            feed = self._watched.feeds.get(url)
            if feed is None or feed.paused or url in self._under_way:
                continue
            if self._fetching >= self.settings.poll.concurrency:
                waiting.append((url, at))
                self._full = True
                break
            state = self._state(feed)
            place = state.location or url
            if not self._hosts.begin(place, now):
                waiting.append((url, now + timedelta(seconds=HOST_WAIT_S)))
                continue
            self.metrics.poll_lateness_seconds.observe(max(0.0, (now - state.next_poll_at).total_seconds()))
            self._under_way.add(url)
            self._fetching += 1
            self.background(self._poll(feed, state, place))
        for url, at in waiting:
            self._due.put(url, at)

    def _put_mine(self) -> None:
        """Note when each feed of this worker is due, after the list or the share of this worker has changed."""
        mine = set(self.assigned(POLLS))
        if mine == self._mine:
            return
        self._mine = mine
        self._due.clear()
        # Of those that are new alone: one feed that joins ten thousand is polled at once.
        new = sum(url not in self._new and url.encode() not in self.feeds for url in self._watched.feeds)
        self._first_polls_s = new / FIRST_POLLS_A_S
        for url, feed in self._watched.feeds.items():
            if self._partition(feed) in mine and not feed.paused and url not in self._under_way:
                self._due.put(url, self._state(feed).next_poll_at)

    def revoked(self, partitions: set[TP]) -> None:
        """The ends of polls under way are handled by another worker."""
        super().revoked(partitions)
        self._under_way.clear()
        self._mine = None

    def _state(self, feed: FeedSettings) -> FeedState:
        stored = self.feeds.get(feed.url.encode())
        if stored is not None:
            return _state(stored)
        if feed.url not in self._new:
            self._new[feed.url] = first_poll(
                feed.url, now=self.parts.clock(), spread=random.random(), within_s=self._first_polls_s
            )
        return self._new[feed.url]

    async def _poll(self, feed: FeedSettings, state: FeedState, place: str) -> None:
        try:
            try:
                entries, polled = await self._polled(feed, state, place)
            finally:
                self._fetching -= 1
                self._hosts.end(place, self.parts.clock())
            if self._full and self.is_up:
                await self.start_due()
            host, partition = _host(feed), self._partition(feed)
            teasers = self._teasers(feed, entries)
            whole = [one for number, one in enumerate(entries) if number not in teasers]
            await self.send(*(Message(POLLS, host, one, partition) for one in _in_parts(whole)))
            for done in asyncio.as_completed([self._with_page(entries[number]) for number in teasers]):
                await self.send(Message(POLLS, host, await done, partition))
            await self.send(Message(POLLS, host, polled, partition))
        except BaseException:
            self._under_way.discard(feed.url)
            self._due.put(feed.url, self.parts.clock())
            raise

    def _teasers(self, feed: FeedSettings, entries: Sequence[FeedEntry]) -> list[int]:
        """Which entries are those whose pages are to be read: the newest, as many as are allowed after one poll."""
        pages, partition = self.settings.pages, self._partition(feed)
        if not (pages.full_text and feed.full_text):
            return []
        wanted = [
            number
            for number, one in enumerate(entries)
            if is_teaser(one.article, words=pages.teaser_words)
            and wants_page(self._known(one.article.id, partition), one.article)
        ]
        return wanted[max(0, len(wanted) - pages.max_a_poll) :]

    async def _with_page(self, entry: FeedEntry) -> FeedEntry:
        found, page = await self._pages.read(entry.article)
        return msgspec.structs.replace(entry, article=found, page=page)

    async def _polled(self, feed: FeedSettings, state: FeedState, place: str) -> _Poll:
        """What a poll brings, whatever the publisher sends."""
        now, started = self.parts.clock(), time.monotonic()
        polled = FeedPolled(feed_url=feed.url, at=now)

        def ended(brought: Sequence[FeedEntry] = (), /, **how: Any) -> _Poll:
            took_s = round(time.monotonic() - started, 3)
            return _Poll(brought, msgspec.structs.replace(polled, took_s=took_s, **how))

        try:
            found = await fetch(
                self.parts.session,
                place,
                etag=state.etag,
                last_modified=state.last_modified,
                settings=self.settings.fetch,
            )
            validators: dict[str, Any] = {
                "etag": found.etag,
                "last_modified": found.last_modified,
                "moved_to": found.moved_to,
                "asked_wait_s": found.max_age_s,
            }
            if not isinstance(found, Fetched):
                return ended(status=304, **validators)
            read = await self._read(feed, state, found.body, url=found.url, content_type=found.content_type, now=now)
        except FetchError as error:
            return ended(error=error.reason, message=str(error), retry_after_s=error.retry_after_s)
        except Exception as error:  # the shell: without an end of its poll the feed would be asked again each second
            logger.exception("%s: %s", self.name, shown(feed.url))
            message = f"{shown(feed.url)} cannot be read ({type(error).__name__}: {error}); this is a bug, report it"
            return ended(error=BUG, message=message)
        entries, fresh = self._telling(feed, read.named)
        problems = [*read.feed.problems, *(one.message for one in read.rejected)]
        waits_s = [wait_s for wait_s in (found.max_age_s, read.feed.wait_s) if wait_s]
        return ended(
            entries,
            **validators
            | {
                "status": found.status,
                "entries": len(read.feed.entries),
                "fresh": fresh,
                "rejected": len(read.rejected),
                "problems": tuple(problems[:KEPT_PROBLEMS]),
                "asked_wait_s": max(waits_s, default=None),
            },
        )

    async def _read(
        self, feed: FeedSettings, state: FeedState, body: bytes, *, url: str, content_type: str, now: datetime
    ) -> Document:
        """What a document holds."""
        # A large feed takes seconds.
        return await asyncio.to_thread(
            read_document,
            body,
            url=url,
            content_type=content_type,
            max_entries=self.settings.fetch.max_entries,
            feed_url=feed.url,
            source=feed.source,
            now=now,
            quiet_after=timedelta(seconds=self.settings.poll.quiet_after_s),
            is_first=state.last_success_at is None,
        )

    def _telling(self, feed: FeedSettings, named: Sequence[Named]) -> tuple[list[FeedEntry], int]:
        """The entries that are worth an event, since most of most polls are as they were, and how many of them are new."""
        partition = self._partition(feed)
        telling, fresh = [], 0
        for one in resolve(
            named,
            is_known=lambda known: _key(partition, known) in self.seen,
            find=lambda name: self._found(name, partition),
        ):
            entry = FeedEntry(article=one.article, digest=digest_of(one.article), names=one.names)
            seen = self._known(one.article.id, partition)
            judged = judge(seen, entry)
            fresh += judged.article is not None
            if judged.seen is not None or (seen and seen.missing and wants_page(seen, one.article)):
                telling.append(entry)
            else:
                self.metrics.articles_unchanged.inc()
        return telling, fresh

    def _known(self, article_id: str, partition: int) -> Seen | None:
        stored = self.seen.get(_key(partition, article_id))
        return _seen(stored) if stored else None

    def _found(self, name: str, partition: int) -> Known | None:
        """The article that is remembered under a name."""
        stored = self.names.get(_key(partition, name))
        seen = self._known(stored.decode(), partition) if stored else None
        return Known(stored.decode(), seen.url) if stored and seen and seen.url else None

    def _partition(self, feed: FeedSettings) -> int:
        return partition_of(_host(feed).encode(), POLLS.partitions(self.settings.broker))

    def _sweep(self, partition: int) -> Sweep[Place]:
        return self._sweeps.setdefault(partition, Sweep(lambda: list(self._places(_key(partition, "")))))

    def _places(self, prefix: bytes) -> Iterator[Place]:
        for table in (self.seen, self.names, self.blocks):
            yield from ((table, key) for key in list(table) if key.startswith(prefix))


def _host(feed: FeedSettings) -> str:
    return (URL(feed.url).host or "").lower()


def _key(partition: int, name: str) -> bytes:
    # With the partition: an aggregator on another host may list the same article, and is polled by another worker.
    return f"{partition}:{name}".encode()


def _in_parts(entries: Sequence[FeedEntry]) -> Iterator[FeedEntries]:
    """The entries in as few events as may be: none so large that others wait long behind it, or the broker refuses it."""
    part: list[FeedEntry] = []
    chars = 0
    for entry in entries:
        if part and (len(part) == PART_ENTRIES or chars + len(entry.article.text) > PART_CHARS):
            yield FeedEntries(entries=tuple(part))
            part, chars = [], 0
        part.append(entry)
        chars += len(entry.article.text)
    if part:
        yield FeedEntries(entries=tuple(part))
