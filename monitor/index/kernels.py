"""The inner loops of the index, compiled: sorted tables of keys with gaps between them.

A table holds a share of all keys. An entry is one article under one key, 64 bits: 40 of the key's hash, then 24 of the
article's slot; 0 is a gap. Entries stand in ascending order, each on the cache line that its hash has by proportion or a
little behind it. So

- the articles of a key stand side by side, the oldest first;
- a key is found by looking at one cache line, seldom at two;
- a table grows in place, by two passes over it, without hashing anything again.

Source: ordered hash tables (Amble and Knuth 1974), with places by proportion as in interpolation search.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numba import carray, types  # type: ignore[attr-defined]
from numba.extending import intrinsic

from monitor.base.compiled import compiled

Integer: TypeAlias = Any
"""Of whatever width numba gives it."""

SLOT_BITS = 24
SLOTS = 1 << SLOT_BITS
"""One more than the highest slot. Slot 0 is never used, so that no entry is 0."""
TABLES = 64
LINE = 8
"""Entries on a cache line; tables begin on one."""
TAIL = 256
"""Places after the last one by proportion."""
ADDRESS, SIZE, USED, MOST = range(4)
"""Columns of the list of tables: where its first entry is, places without the tail, entries, and at how many it must grow."""
PART, HASH, PLACE, HELD = range(4)
"""Rows of what is known of an article's keys: table, hash, where its articles begin or would, and how many there are."""
GONE = -1
"""What is counted for an article that was removed."""
_HASH_BITS = 64 - SLOT_BITS
# What a look-up counts for an article: bands, phrases whose lists are not full, and phrases whose lists are.
_TELLING_BIT, _COMMON_BIT = 16, 40
_MASK = (1 << 24) - 1
# Multipliers of MurmurHash3's finaliser and of Fibonacci hashing.
_MIX, _MIX_AGAIN, _STEP = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53), np.uint64(0x9E3779B97F4A7C15)
_33, _32, _SLOT = np.uint64(33), np.uint64(32), np.uint64(SLOT_BITS)


@intrinsic
def _pointer(_: Any, address: Any) -> Any:
    """An address as a pointer, which `carray` takes."""

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.uint64)(address), lower  # type: ignore[no-untyped-call]


@compiled
def entries_of(tables: np.ndarray, part: int) -> np.ndarray:
    """The entries of a table. Tables are handed over by their addresses: an array each would cost a call 10 µs."""
    return carray(_pointer(tables[part, ADDRESS]), tables[part, SIZE] + TAIL)  # type: ignore[call-arg]


@compiled
def hash_keys(signature: np.ndarray, width: int, phrases: np.ndarray, salt: int, keys: np.ndarray) -> int:
    """Write table and hash of each key of an article, the bands first; returns how many there are.

    A band of two values keeps all their bits until here. With the salt, nobody can write texts whose keys fall on one line.
    """
    bands = len(signature) // width
    for at in range(bands + len(phrases)):
        if at < bands:
            mixed = np.uint64(at + 1) * _STEP + np.uint64(salt)
            for of in range(at * width, (at + 1) * width, 2):
                pair = np.uint64(signature[of]) << _32
                if of + 1 < (at + 1) * width:
                    pair |= np.uint64(signature[of + 1])
                pair ^= mixed
                mixed = (pair ^ (pair >> _33)) * _MIX
        else:
            pair = phrases[at - bands] ^ np.uint64(salt)
            mixed = (pair ^ (pair >> _33)) * _MIX
        mixed = (mixed ^ (mixed >> _33)) * _MIX_AGAIN
        mixed ^= mixed >> _33
        keys[PART, at] = np.int64(mixed & np.uint64(TABLES - 1))
        keys[HASH, at] = np.int64(mixed >> _SLOT)
    return bands + len(phrases)


@compiled
def _line(hash_: Integer, size: Integer) -> Integer:
    """First place of the line where a hash stands by proportion."""
    return np.int64(np.uint64(hash_) * np.uint64(size >> 3) >> np.uint64(_HASH_BITS)) << 3


@compiled
def _begin(entries: np.ndarray, place: Integer, hash_: Integer) -> Integer:
    """Where the articles of a hash begin, or would: after those of lower ones."""
    # A gap counts as the highest entry. Without branches, since where in a line a search ends cannot be foreseen.
    highest = (np.uint64(hash_) << _SLOT) - np.uint64(1)
    at = np.uint64(place)
    while True:
        lower = np.uint64(0)
        for step in range(np.uint64(0), np.uint64(LINE)):
            lower += np.uint64((entries[at + np.uint64(step)] - np.uint64(1)) < highest)
        at += lower
        if lower < np.uint64(LINE):
            return np.int64(at)


@compiled
def _is(entry: Integer, hash_: Integer) -> bool:
    """Whether an entry is of a key. No gap is: it would be slot 0."""
    return bool(np.int64(np.uint64(entry) >> _SLOT) == hash_ and entry != 0)


@compiled
def _look_up(tables: np.ndarray, keys: np.ndarray, number: int, counted: np.ndarray) -> None:
    """Write where the articles of each key begin, and how many are there."""
    seen = np.uint64(0)
    # First every line is looked at, and only then compared: the processor waits for many of them at once.
    for at in range(number):
        place = _line(keys[HASH, at], tables[keys[PART, at], SIZE])
        keys[PLACE, at] = place
        seen |= entries_of(tables, keys[PART, at])[np.uint64(place)]
    for at in range(number):
        entries, hash_ = entries_of(tables, keys[PART, at]), keys[HASH, at]
        place = _begin(entries, keys[PLACE, at], hash_)
        keys[PLACE, at] = place
        held = 0
        while _is(entries[np.uint64(place)], hash_):
            held += counted[np.int64(entries[np.uint64(place)]) & (SLOTS - 1)] != GONE
            place += 1
        keys[HELD, at] = held
    # The compiler leaves out what is of no use.
    keys[HELD, number] = np.int64(seen & np.uint64(1))


@compiled
def count(
    tables: np.ndarray,
    counted: np.ndarray,
    keys: np.ndarray,
    found: np.ndarray,
    signature: np.ndarray,
    width: int,
    phrases: np.ndarray,
    salt: int,
    own: int,
    limits: tuple[int, int, int, int],
) -> int:
    """How many articles share enough with one; `found[:n]` has them as shared keys << 24 | slot, in no order.

    Args:
        counted: int64[slots], 0 or `GONE`; used for counting, and left as it was.
        keys: int64[4, n + 1]; is filled, for `insert`.
        found: int64, as long as there can be postings.
        own: a slot that is passed over; 0 for none.
        limits: of articles in a band's and in a phrase's list; phrases shared that make a candidate, of which lists are
            not full, and of any.
    Cost: O(keys + postings).
    """
    _, sample_limit, min_telling, min_shared = limits
    bands = len(signature) // width
    number = hash_keys(signature, width, phrases, salt, keys)
    _look_up(tables, keys, number, counted)
    touched = 0
    for at in range(number):
        if not keys[HELD, at]:
            continue
        entries, place, hash_ = entries_of(tables, keys[PART, at]), keys[PLACE, at], keys[HASH, at]
        one = 1 if at < bands else 1 << (_TELLING_BIT if keys[HELD, at] < sample_limit else _COMMON_BIT)
        while _is(entries[np.uint64(place)], hash_):
            slot = np.int64(entries[np.uint64(place)]) & (SLOTS - 1)
            if counted[slot] != GONE and slot != own:
                if counted[slot] == 0:
                    found[touched] = slot
                    touched += 1
                counted[slot] += one
            place += 1
    kept = 0
    for at in range(touched):
        slot = found[at]
        telling, common = counted[slot] >> _TELLING_BIT & _MASK, counted[slot] >> _COMMON_BIT
        shared = counted[slot] & ((1 << _TELLING_BIT) - 1)
        counted[slot] = 0
        if telling >= min_telling or telling + common >= min_shared:
            shared += telling + common
        if shared:
            found[kept] = shared << SLOT_BITS | slot
            kept += 1
    return kept


@compiled
def _replace(
    entries: np.ndarray, place: Integer, entry: Integer, limit: int, counted: np.ndarray
) -> tuple[Integer, bool]:
    """Put an entry behind the others of its key, over the oldest of a full list or over one that is gone.

    Returns: the place behind them, and whether the entry has one.
    """
    hash_, held, oldest, gone = np.int64(np.uint64(entry) >> _SLOT), 0, -1, -1
    while _is(entries[np.uint64(place)], hash_):
        if counted[np.int64(entries[np.uint64(place)]) & (SLOTS - 1)] == GONE:
            gone = place
        else:
            held += 1
            oldest = place if oldest < 0 else oldest
        place += 1
    given_up = oldest if held >= limit else gone
    if given_up < 0:
        return place, False
    for at in range(given_up, place - 1):
        entries[at] = entries[at + 1]
    entries[place - 1] = entry
    return place, True


@compiled
def insert(
    tables: np.ndarray,
    counted: np.ndarray,
    keys: np.ndarray,
    signature: np.ndarray,
    width: int,
    phrases: np.ndarray,
    salt: int,
    slot: int,
    limits: tuple[int, int, int, int],
    begin: int,
    known: bool,
) -> int:
    """Put an article behind the others of its keys, from the key numbered `begin` on; a full list loses its oldest.

    Args: known: `keys` is what `count` has written for this article, and nothing was changed since.
    Returns: the number of the key whose table must grow, before the call is made again with that number, or the number
    of keys when all is done.
    Cost: O(keys), growing apart.
    """
    bands = len(signature) // width
    number = bands + len(phrases)
    if not known:
        hash_keys(signature, width, phrases, salt, keys)
        _look_up(tables, keys, number, counted)
    for at in range(begin, number):
        part, hash_ = keys[PART, at], keys[HASH, at]
        if tables[part, USED] >= tables[part, MOST]:
            return at
        entries, limit = entries_of(tables, part), limits[0] if at < bands else limits[1]
        # A key before it may have moved what stands there.
        place = _begin(entries, keys[PLACE, at], hash_)
        entry = np.uint64(hash_) << _SLOT | np.uint64(slot)
        if _is(entries[np.uint64(place)], hash_):
            place, is_placed = _replace(entries, place, entry, limit, counted)
            if is_placed:
                continue
        last = len(entries) - LINE
        gap = place
        while gap < last and entries[np.uint64(gap)] != 0:
            gap += 1
        # The last line stays empty: it ends every search.
        if gap == last:
            return at
        while gap > place:
            entries[np.uint64(gap)] = entries[np.uint64(gap - 1)]
            gap -= 1
        entries[np.uint64(place)] = entry
        tables[part, USED] += 1
    return number


@compiled
def living(entries: np.ndarray, counted: np.ndarray) -> int:
    """How many entries are of articles that are there. Cost: 2 ns an entry."""
    number = 0
    for entry in entries:
        number += counted[np.int64(entry) & (SLOTS - 1)] != GONE
    return number


@compiled
def spread(entries: np.ndarray, counted: np.ndarray, renumbered: np.ndarray) -> int:
    """Spread entries evenly over all of a table that has become longer; those of removed articles are left out.

    Args:
        entries: uint64, ascending but for gaps; length without the tail a multiple of the line.
        counted: int64[slots], -1 for those that are gone; slot 0 must be.
        renumbered: int64, the new slot of each, in the same order; empty when they keep theirs.
    Returns: how many there are, -1 when there are too many behind one another: the table must be longer still.
    Cost: O(length); 3 ns an entry.
    """
    size, length = len(entries) - TAIL, len(entries)
    first = length
    for at in range(length - 1, -1, -1):
        entry = entries[np.uint64(at)]
        slot = np.int64(entry) & (SLOTS - 1)
        is_there = counted[slot] != GONE
        if len(renumbered) and is_there:
            entry = entry >> _SLOT << _SLOT | np.uint64(renumbered[slot])
        # Written also when it is left out: the next one takes its place.
        entries[np.uint64(first - 1)] = entry if is_there else np.uint64(0)
        first -= is_there
    end = 0
    for at in range(first, length):
        entry = entries[np.uint64(at)]
        place = max(end, _line(np.int64(entry >> _SLOT), size))
        if place > at or place >= length - LINE:
            for gap in range(end, at):
                entries[gap] = 0
            return -1
        entries[np.uint64(at)] = 0
        for gap in range(end, place):
            entries[np.uint64(gap)] = 0
        entries[np.uint64(place)] = entry
        end = place + 1
    for gap in range(end, first):
        entries[gap] = 0
    return length - first
