"""`wirewatch init`: a first configuration, from what a newcomer can answer."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
from yarl import URL

from agents.bundled import CONFIGURATION, FEED_LIST, bundled
from agents.cli import console, options
from agents.cli.first_configuration import Answers, Feed, Webhook, first_configuration
from agents.probe import probe
from agents.role import utc_now
from monitor.alerts.describe import plain
from monitor.alerts.endpoint import configured
from monitor.base.errors import FetchError, InputError
from monitor.base.events import Format
from monitor.base.network import guarded_session
from monitor.base.settings import SIGNED, Settings, load
from monitor.feeds.discover import discover
from monitor.feeds.failures import shown
from monitor.feeds.opml import read_opml
from monitor.web.alerting import new_secret

NAME = "desk"
"""Of the one webhook."""


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("wirewatch.toml"),
    show_default=True,
    help="File to write.",
)
@click.option("--mine", help="Sites of your own outlets, with commas between them; '' for none.")
@click.option("--watch", help="Sites of other outlets to watch, or addresses of feeds, with commas; '' for none.")
@click.option("--known", help="Languages (en,de) whose well-known feeds are watched too; '' for none.")
@click.option("--only-mine/--all", default=None, help="Alerts on copies of your own texts alone, or on all.")
@click.option("--webhook", help="Address that alerts are sent to; '' for none.")
@click.option("--format", "kind", type=click.Choice(get_args(Format)), help="What the receiver takes; default json.")
@click.option("--feeds-a-site", type=click.IntRange(1, 40), default=5, show_default=True, help="Feeds taken of a site.")
@click.option("--no-test", is_flag=True, help="Send no test to the webhook.")
@click.option("--allow-private-addresses", is_flag=True, help="Sites and webhook may be on this machine or network.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what no option says is 'none'. Without a terminal too.")
def command(
    out: Path,
    mine: str | None,
    watch: str | None,
    known: str | None,
    only_mine: bool | None,
    webhook: str | None,
    kind: Format | None,
    feeds_a_site: int,
    no_test: bool,
    allow_private_addresses: bool,
    force: bool,
    no_input: bool,
) -> None:
    """Write a first configuration, with comments.

    It asks which outlets are yours, which to watch and where alerts go, finds the outlets' feeds, and sends the webhook a
    test. Each question has an option. Exit code 1 when nothing was written, or the webhook did not take the test.
    """
    asks = not no_input and _is_terminal()
    options.check_writable(out, "--out")
    _may_replace(out, force=force, asks=asks)
    own = _sites(_answer(mine, "Sites of your own outlets, with commas (empty for none)", asks))
    others = _sites(_answer(watch, "Sites of other outlets to watch, or feeds (empty for none)", asks))
    languages = _words(_answer(known, "Watch well-known feeds too? Languages, e.g. en,de (empty for none)", asks))
    if only_mine is None:
        only_mine = bool(own) and asks and click.confirm("Alerts on copies of your own texts alone?", default=True)
    if only_mine and not own:
        raise click.UsageError("--only-mine needs your own outlets: give them with --mine")
    address = _answer(webhook, "Address that alerts are sent to (empty for none)", asks)
    if address and kind is None and asks and webhook is None:
        kind = click.prompt("What it takes", type=click.Choice(get_args(Format)), default="json")

    hook = None
    if address:
        form: Format = kind or "json"
        hook = Webhook(name=NAME, url=address, format=form, secret=new_secret() if form in SIGNED else "")
    reach = load(environ={}, fetch__allow_private_addresses=allow_private_addresses)
    feeds = asyncio.run(_feeds([*own, *others], reach, feeds_a_site)) + _known(languages)
    answers = Answers(
        feeds=list({feed.url: feed for feed in feeds}.values()),
        mine=sorted({_host(site) for site in own}),
        only_mine=only_mine,
        webhook=hook,
        token=secrets.token_hex(24),
        allow_private_addresses=allow_private_addresses,
    )
    settings = _write(out, first_configuration(bundled(CONFIGURATION).read_text(encoding="utf-8"), answers))
    console.note(f"Wrote {out}: {len(settings.feeds)} feeds, {'a' if hook else 'no'} webhook. Only you can read it.")
    if hook and hook.secret:
        console.note("The receiver verifies alerts with this secret:")
        click.echo(hook.secret)
    accepted = no_test or hook is None or asyncio.run(_accepts(settings))
    console.note(f"Start the service:  wirewatch run --config {out}")
    raise SystemExit(0 if accepted else 1)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _may_replace(out: Path, *, force: bool, asks: bool) -> None:
    if not out.exists() or force:
        return
    if not (asks and click.confirm(f"{out} is there already. Replace it?", default=False)):
        raise InputError(f"{out}: is there already, and was left as it is; give another --out, or --force")


def _answer(given: str | None, question: str, asks: bool) -> str:
    if given is not None:
        return given.strip()
    return str(click.prompt(question, default="", show_default=False)).strip() if asks else ""


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _sites(text: str) -> list[str]:
    """Addresses of pages; a bare host name is read by https."""
    sites = [site if "://" in site else f"https://{site}" for site in _words(text)]
    for site in sites:
        try:
            URL(site)
            host = _host(site)
        except ValueError:
            host = ""
        if not host:
            raise InputError(f"{shown(site)}: is no site; give a host name such as example.org, or an address")
    return sites


def _host(site: str) -> str:
    return (URL(site).host or "").removeprefix("www.")


def _known(languages: Sequence[str]) -> list[Feed]:
    """The feeds of the list that ships, of some languages."""
    outlines = list(read_opml(bundled(FEED_LIST).read_bytes(), name=FEED_LIST).feeds())
    spoken = {outline.get("language") for outline in outlines}
    if unknown := sorted(set(languages) - spoken):
        raise InputError(
            f"--known: there are no well-known feeds in {unknown[0]!r}; there are {', '.join(sorted(spoken))}"
        )
    return [
        Feed(url=outline.url, title=outline.get("text")) for outline in outlines if outline.get("language") in languages
    ]


async def _feeds(sites: Sequence[str], settings: Settings, most: int) -> list[Feed]:
    """The feeds that the sites announce; a site without any is named, and the others count."""
    found: list[Feed] = []
    with console.progress("Looking for feeds", len(sites)) as show:
        async with guarded_session(
            allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
        ) as session:
            for number, site in enumerate(sites, 1):
                try:
                    here = [one for one in await discover(session, site, settings=settings.fetch) if one.entries]
                    if not here:
                        console.note(f"{shown(site)}: announces no feed; add one with: wirewatch feeds add URL")
                except FetchError as error:
                    here = []
                    console.note(f"{shown(site)}: {plain(str(error))}; it is left out")
                found += [Feed(url=one.url, title=one.title) for one in here[:most]]
                show(number)
    return found


def _write(out: Path, text: str) -> Settings:
    """Put the file in its place once it is known to be right; nobody else may read the secrets in it.

    Raises: ConfigError: an answer makes no configuration, such as a webhook's address that is none. InputError: it cannot
        be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            settings = load(Path(name), environ={})
            os.replace(name, out)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    return settings


async def _accepts(settings: Settings) -> bool:
    """Whether the webhook takes a test; says how it ended."""
    (hook,) = settings.webhooks
    ended = await probe(settings, configured(hook), utc_now())
    if ended.outcome == "sent":
        console.note(f"The webhook has accepted a test ({ended.took_s:g} s).")
        return True
    mend = (
        "give --allow-private-addresses if it is on your own network"
        if ended.reason.startswith("forbidden_address")
        else "mend the receiver, and try it again with: wirewatch doctor"
    )
    console.note(f"The webhook did not accept a test: {plain(ended.reason)}; {mend}")
    return False
