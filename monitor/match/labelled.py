"""Labelled articles: a stream of which it is known who re-uses whose text, to train the verifier and to judge it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from monitor.base.errors import InputError
from monitor.base.events import Article
from monitor.fingerprint.lexicon import stable_hash

FOLDS = 10
"""Of cross-validation: ten, so that each model learns from nearly as much as the one that ships."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article and what is known of it."""

    article: Article
    form: str
    """Its form of re-use ('paraphrase'), or what kind of independent article it is ('same_event')."""
    group: str
    """Articles of one group re-use one text."""
    event: str
    """Independent reports of one event share it; empty when there is none."""


class _Line(msgspec.Struct):
    id: str
    text: str
    cls: str
    group: str
    url: str = ""
    source: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    event: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def read_labelled(path: Path, *, now: datetime) -> list[Labelled]:
    """The stream of a file of JSON lines in publication order: `id, text, cls, group`, and `url, source, title,
    published_at, event` where they are known.

    Args: now: when the first article is seen, each other one a microsecond after the one before.
    Raises: InputError: the file cannot be read, or holds no such articles; it names file, line, reason and mend.
    """
    found: dict[str, Labelled] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    one = _labelled(f"{path}:{number}", line, now + timedelta(microseconds=number))
                    if one.article.id in found:
                        raise InputError(
                            f"{path}:{number}: id {one.article.id!r} comes twice; give each article its own"
                        )
                    found[one.article.id] = one
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from None
    if not found:
        raise InputError(f"{path}: holds no articles; give one as JSON a line")
    return list(found.values())


def _labelled(where: str, line: bytes, seen_at: datetime) -> Labelled:
    try:
        read = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{where}: is not a labelled article as JSON ({error}); each line needs id, text, cls (the form of re-use)"
            " and group (articles of one group re-use one text)"
        ) from None
    at = read.published_at
    article = Article(
        id=read.id,
        url=read.url or where,
        title=read.title or "",
        source=read.source or "",
        published_at=at.replace(tzinfo=UTC) if at and at.tzinfo is None else at,
        first_seen_at=seen_at,
        text=read.text,
    )
    return Labelled(article, read.cls, read.group, read.event or "")


def folds(stream: Iterable[Labelled]) -> dict[str, int]:
    """Cross-validation fold of each article: those that share a group or an event are always in one fold."""
    stream = list(stream)
    group_of_event: dict[str, str] = {}
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for one in stream:
        if one.event:
            parent[root(one.group)] = root(group_of_event.setdefault(one.event, one.group))
    return {one.article.id: zlib.crc32(root(one.group).encode()) % FOLDS for one in stream}


def text_hashes(stream: Sequence[Labelled]) -> np.ndarray:
    """What a model remembers of the texts that it was trained on; uint32[n], sorted."""
    return np.unique(np.array([stable_hash(one.article.text) & 0xFFFFFFFF for one in stream], np.uint32))
