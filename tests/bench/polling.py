"""Thousands of feeds on loopback hosts, polled by one worker: `python -m tests.bench.polling [--feeds N] [--seconds S]`.

A process of its own serves the feeds: each host is an address of 127.0.0.0/8 with two feeds of 20 entries, one poll in ten
finds a new one, validators are honest. The worker is the poll role on the embedded broker, as it ships but for the interval,
which stays at five minutes. Told are lateness (from the time that a poll was due to its start), the worker's memory, and
what the hosts saw: requests at a time, and the shortest time between two.

The bars: lateness at the 99th percentile under 10 s, memory under 600 MB, no host above its limits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import format_datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import web

from agents.app import running
from agents.poll import PollFeeds
from monitor.base.settings import load

FEEDS_A_HOST = 2
ENTRIES = 20
NEW_EVERY = 10
"""One poll in so many finds a new entry."""
ANSWER_S = 0.05
"""How long a publisher takes to answer."""
INTERVAL_S = 300.0
TEXT = " ".join(f"word{number}" for number in range(150))


class Newsstand:
    """Serves all feeds, and notes what each host was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = defaultdict(int)
        self.under_way: dict[str, int] = defaultdict(int)
        self.last_at: dict[str, float] = {}
        self.most_at_a_time = 0
        self.shortest_s = float("inf")
        self.not_modified = 0

    async def answer(self, request: web.Request) -> web.Response:
        """A feed as it stands at this poll."""
        host, now = request.url.host or "", time.monotonic()
        self.under_way[host] += 1
        self.most_at_a_time = max(self.most_at_a_time, self.under_way[host])
        if host in self.last_at:
            self.shortest_s = min(self.shortest_s, now - self.last_at[host])
        self.last_at[host] = now
        await asyncio.sleep(ANSWER_S)
        self.under_way[host] -= 1
        key = f"{host}{request.path}"
        self.asked[key] += 1
        # Feeds bring something at different polls.
        version = (self.asked[key] + hash(key) % NEW_EVERY) // NEW_EVERY
        etag = f'"{version}"'
        if request.headers.get("If-None-Match") == etag:
            self.not_modified += 1
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(text=self.document(key, version), content_type="text/xml", headers={"ETag": etag})

    def document(self, key: str, version: int) -> str:
        """The feed with its newest entries."""
        at = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><title>Report {number} of {key}</title><link>http://{key}/{number}</link><pubDate>{at}</pubDate>"
            f"<description>{number} {key} {TEXT}</description></item>"
            for number in range(version + ENTRIES, version, -1)
        )
        return f"<rss version='2.0'><channel><title>{key}</title>{items}</channel></rss>"


def serve(pipe: Connection) -> None:
    """The process of the publishers: says its port, serves until it is told to stop, and says what it saw."""

    async def main() -> None:
        stand = Newsstand()
        app = web.Application()
        app.router.add_get("/{feed}", stand.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", 0, backlog=1024).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.to_thread(pipe.recv)
        pipe.send(
            {
                "feeds_polled": len(stand.asked),
                "polls": sum(stand.asked.values()),
                "polls_a_feed": [min(stand.asked.values()), max(stand.asked.values())],
                "not_modified": stand.not_modified,
                "most_at_a_time": stand.most_at_a_time,
                "shortest_s": round(stand.shortest_s, 3),
            }
        )
        await runner.cleanup()

    asyncio.run(main())


def host_of(number: int) -> str:
    """An address of this machine for each host."""
    return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"


async def poll(folder: Path, feeds: list[str], seconds: float) -> dict[str, Any]:
    """Poll the feeds for some time with one worker; how late, at which cost."""
    late: list[float] = []
    settings = load(
        None,
        environ={},
        broker__url=f"sqlite:///{folder / 'log.db'}",
        fetch__allow_private_addresses=True,
        poll__interval_s=INTERVAL_S,
        poll__max_interval_s=INTERVAL_S,
        poll__feeds_file="",
        feeds=[{"url": url} for url in feeds],
    )
    async with running(settings, [PollFeeds], with_web=False) as service:
        metrics = service.parts.metrics

        class Noted:
            """Every value, where the histogram keeps buckets."""

            def observe(self, value: float) -> None:
                late.append(value)

        metrics.poll_lateness_seconds = Noted()  # type: ignore[assignment]
        started, cpu = time.monotonic(), time.process_time()
        while (left := started + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(30.0, left))
            print(f"  {time.monotonic() - started:4.0f} s: {len(late)} polls begun", file=sys.stderr)
        took_s, cpu_s = time.monotonic() - started, time.process_time() - cpu
        numbers = metrics.snapshot()
    percentiles = statistics.quantiles(late, n=100)
    return {
        "polls_a_s": round(len(late) / took_s, 1),
        "late_s": {"median": round(percentiles[49], 2), "p99": round(percentiles[98], 2), "most": round(max(late), 2)},
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "cores": round(cpu_s / took_s, 2),
        "articles": int(numbers["articles.new"]),
        "ok": int(numbers.get("polled.ok", 0)),
        "failed": int(numbers["polled"] - numbers.get("polled.ok", 0)),
    }


def main() -> None:
    """Run both processes, print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=10_000)
    options.add_argument("--seconds", type=float, default=900.0)
    given = options.parse_args()
    here, there = multiprocessing.get_context("spawn").Pipe()
    publisher = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    publisher.start()
    port = here.recv()
    feeds = [f"http://{host_of(at // FEEDS_A_HOST)}:{port}/{at % FEEDS_A_HOST}" for at in range(given.feeds)]
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(poll(Path(folder), feeds, given.seconds))
    here.send("stop")
    print(json.dumps({"feeds": given.feeds} | figures | {"hosts": here.recv()}, indent=2))
    publisher.join()


if __name__ == "__main__":
    main()
