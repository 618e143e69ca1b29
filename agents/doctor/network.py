"""The world outside: feeds, endpoints, and the clock, as the publishers' answers tell it."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from agents.doctor.finding import Finding, fault, ok, skipped, warning
from agents.probe import probe
from agents.role import utc_now
from monitor.alerts import outcome
from monitor.alerts.describe import plain
from monitor.alerts.endpoint import configured
from monitor.base.errors import FetchError
from monitor.base.network import guarded_session
from monitor.base.settings import FeedSettings, Settings, WebhookSettings
from monitor.feeds.failures import shown
from monitor.feeds.fetch import fetch

MAX_CLOCK_OFF_S = 300.0
"""Receivers refuse signatures that are older or newer (Standard Webhooks)."""
GOOD_CLOCK_OFF_S = 30.0
TOLD = 5
"""Feeds that are named when more than these do not answer."""


async def outside(settings: Settings, feeds: Mapping[str, FeedSettings], *, test_webhooks: bool) -> list[Finding]:
    """Findings on feeds, endpoints and the clock. Args: test_webhooks: send each endpoint a signed test."""
    offsets: list[float] = []
    session = guarded_session(
        allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
    )
    async with session:
        session.trace_configs.append(_reading_dates(offsets))
        free = asyncio.Semaphore(settings.poll.concurrency)

        async def failure(feed: FeedSettings) -> tuple[str, str] | None:
            async with free:
                try:
                    await fetch(session, feed.url, settings=settings.fetch)
                except FetchError as error:
                    return shown(feed.url), plain(str(error), 200)
            return None

        watched = [feed for feed in feeds.values() if not feed.paused]
        failures = await asyncio.gather(*(failure(feed) for feed in watched))
        endpoints = await asyncio.gather(
            *(
                _tested(settings, hook) if test_webhooks else _reached(session, settings, hook)
                for hook in settings.webhooks
            )
        )
    return [clock(offsets), *_feeds(len(watched), [one for one in failures if one]), *_endpoints(settings, endpoints)]


def clock(offsets_s: list[float]) -> Finding:
    """What the publishers' dates say of this machine's clock. Args: offsets_s: seconds by which it is ahead, each."""
    if not offsets_s:
        return skipped("clock", "nobody answered with a date")
    # The median: some publishers' clocks are wrong, and caches hand out old dates.
    off = statistics.median(offsets_s)
    said = f"{abs(off):.0f} s {'ahead' if off > 0 else 'behind'}, by {len(offsets_s)} answers"
    mend = "set the clock and keep it (timedatectl set-ntp true): receivers refuse signatures that are 5 minutes off"
    if abs(off) > MAX_CLOCK_OFF_S:
        return fault("clock", said, mend)
    return warning("clock", said, mend) if abs(off) > GOOD_CLOCK_OFF_S else ok("clock", said)


def _reading_dates(offsets: list[float]) -> aiohttp.TraceConfig:
    async def on_end(_: object, __: object, ended: aiohttp.TraceRequestEndParams) -> None:
        headers = ended.response.headers
        try:
            said = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return
        # A cache hands out the date at which it was given the page.
        if "Age" not in headers and said.tzinfo is not None:
            offsets.append((datetime.now(UTC) - said).total_seconds())

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    trace.freeze()
    return trace


def _feeds(watched: int, failures: list[tuple[str, str]]) -> Iterator[Finding]:
    if not watched:
        yield warning("feeds", "none are watched", "add some: wirewatch feeds add URL, or [[feeds]]")
    elif not failures:
        yield ok("feeds", f"{watched} of {watched} answer")
    else:
        said = "; ".join(f"{url}: {reason}" for url, reason in failures[:TOLD])
        more = f"; and {len(failures) - TOLD} more" if len(failures) > TOLD else ""
        found = f"{watched - len(failures)} of {watched} answer; {said}{more}"
        if len(failures) == watched:
            yield fault("feeds", found, "see that this machine reaches the internet (DNS, firewall, proxy)")
        else:
            yield warning("feeds", found, "mend their addresses (wirewatch feeds discover SITE), or remove them")


def _endpoints(settings: Settings, endpoints: list[Finding]) -> Iterator[Finding]:
    if not settings.webhooks:
        yield warning(
            "webhooks", "none in the configuration", "add [[webhooks]], unless they were added to the service"
        )
    yield from endpoints


async def _reached(session: aiohttp.ClientSession, settings: Settings, hook: WebhookSettings) -> Finding:
    """Whether somebody answers there, whatever it is."""
    check = f"webhook {hook.name}"
    if hook.format in ("apprise", "kafka"):
        return skipped(check, f"{hook.format}: only --test-webhooks can tell")
    try:
        timeout = aiohttp.ClientTimeout(total=settings.delivery.timeout_s)
        async with session.head(hook.url, timeout=timeout, allow_redirects=False) as answer:
            return ok(check, f"answers (HTTP {answer.status} to HEAD); --test-webhooks sends it a test")
    except outcome.FOREIGN as error:
        reason = outcome.of_exception(error).reason if str(error) else "timeout: no answer"
        return fault(check, plain(reason, 300), _mend(reason))


async def _tested(settings: Settings, hook: WebhookSettings) -> Finding:
    check, ended = f"webhook {hook.name}", await probe(settings, configured(hook), utc_now())
    if ended.outcome == "sent":
        return ok(check, f"accepted a test after {ended.took_s:g} s")
    return fault(check, plain(ended.reason, 300), _mend(ended.reason))


def _mend(reason: str) -> str:
    if reason.startswith("forbidden_address"):
        return "set fetch.allow_private_addresses = true if it is on your own network"
    return "mend the receiver or its address"
