"""Tables read through a draft that keeps its changes to itself, so that a step's messages go out before its state.

A crash in between repeats the step on the same state, and it makes the same messages again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

import msgspec

V = TypeVar("V")


class Write(NamedTuple):
    """One change of a table; None deletes."""

    table: str
    key: bytes
    value: bytes | None


class Draft:
    """Args: tables: by name; their values are msgpack of structs."""

    def __init__(self, tables: Mapping[str, Mapping[bytes, bytes]]) -> None:
        self._tables = tables
        self._changes: dict[tuple[str, bytes], bytes | None] = {}

    def get(self, table: str, key: str, kind: type[V]) -> V | None:
        """The value of a key, as this step has left it."""
        place = (table, key.encode())
        stored = self._changes[place] if place in self._changes else self._tables[table].get(place[1])
        return None if stored is None else msgspec.msgpack.decode(stored, type=kind)

    def put(self, table: str, key: str, value: object | None) -> None:
        """Change a key; None forgets it."""
        self._changes[table, key.encode()] = None if value is None else msgspec.msgpack.encode(value)

    def items(self, table: str, kind: type[V]) -> Iterator[tuple[str, V]]:
        """All keys with their values, as this step has left them."""
        keys = {*self._tables[table], *(key for name, key in self._changes if name == table)}
        for key in sorted(keys):
            value = self.get(table, key.decode(), kind)
            if value is not None:
                yield key.decode(), value

    def writes(self) -> list[Write]:
        """The changes, to be made once the messages are out."""
        return [
            Write(table, key, value)
            for (table, key), value in self._changes.items()
            if value is not None or key in self._tables[table]
        ]
