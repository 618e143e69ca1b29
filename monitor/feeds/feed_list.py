"""The list of feeds that can be changed while the service runs: an OPML file beside it.

Commands write it, the service reads it again when it has changed. What is told of a feed stands in attributes of its outline,
so that other programs can read and write the list too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from monitor.base.errors import InputError
from monitor.base.settings import FeedSettings, Settings
from monitor.feeds.opml import Opml, Outline, read_opml, write_opml

MAX_BYTES = 64 * 1024 * 1024

SOURCE, INTERVAL, URGENT, PAUSED, FULL_TEXT = (
    "wirewatchSource", "wirewatchInterval", "wirewatchUrgent", "wirewatchPaused", "wirewatchFullText"
)  # fmt: skip


def settings_of(outline: Outline) -> FeedSettings:
    """How a feed of a list is to be polled.

    Raises: ValidationError: its address is none that can be polled, or an attribute of ours has no usable value.
    """
    said = {name.lower(): value for name, value in outline.attributes.items()}
    return FeedSettings.model_validate(
        {
            "url": outline.url,
            "source": said.get(SOURCE.lower(), ""),
            "interval_s": said.get(INTERVAL.lower()) or None,
            "urgent": said.get(URGENT.lower(), "false"),
            "paused": said.get(PAUSED.lower(), "false"),
            "full_text": said.get(FULL_TEXT.lower(), "true"),
        }
    )


def outline_of(feed: FeedSettings, title: str = "") -> Outline:
    """The outline that says how a feed is to be polled; what is usual is not said."""
    said = {"type": "rss", "text": title or feed.url, "xmlUrl": feed.url}
    if feed.source:
        said[SOURCE] = feed.source
    if feed.interval_s:
        said[INTERVAL] = f"{feed.interval_s:g}"
    for name, value, usual in (
        (URGENT, feed.urgent, False),
        (PAUSED, feed.paused, False),
        (FULL_TEXT, feed.full_text, True),
    ):
        if value != usual:
            said[name] = str(value).lower()
    return Outline(said)


def load_list(path: Path) -> Opml:
    """The list in a file; an empty one when there is no such file.

    Raises: InputError: the file cannot be read, or is no list.
    """
    try:
        with path.open("rb") as file:
            return read_opml(file.read(MAX_BYTES), name=str(path))
    except FileNotFoundError:
        return Opml(head=[("title", "Feeds that Wirewatch watches")])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


@contextlib.contextmanager
def changing(path: Path) -> Iterator[Opml]:
    """The list in a file, which is written when the block ends without an error; one process at a time.

    A reader sees the old list or the new one, never a part.
    Raises: InputError: the file cannot be read or written, or is no list.
    """
    try:
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            opml = load_list(path)
            yield opml
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
            ) as file:
                file.write(write_opml(opml))
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def removed(outlines: list[Outline], url: str) -> int:
    """Take a feed out of outlines and the folders in them; returns how often it was there."""
    count = sum(outline.url == url for outline in outlines)
    outlines[:] = [outline for outline in outlines if outline.url != url]
    return count + sum(removed(outline.children, url) for outline in outlines)


class WatchedFeeds:
    """The feeds of the configuration and of the list, as they stand now.

    Args: report: is told what is wrong with the list, once for each change of it.
    """

    def __init__(self, settings: Settings, *, report: Callable[[str], None] = lambda _: None) -> None:
        self._configured = {feed.url: feed for feed in settings.feeds}
        self._path = Path(settings.poll.feeds_file) if settings.poll.feeds_file else None
        self._report = report
        self._stamp: tuple[int, int, int] | None = None
        self.feeds: dict[str, FeedSettings] = dict(self._configured)
        """By address; the configuration wins over the list."""
        self.refresh()

    def refresh(self) -> bool:
        """Read the list again if it has changed; whether it had. Cost: one look at the file's time otherwise."""
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return False
        self._stamp = stamp
        try:
            outlines = list(load_list(self._path).feeds())
        except InputError as error:
            # The feeds that are watched stay so.
            self._report(str(error))
            return False
        listed: dict[str, FeedSettings] = {}
        for outline in outlines:
            try:
                listed.setdefault(outline.url, settings_of(outline))
            except ValidationError as error:
                reason = error.errors()[0]["msg"].removeprefix("Value error, ")
                self._report(f"{self._path}: {outline.url[:200]!r}: {reason}; it is not polled")
        self.feeds = listed | self._configured
        return True


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
