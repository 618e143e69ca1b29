"""Documents of feeds in files, and what should be read from them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.base.errors import FetchError, InputError
from monitor.feeds.expected import differences
from monitor.feeds.parse import parse

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 100_000
_EXPECTED = "_expected.json"
_SUFFIXES = frozenset({".xml", ".json", ".rss", ".atom", ".rdf", ".gz"})


@dataclass(frozen=True, slots=True)
class Checked:
    """How the reading of one document ended."""

    name: str
    """Its file, or its URL."""
    entries: int = 0
    is_read: bool = False
    crashed: bool = False
    is_expected: bool = False
    """It is said beside the document what should be read from it."""
    problems: tuple[str, ...] = ()
    agrees: bool = False
    """It was read, and nothing that is expected of it otherwise."""


def documents_of(place: Path) -> list[Path]:
    """The feed documents in a folder and the folders in it, or the one file that is named; no expectations.

    Raises: InputError: there is no such place, or nothing in it.
    """
    if not place.is_dir():
        if not place.exists():
            raise InputError(f"{place}: there is no such file or folder")
        return [place]
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.suffix.lower() in _SUFFIXES)
    if found := [path for path in files if not _is_expectation(path)]:
        return found
    raise InputError(f"{place}: holds no feed documents; expected files that end in {', '.join(sorted(_SUFFIXES))}")


def check_document(path: Path, *, expect: bool) -> Checked:
    """Read one document as the poller reads it.

    Args: expect: compare it with the expectation beside it, if there is one.
    Raises: InputError: the file or its expectation cannot be read.
    """
    expected = _expectation(path) if expect else None
    try:
        # Its address is not known: links that are relative to it stay so, as they do in expectations.
        feed = parse(_bytes(path), url="", content_type="", max_entries=MAX_ENTRIES)
    except FetchError as error:
        return Checked(str(path), is_expected=expected is not None, problems=(str(error).strip(),))
    except Exception as error:  # noqa: BLE001 - the shell: a crash is what this command is there to find
        return Checked(str(path), crashed=True, is_expected=expected is not None, problems=(f"crashed: {error!r}",))
    differ = differences(feed, expected) if expected is not None else []
    told = [*feed.problems, *(f"{one.field}: expected {one.expected!r}, read {one.read!r}" for one in differ)]
    return Checked(
        str(path),
        entries=len(feed.entries),
        is_read=True,
        is_expected=expected is not None,
        problems=tuple(told),
        agrees=not differ,
    )


def _is_expectation(path: Path) -> bool:
    return path.name.endswith(_EXPECTED) or (path.suffix == ".json" and path.with_suffix(".xml").exists())


def _expectation(path: Path) -> Mapping[str, Any] | None:
    beside = path.with_name(path.stem + _EXPECTED) if path.suffix == ".json" else path.with_suffix(".json")
    if not beside.exists():
        return None
    try:
        expected = json.loads(_bytes(beside))
    except ValueError as error:
        raise InputError(f"{beside}: is not JSON ({error}); it should say what {path.name} holds") from None
    if not isinstance(expected, dict):
        raise InputError(f"{beside}: is no JSON object; it should say what {path.name} holds")
    return expected


def _bytes(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(MAX_DOCUMENT_BYTES + 1)
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    if len(body) > MAX_DOCUMENT_BYTES:
        raise InputError(f"{path}: is larger than {MAX_DOCUMENT_BYTES} bytes, too large for a feed")
    return body
