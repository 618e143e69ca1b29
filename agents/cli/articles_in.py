"""Articles from files that a user names: JSON lines, plain texts, and folders of these."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import IO

import msgspec

from monitor.base.errors import InputError
from monitor.base.events import Article
from monitor.base.ids import article_id

STDIN = "-"
_SUFFIXES = (".jsonl", ".ndjson", ".txt")
MAX_TEXT_CHARACTERS = 1_000_000
"""Far above any article; a longer 'text' is a book or a mistake, and would not fit into an event."""


class _Line(msgspec.Struct):
    text: str
    id: str = ""
    url: str = ""
    source: str | None = None
    title: str | None = None
    published_at: datetime | None = None


_decode = msgspec.json.Decoder(_Line).decode


def files_of(names: Iterable[str]) -> list[Path]:
    """The files that the arguments name, in their order; a folder stands for its files in order of their names.

    Raises: InputError: a name leads to nothing, or a folder holds no articles.
    """
    return [path for name in names for path in _files_of(Path(name))]


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder")
        return [path]
    found = sorted(inner for inner in path.iterdir() if inner.suffix in _SUFFIXES)
    if not found:
        raise InputError(f"{path}: the folder holds no articles; expected files that end in {', '.join(_SUFFIXES)}")
    return found


def count_articles(paths: Sequence[Path]) -> int:
    """Number of articles in the files, each of which is checked, so that no mistake shows up half-way.

    Raises: InputError: a file cannot be read, or a line is no article; it names file and line.
    """
    return sum(1 for _ in read_articles(paths, now=datetime.now(UTC)))


def read_articles(paths: Iterable[Path], *, now: datetime) -> Iterator[Article]:
    """The articles of the files, in their order, each seen a microsecond after the one before.

    A line of JSON has `text`, and may have `id`, `url`, `source`, `title`, `published_at` (ISO 8601). A text file is
    one article whose id is its name. An id that comes again is a revision.
    Args: now: when the first of them is seen.
    Raises: InputError: see `count_articles`.
    """
    number = count()
    revisions: Counter[str] = Counter()
    for path in paths:
        for article in _articles(path):
            revisions[article.id] += 1
            seen_at = now + timedelta(microseconds=next(number))
            yield msgspec.structs.replace(article, first_seen_at=seen_at, revision=revisions[article.id])


def _articles(path: Path) -> Iterator[Article]:
    try:
        if path.suffix == ".txt":
            yield _article(str(path), _Line(text=read_text(path), id=path.stem))
            return
        with path.open("rb") as lines:
            yield from _lines(str(path), lines)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def read_text(path: Path) -> str:
    """A text file as it stands.

    Raises: InputError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _lines(name: str, lines: IO[bytes]) -> Iterator[Article]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _article(f"{name}:{number}", _decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError(f"{name}:{number}: is not an article as JSON ({error}); a 'text' is needed") from None


def _article(where: str, line: _Line) -> Article:
    if len(line.text) > MAX_TEXT_CHARACTERS:
        raise InputError(f"{where}: the text has {len(line.text)} characters, at most {MAX_TEXT_CHARACTERS} are taken")
    return Article(
        id=line.id or article_id(line.url or where),
        url=line.url or where,
        title=line.title or "",
        source=line.source or "",
        published_at=_utc(where, line.published_at),
        first_seen_at=datetime.now(UTC),
        text=line.text,
    )


def _utc(where: str, at: datetime | None) -> datetime | None:
    if at is None or at.tzinfo is None:
        return at and at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise InputError(f"{where}: published_at {at.isoformat()} is no time that UTC knows") from None


def spooled(names: Sequence[str], folder: Path) -> list[str]:
    """The names with standard input, if it is among them, copied to a file in `folder`: it can be read only once."""
    if STDIN not in names:
        return list(names)
    spool = folder / "stdin.jsonl"
    with spool.open("wb") as copy:
        copy.writelines(sys.stdin.buffer)
    return [str(spool) if name == STDIN else name for name in names]
