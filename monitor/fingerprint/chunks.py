"""What stands between two spaces, with the words in it: 'U.S.-led,' is searched for words once."""

from __future__ import annotations

import re
import secrets
from threading import Lock
from typing import NamedTuple

import numpy as np

from monitor.base.compiled import compiled
from monitor.fingerprint.lexicon import Lexicon

_CAPACITY = 1 << 17
LONGEST_TEXT = 100_000
"""Characters of a text that finds room whatever is in it."""
_MEAN_CHARACTERS = 32
"""In a text with longer chunks in the mean they are no words with marks, and seldom come again."""


class Table(NamedTuple):
    """Chunks by number, in the order in which they were learnt, with a hash table over them."""

    hash: np.ndarray
    """uint64[2^k]: a chunk stands where the lowest bits of its hash point to, or right after others; 0 where there is none."""
    number: np.ndarray
    """int64[2^k]: its number."""
    before: np.ndarray
    """int64[capacity + 1]: words of all chunks before each one."""
    start: np.ndarray
    """int64[capacity]: where each word stands in its chunk."""
    size: np.ndarray
    """int64[capacity]: characters of the word."""
    row: np.ndarray
    """int64[capacity]: its row in the lexicon."""


class Chunks:
    """The chunks of one language, kept in arrays that are looked up by compiled loops.

    A text is split at its spaces, and each chunk is looked up; looking for words in it costs ten times as much. Bounded: all
    is forgotten when it is full (a day of news in one language holds about 120,000 chunks).
    """

    def __init__(self, facts: Lexicon, word: re.Pattern[str]) -> None:
        self.facts = facts
        self.lock = Lock()
        """Held by whoever asks for words, until the facts of their rows are read."""
        self._pattern = word
        self._generation = facts.generation
        # Chunks are known by their hashes alone: of those that fill the table two are alike once in 2 billion times. A feed
        # that would make some alike, or all stand in one place, does not know the key, and no result depends on it.
        self._key = np.uint64(secrets.randbits(64) | 1)
        self._count = 0
        self._table = Table(
            np.zeros(2 * _CAPACITY, np.uint64),
            np.zeros(2 * _CAPACITY, np.int64),
            np.zeros(_CAPACITY + 1, np.int64),
            *(np.zeros(_CAPACITY, np.int64) for _ in range(3)),
        )

    def words(self, text: str, letters: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Start, end and row in the lexicon of each word that the pattern finds; int64[n] each.

        Nothing of a text that is too long, or is hardly made of words between spaces.
        Args: letters: uint32[len(text)], its code points.
        """
        if len(text) > LONGEST_TEXT:
            return None
        start, end, hashes = split(letters, self._key)
        if len(text) > _MEAN_CHARACTERS * len(start):
            return None
        self._make_room((len(text) + 1) // 2)
        numbers, unknown = look_up(hashes, self._table)
        if unknown:
            for at in np.flatnonzero(numbers < 0).tolist():
                self._learn(text[start[at] : end[at]], hashes[at : at + 1])
            numbers, _ = look_up(hashes, self._table)
        return expand(numbers, start, self._table)

    def _make_room(self, count: int) -> None:
        """Forget everything if `count` more chunks or words might not fit, or if the lexicon has done so."""
        self.facts.make_room(count)
        is_full = max(self._count, self._table.before[self._count]) + count > _CAPACITY
        if is_full or self.facts.generation != self._generation:
            self._generation = self.facts.generation
            self._count = 0
            self._table.hash.fill(0)

    def _learn(self, chunk: str, hash_: np.ndarray) -> None:
        """Args: hash_: uint64[1]."""
        table = self._table
        if look_up(hash_, table)[0][0] >= 0:
            return
        at = int(table.before[self._count])
        for match in self._pattern.finditer(chunk):
            table.start[at] = match.start()
            table.size[at] = match.end() - match.start()
            table.row[at] = self.facts.row(match[0])
            at += 1
        put(hash_[0], self._count, table)
        self._count += 1
        table.before[self._count] = at


@compiled
def _is_space(letter: int) -> bool:
    """What `str.isspace` says of a character."""
    if letter < 0x85:
        return letter == 32 or 9 <= letter <= 13 or 28 <= letter <= 31
    if letter < 0x2000:
        return letter == 0x85 or letter == 0xA0 or letter == 0x1680
    return letter <= 0x200A or letter in (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@compiled
def split(letters: np.ndarray, key: np.uint64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start and end of each chunk, as `str.split` finds them, int64[chunks] each, and its hash, uint64[chunks].

    Args: letters: uint32[n], code points. key: uint64, odd; two chunks have one hash under few keys.
    """
    most = (len(letters) + 1) // 2
    starts, ends, hashes = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    count, start, hash_ = 0, 0, key
    for at in range(len(letters) + 1):
        if at < len(letters) and not _is_space(letters[at]):
            hash_ = (hash_ ^ np.uint64(letters[at])) * key
            hash_ ^= hash_ >> np.uint64(29)
            continue
        if start < at:
            # 0 stands for no chunk.
            starts[count], ends[count], hashes[count] = start, at, max(hash_, np.uint64(1))
            count += 1
        start, hash_ = at + 1, key
    return starts[:count], ends[:count], hashes[:count]


@compiled
def _slot(hash_: np.uint64, table: Table) -> np.uint64:
    """Where a chunk stands, or would stand."""
    last = np.uint64(len(table.hash) - 1)
    slot = hash_ & last
    while table.hash[slot] and table.hash[slot] != hash_:
        slot = (slot + np.uint64(1)) & last
    return slot


@compiled
def look_up(hashes: np.ndarray, table: Table) -> tuple[np.ndarray, int]:
    """Number of each chunk, int64[chunks], -1 of those not learnt yet, and how many these are."""
    numbers, unknown = np.empty(len(hashes), np.int64), 0
    for at in range(len(hashes)):
        slot = _slot(hashes[at], table)
        numbers[at] = table.number[slot] if table.hash[slot] else -1
        unknown += numbers[at] < 0
    return numbers, unknown


@compiled
def put(hash_: np.uint64, number: int, table: Table) -> None:
    """Put a new chunk into the hash table."""
    slot = _slot(hash_, table)
    table.hash[slot] = hash_
    table.number[slot] = number


@compiled
def expand(numbers: np.ndarray, starts: np.ndarray, table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start and end in the text, and row in the lexicon, of all words of its chunks; int64[words] each.

    Args: numbers, starts: int64[chunks], the chunks and where they stand in the text.
    """
    count = 0
    for number in numbers:
        count += table.before[number + 1] - table.before[number]
    start, end, row = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    to = 0
    for at in range(len(numbers)):
        for word in range(table.before[numbers[at]], table.before[numbers[at] + 1]):
            start[to] = starts[at] + table.start[word]
            end[to] = start[to] + table.size[word]
            row[to] = table.row[word]
            to += 1
    return start, end, row
