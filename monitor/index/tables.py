"""The memory of the index: tables of 64-bit entries outside Python's heap, each of which grows by itself."""

from __future__ import annotations

import mmap

import numpy as np

from monitor.index import kernels
from monitor.index.kernels import ADDRESS, LINE, MOST, SIZE, TABLES, TAIL, USED

_ENTRY_BYTES = 8
_LEAST = 64 * LINE
_HUGE_PAGE_BYTES = 1 << 21
# Shares of a table that are in use when it must grow, and after that. A small one is grown by more: it costs little memory,
# and few passes. A million articles must fit into 2.5 GB.
_SMALL = 1 << 17
_FULL, _FULL_LARGE, _LOOSE, _LOOSE_LARGE = 0.8, 0.9, 0.55, 0.77


class Tables:
    """Tables of entries; `list` is what kernels take."""

    def __init__(self) -> None:
        self.list = np.zeros((TABLES, 4), np.int64)
        self._memory = [_mapped((_LEAST + TAIL) * _ENTRY_BYTES) for _ in range(TABLES)]
        for part in range(TABLES):
            # Of different sizes, so that they do not all grow at the same time.
            self._resize(part, int(_LEAST * (_FULL / _LOOSE) ** (part / TABLES)))

    def __len__(self) -> int:
        """Entries of all tables, those of removed articles too."""
        return int(self.list[:, USED].sum())

    @property
    def nbytes(self) -> int:
        """Memory of all tables, in bytes."""
        return int((self.list[:, SIZE] + TAIL).sum()) * _ENTRY_BYTES

    def entries(self, part: int) -> np.ndarray:
        """The entries of a table, until it grows; uint64."""
        found: np.ndarray = kernels.entries_of(self.list, part)
        return found

    def grow(self, part: int, counted: np.ndarray) -> None:
        """Make room in a table: removed articles leave it, and it becomes longer if that is not enough.

        Cost: 5 ns an entry.
        """
        needed, size = kernels.living(self.entries(part), counted), int(self.list[part, SIZE])
        if needed > size * _shares(size)[0]:
            size = max(size, int(needed / _shares(needed)[0]))
        self._spread(part, size, counted, np.empty(0, np.int64))

    def renumber(self, counted: np.ndarray, renumbered: np.ndarray) -> None:
        """Give every entry its article's new slot; those of removed articles leave. Cost: 5 ns an entry."""
        for part in range(TABLES):
            self._spread(part, int(self.list[part, SIZE]), counted, renumbered)

    def _spread(self, part: int, size: int, counted: np.ndarray, renumbered: np.ndarray) -> None:
        self._resize(part, size)
        while (used := kernels.spread(self.entries(part), counted, renumbered)) < 0:
            # Too many keys behind one another at its end. What is left are entries that stay, under their new slots.
            size += size // 8
            self._resize(part, size)
            counted, renumbered = np.zeros(len(counted), np.int64), renumbered[:0]
            counted[0] = kernels.GONE
        self.list[part, USED] = used

    def _resize(self, part: int, size: int) -> None:
        size = -(-size // LINE) * LINE
        memory = self._memory[part] = _resized(self._memory[part], (size + TAIL) * _ENTRY_BYTES)
        self.list[part, ADDRESS] = np.frombuffer(memory, np.uint64).ctypes.data
        self.list[part, SIZE] = size
        self.list[part, MOST] = size * _shares(size)[1]


def _shares(size: int) -> tuple[float, float]:
    """Of a table, used after it has grown, and when it must."""
    return (_LOOSE, _FULL) if size < _SMALL else (_LOOSE_LARGE, _FULL_LARGE)


def _mapped(nbytes: int) -> mmap.mmap:
    # Not shared with other processes: shared memory cannot grow, and has no large pages.
    return mmap.mmap(-1, nbytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def _resized(memory: mmap.mmap, nbytes: int) -> mmap.mmap:
    """Memory of a new length with the same content, zeros behind it."""
    try:
        memory.resize(nbytes)
    except SystemError:
        # Only Linux can.
        longer = _mapped(nbytes)
        longer[: len(memory)] = memory[:]
        memory = longer
    if nbytes >= _HUGE_PAGE_BYTES and hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory
