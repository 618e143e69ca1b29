"""`wirewatch feeds`: the feeds that are watched, and documents of feeds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from agents.cli import console, options
from agents.cli.feed_documents import Checked, check_document, documents_of
from monitor.alerts.describe import plain
from monitor.base.errors import FetchError, InputError
from monitor.base.network import guarded_session
from monitor.base.settings import FeedSettings, Settings
from monitor.feeds import discover as discovery
from monitor.feeds.failures import shown
from monitor.feeds.feed_list import WatchedFeeds, changing, load_list, outline_of, removed, settings_of
from monitor.feeds.fetch import Fetched, fetch
from monitor.feeds.opml import Outline, read_opml, write_opml
from monitor.feeds.parse import parse

MAX_OPML_BYTES = 64 * 1024 * 1024


@click.group()
def command() -> None:
    """The feeds that are watched, and documents of feeds.

    add, remove, pause and import change the list in `poll.feeds_file` (wirewatch-feeds.opml, unless the configuration says
    otherwise), which a running service reads again within seconds. Feeds in the configuration itself are changed there.
    """


@command.command()
@click.argument("url")
@click.option("--source", default="", help="The publisher, as it stands in alerts; without it, the article's host.")
@click.option("--title", default="", help="What the feed is called in lists.")
@click.option(
    "--interval", type=click.FloatRange(min=1), help="Seconds between two polls; without it, what it brings decides."
)
@click.option("--urgent", is_flag=True, help="Poll it every minute at least.")
@click.option("--teasers", is_flag=True, help="Take its teasers as they are; do not read the pages.")
@options.config
def add(
    url: str, source: str, title: str, interval: float | None, urgent: bool, teasers: bool, config: Path | None
) -> None:
    """Watch a feed from now on."""
    settings = options.settings_of(config)
    feed = _feed(url, source=source, interval_s=interval, urgent=urgent, full_text=not teasers)
    with changing(_file(settings)) as opml:
        if any(outline.url == feed.url for outline in opml.feeds()):
            raise InputError(f"{shown(url)} is in the list already; remove it first to change it")
        opml.outlines.append(outline_of(feed, title))
    console.note(f"{shown(url)} is watched; a running service polls it within a minute.")


@command.command("list")
@options.config
@options.as_json
def list_(config: Path | None, as_json: bool) -> None:
    """Show the feeds that are watched, of the configuration and of the list."""
    settings = options.settings_of(config)
    watched = WatchedFeeds(settings, report=console.note)
    titles = {
        outline.url: outline.get("text") or outline.get("title") for outline in load_list(_file(settings)).feeds()
    }
    if as_json:
        feeds = [
            feed.model_dump() | {"title": titles.get(url, ""), "in": "list" if url in titles else "configuration"}
            for url, feed in watched.feeds.items()
        ]
        click.echo(json.dumps(feeds, ensure_ascii=False))
        return
    table = Table()
    for column in ("feed", "title", "how"):
        table.add_column(column)
    for url, feed in watched.feeds.items():
        table.add_row(Text(shown(url)), Text(plain(titles.get(url, ""))), Text(", ".join(_how(feed))))
    console.out.print(table)
    console.out.print(
        f"{len(watched.feeds)} feeds, {sum(feed.paused for feed in watched.feeds.values())} of them paused"
    )


@command.command()
@click.argument("url")
@options.config
def remove(url: str, config: Path | None) -> None:
    """Watch a feed no longer; what came from it stays known."""
    with changing(_file(options.settings_of(config))) as opml:
        if not removed(opml.outlines, url):
            raise InputError(f"{shown(url)} is not in the list; `wirewatch feeds list` shows what is")
    console.note(f"{shown(url)} is no longer watched.")


@command.command()
@click.argument("url")
@click.option("--resume", is_flag=True, help="Poll it again.")
@options.config
def pause(url: str, resume: bool, config: Path | None) -> None:
    """Leave a feed alone until it is resumed."""
    with changing(_file(options.settings_of(config))) as opml:
        found = [outline for outline in opml.feeds() if outline.url == url]
        if not found:
            raise InputError(f"{shown(url)} is not in the list; `wirewatch feeds list` shows what is")
        for outline in found:
            _set_paused(outline, not resume)
    console.note(f"{shown(url)} is {'polled again' if resume else 'paused'}.")


@command.command("import")
@click.argument("opml_file", type=click.Path(path_type=Path))
@options.config
@options.as_json
def import_(opml_file: Path, config: Path | None, as_json: bool) -> None:
    """Watch the feeds of an OPML list too; its folders and all that it says of them are kept.

    A feed that is watched already stays as it is; one that cannot be polled is left out and named.
    """
    theirs = read_opml(_bytes(opml_file), name=str(opml_file))
    settings = options.settings_of(config)
    counts = {"added": 0, "known": 0, "refused": 0}
    with changing(_file(settings)) as ours, console.progress("Importing", sum(1 for _ in theirs.feeds())) as show:
        known = {outline.url for outline in ours.feeds()} | {feed.url for feed in settings.feeds}

        def is_wanted(outline: Outline) -> bool:
            show(sum(counts.values()) + 1)
            if outline.url in known:
                counts["known"] += 1
                return False
            try:
                settings_of(outline)
            except ValidationError as error:
                counts["refused"] += 1
                reason = error.errors()[0]["msg"].removeprefix("Value error, ")
                console.note(f"{shown(outline.url)}: {reason}; it is left out")
                return False
            known.add(outline.url)
            counts["added"] += 1
            return True

        if not ours.outlines:
            ours.head, ours.version = theirs.head or ours.head, theirs.version
        ours.outlines += _only(theirs.outlines, is_wanted)
    if as_json:
        click.echo(json.dumps(counts))
    else:
        console.out.print(", ".join(f"{number} {name}" for name, number in counts.items()))


@command.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; without it, standard output."
)
@options.config
def export(out: Path | None, config: Path | None) -> None:
    """Write the list of feeds as OPML, with those of the configuration."""
    settings = options.settings_of(config)
    opml = load_list(_file(settings))
    known = {outline.url for outline in opml.feeds()}
    opml.outlines += (outline_of(feed) for feed in settings.feeds if feed.url not in known)
    document = write_opml(opml)
    if out is None:
        click.echo(document, nl=False)
        return
    try:
        out.write_text(document, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None


@command.command()
@click.argument("page")
@options.config
@options.as_json
def discover(page: str, config: Path | None, as_json: bool) -> None:
    """Find the feeds of a site from the URL of one of its pages. Exit code 1 when there are none."""
    settings = options.settings_of(config)
    found = asyncio.run(_discovered(page if "://" in page else f"https://{page}", settings))
    if as_json:
        click.echo(
            json.dumps(
                [{"url": one.url, "title": one.title, "entries": one.entries} for one in found], ensure_ascii=False
            )
        )
    else:
        table = Table.grid(padding=(0, 2))
        for one in found:
            table.add_row(Text(one.url), Text(plain(one.title)), f"{one.entries} entries")
        console.out.print(
            table if found else f"{shown(page)} announces no feed, and none is in the usual places.", markup=False
        )
    raise SystemExit(0 if found else 1)


@command.command()
@click.argument("place", required=False)
@click.option("--expect", is_flag=True, help="Compare each document with what NAME.json beside it says of it.")
@options.config
@options.as_json
def check(place: str | None, expect: bool, config: Path | None, as_json: bool) -> None:
    """Read feed documents as the poller would, and say what is wrong with each.

    PLACE is a folder of documents, a file, or the URL of a feed; without it, every watched feed is fetched once.

    With --expect, title, link, date, author and content of each feed and entry are held against NAME.json beside NAME.xml
    (NAME_expected.json beside NAME.json): the layout of gofeed's test data. A document agrees when it was read and nothing
    that is expected of it was read otherwise. Documents of which nothing is expected are read too, and counted apart.

    Exit code 1 when one crashed the reader, or with --expect does not agree.
    """
    settings = options.settings_of(config)
    if place is None or "://" in place:
        urls = [place] if place else list(WatchedFeeds(settings, report=console.note).feeds)
        checked = asyncio.run(_fetched(urls, settings))
    else:
        checked = []
        paths = documents_of(Path(place))
        with console.progress("Reading", len(paths)) as show:
            for path in paths:
                checked.append(check_document(path, expect=expect))
                show(len(checked))
    counted = [one for one in checked if one.is_expected] if expect else checked
    counts = {
        "documents": len(counted),
        "read": sum(one.is_read for one in counted),
        "crashed": sum(one.crashed for one in checked),
        "entries": sum(one.entries for one in counted),
    }
    if expect:
        counts["agree"] = sum(one.agrees for one in counted)
        counts["without_expectation"] = len(checked) - len(counted)
    if as_json:
        problems = {one.name: list(one.problems) for one in checked if one.problems}
        click.echo(json.dumps(counts | {"problems": problems}, ensure_ascii=False))
    else:
        _show(checked, counts)
    raise SystemExit(1 if counts["crashed"] or (expect and counts["agree"] < len(counted)) else 0)


def _show(checked: list[Checked], counts: dict[str, int]) -> None:
    table = Table.grid(padding=(0, 2))
    for one in checked:
        if one.problems:
            table.add_row(Text(one.name), Text("\n".join(plain(problem) for problem in one.problems)))
    console.out.print(table)
    console.out.print(", ".join(f"{name} {number}" for name, number in counts.items()))


def _file(settings: Settings) -> Path:
    if not settings.poll.feeds_file:
        raise InputError("poll.feeds_file is empty, so there is no list to change; name a file there")
    return Path(settings.poll.feeds_file)


def _feed(url: str, **how: Any) -> FeedSettings:
    try:
        return FeedSettings(url=url, **how)
    except ValidationError as error:
        raise InputError(f"{shown(url)}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def _how(feed: FeedSettings) -> list[str]:
    said = [f"every {feed.interval_s:g} s"] if feed.interval_s else []
    said += [
        word
        for word, holds in (("urgent", feed.urgent), ("paused", feed.paused), ("teasers", not feed.full_text))
        if holds
    ]
    return [*said, *([f"source {feed.source}"] if feed.source else [])]


def _set_paused(outline: Outline, paused: bool) -> None:
    feed = settings_of(outline).model_copy(update={"paused": paused})
    ours = {name: value for name, value in outline_of(feed).attributes.items() if name.startswith("wirewatch")}
    kept = {name: value for name, value in outline.attributes.items() if not name.lower().startswith("wirewatch")}
    outline.attributes = kept | ours


def _only(outlines: list[Outline], is_wanted: Callable[[Outline], bool]) -> list[Outline]:
    """The outlines whose feeds are wanted, in their folders; a folder that was empty stays, one that becomes so goes."""
    kept = []
    for outline in outlines:
        children = _only(outline.children, is_wanted)
        if outline.url:
            if is_wanted(outline):
                kept.append(Outline(outline.attributes, children))
                continue
            kept += children
        elif children or not outline.children:
            kept.append(Outline(outline.attributes, children))
    return kept


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_OPML_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


async def _discovered(page: str, settings: Settings) -> list[discovery.Found]:
    with console.progress("Looking for feeds", None) as show:
        async with guarded_session(
            allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
        ) as session:
            return await discovery.discover(
                session, page, settings=settings.fetch, progress=lambda done, _all: show(done)
            )


async def _fetched(urls: list[str], settings: Settings) -> list[Checked]:
    """Each feed, fetched and read once."""
    free = asyncio.Semaphore(settings.poll.concurrency)
    done = 0
    with console.progress("Fetching", len(urls)) as show:
        async with guarded_session(
            allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
        ) as session:

            async def one(url: str) -> Checked:
                nonlocal done
                async with free:
                    try:
                        found = await fetch(session, url, settings=settings.fetch)
                        assert isinstance(found, Fetched), "no conditions were sent"
                        feed = await asyncio.to_thread(
                            parse,
                            found.body,
                            url=found.url,
                            content_type=found.content_type,
                            max_entries=settings.fetch.max_entries,
                        )
                    except FetchError as error:
                        return Checked(shown(url), problems=(str(error),))
                    finally:
                        done += 1
                        show(done)
                return Checked(shown(url), entries=len(feed.entries), is_read=True, problems=tuple(feed.problems))

            return list(await asyncio.gather(*(one(url) for url in urls)))
