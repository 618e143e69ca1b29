"""All patches of Faust in one place, for faults that lose events. `install` applies them once per process.

Each defence names the fault, its upstream issue, and what would be lost without it. They were written against the
source of faust-streaming 0.15.3; another minor version is refused until somebody has read its source again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from aiokafka.protocol.admin import CreateTopicsRequest
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer
from faust.transport.drivers import aiokafka as faust_aiokafka
from faust.transport.producer import ProducerBuffer
from faust.types import TP

from monitor.base.errors import BrokerError

READ_FOR = "0.15."
METADATA_LOOK_S = 0.05


def install() -> None:
    """Apply every defence; a second call changes nothing.

    Raises: BrokerError: the installed faust-streaming is one that nobody has checked.
    """
    installed = version("faust-streaming")
    if not installed.startswith(READ_FOR):
        raise BrokerError(
            f"faust-streaming {installed} is installed, the defences against lost events were checked with "
            f"{READ_FOR}x; install that (pip install 'faust-streaming<0.16')"
        )
    patches: tuple[tuple[type, str, Any], ...] = (
        (Consumer, "__init__", _never_dropping(Consumer.__init__)),
        (Consumer, "_filter_committable_offsets", _committable),
        (Consumer, "_filter_tps_with_pending_acks", _finished_partitions),
        (Consumer, "commit_and_end_transactions", _after_the_commit_under_way(Consumer.commit_and_end_transactions)),
        (Consumer, "_wait_next_records", _parked_while_stopped(Consumer._wait_next_records)),
        (Recovery, "on_recovery_completed", _seek_while_parked(Recovery.on_recovery_completed)),
        (ProducerBuffer, "put", _tracked(ProducerBuffer.put)),
        (ProducerBuffer, "flush", _flush_all),
        (faust_aiokafka.Transport, "_create_topic", _until_it_shows(faust_aiokafka.Transport._create_topic)),
    )
    for owner, name, patched in patches:
        if not getattr(getattr(owner, name), "is_defence", False):
            patched.is_defence = True
            setattr(owner, name, patched)
    # Faust asks for topics in version 1 of this request, which Kafka 4 has dropped (KIP-896): it hangs up.
    driver: Any = faust_aiokafka
    driver.CreateTopicsRequest = {1: CreateTopicsRequest[2]}


class Finished:
    """What an app has finished, a partition: the only source of the offsets that are committed.

    Faust commits what its streams acknowledged, and they acknowledge too much: an event whose agent raised
    (faust-streaming 189, 527), an event that was cancelled half-way or skipped while the flow was suspended
    (`Stream.__aiter__` acknowledges in `finally`), and past an event still in flight (606). Here an offset counts
    when its handler has returned, in order, without a gap.
    """

    def __init__(self) -> None:
        self._next: dict[TP, int] = {}
        self._skipped: dict[TP, int] = {}

    def position(self, tp: TP, committed: int | None) -> int | None:
        """Offset of the first event of a partition that is not finished; None before any was."""
        return self._next.get(tp, committed)

    def is_gap(self, tp: TP, offset: int) -> bool:
        """True for the first event that comes too early, and again each time that reading again did not help.

        The events behind the first one are on their way already, and are no reason to read again once more.
        """
        before = self._skipped.get(tp)
        self._skipped[tp] = offset
        return before is None or offset <= before

    def begin(self, tp: TP, offset: int) -> None:
        """There is nothing to handle before this offset."""
        self._next[tp] = offset

    def done(self, tp: TP, offset: int) -> None:
        """The event and all that it causes is written."""
        self._next[tp] = offset + 1
        self._skipped.pop(tp, None)

    def forget(self, tps: Iterable[TP]) -> None:
        """Partitions that went to another worker: what we knew of them is old when they return."""
        for tp in tps:
            self._next.pop(tp, None)
            self._skipped.pop(tp, None)

    def committable(self, committed: Mapping[TP, int | None]) -> dict[TP, int]:
        """Offsets of the next event of each partition, where they moved since the last commit."""
        return {tp: offset for tp, offset in self._next.items() if offset > (committed.get(tp) or 0)}


def _finished_partitions(self: Any, topics: Any = None) -> Iterable[TP]:
    return ()


def _committable(self: Any, tps: Iterable[TP]) -> dict[TP, int]:
    # Faust's own lists of acknowledged offsets would grow for ever, as nothing reads them any more.
    self._acked.clear()
    self._acked_index.clear()
    self._gap.clear()
    if self.app.crashed:
        # It commits once more while it stops, and what crashed it may be a table change that was not written.
        return {}
    finished: Finished = self.app.finished
    return finished.committable(self._committed_offset)


def _after_the_commit_under_way(original: Any) -> Any:
    """Commit at the stop what was finished since a commit that is under way began; Faust lets that one do for both.

    Without it, a stop that falls into a commit repeats at the next start what was handled meanwhile.
    """

    async def commit_and_end_transactions(self: Any) -> None:
        await self.maybe_wait_for_commit_to_finish()
        await original(self)

    return commit_and_end_transactions


class _ReadOffsets(dict[TP, int | None]):
    """Faust's notes of what it delivered last, which it may write and not read."""

    def __getitem__(self, tp: TP) -> int | None:
        return None


def _never_dropping(original: Any) -> Any:
    """Deliver whatever is fetched; which event is the next one is decided by `Finished`.

    Faust drops what is below the last offset that it delivered, and notes that offset after the delivery: when the
    delivery leads to a seek back, the note covers it and the events that are read again are dropped, for ever.
    """

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._read_offset = _ReadOffsets()

    return init


def parked(consumer: Any) -> asyncio.Event:
    """Set while the consumer's drain loop is not between a fetch and the delivery of what it fetched."""
    event: asyncio.Event | None = getattr(consumer, "_wirewatch_parked", None)
    if event is None:
        event = consumer._wirewatch_parked = asyncio.Event()
        event.set()
    return event


def _parked_while_stopped(original: Any) -> Any:
    """Keep the drain loop from fetching while the flow is stopped (faust-streaming 216, 221, 502).

    Without it the loop fetches from positions that a recovery is about to change, and drops what it fetched.
    """

    async def wait_next_records(self: Any, timeout: float) -> Any:
        idle = parked(self)
        idle.set()
        while not self.flow_active and not self.should_stop:
            await self.wait(self.can_resume_flow)
        idle.clear()
        try:
            return await original(self, timeout)
        except BaseException:
            idle.set()
            raise

    return wait_next_records


def _seek_while_parked(original: Any) -> Any:
    """Seek to the committed offsets while nothing is being delivered (faust-streaming 216, 221, 502).

    Without it, events that were fetched before the seek are delivered after it and those before them are dropped.
    """

    async def on_recovery_completed(self: Any, generation_id: int = 0) -> None:
        consumer = self.app.consumer
        consumer.stop_flow()
        await self._wait(parked(consumer).wait(), timeout=self.app.conf.broker_request_timeout)
        await original(self, generation_id)

    return on_recovery_completed


def _unwritten(buffer: Any) -> set[Any]:
    pending: set[Any] = buffer.__dict__.setdefault("_wirewatch_unwritten", set())
    return pending


def _tracked(original: Any) -> Any:
    """Remember each table change until the broker has it."""

    def put(self: Any, fut: Any) -> None:
        _unwritten(self).add(fut)
        original(self, fut)

    return put


async def _flush_all(self: Any) -> None:
    """Wait until the broker has every table change made so far; Faust commits offsets after this.

    Faust's own flush gives up after 0.1 s of waiting, does not see the change that has just left the buffer, and only
    logs one that the broker refused: the offsets are then committed and the change is lost.
    """
    # Those made until now: under load there is always a newer one, and a wait for them all would never commit.
    made = set(_unwritten(self))
    if made:
        await asyncio.wait(made)
    _unwritten(self).difference_update(made)
    for fut in made:
        # A change that was refused crashes the app: a restart reads the event again.
        fut.result()


def _until_it_shows(original: Any) -> Any:
    """Wait until a new topic is in the broker's metadata; Kafka confirms it a moment earlier.

    Without it, a worker that joins its group in that moment gets no partition of its changelogs, and every change of
    its tables fails.
    """

    async def create_topic(self: Any, owner: Any, client: Any, topic: str, *args: Any, **kwargs: Any) -> None:
        await original(self, owner, client, topic, *args, **kwargs)
        while not owner.should_stop and not (await client.fetch_all_metadata()).partitions_for_topic(topic):
            await asyncio.sleep(METADATA_LOOK_S)

    return create_topic
