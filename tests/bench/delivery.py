"""How fast alerts reach endpoints of which some are dead, and what that takes: `python -m tests.bench.delivery`.

The roles `notify` and `deliver` on the embedded broker get alerts at a steady rate, each for one endpoint by a rule.
Receivers run in a process of their own, and measure from the moment at which an alert was put on its topic to its
arrival. Half of the dead endpoints never answer, half are not there. The figures of a whole run are in docs/alerts.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from agents.app import running
from agents.deliver import Deliver
from agents.notify import Notify
from agents.serve import serve
from agents.sqlite.log import open_log
from agents.sqlite.transport import log_path
from agents.topics import ALERTS
from monitor.base.events import Alert, Passage, encode
from monitor.base.settings import Settings, load
from tests.agents.alerts import alert

SECRET = "whsec_" + "A" * 32
PASSAGES = tuple(
    Passage(article=(at, at + 300), earlier=(at, at + 300), text="some words of a passage " * 12, similarity=0.9)
    for at in range(0, 2400, 400)
)
"""They make a body of some 3 kB."""
SAMPLE_S = 1.0


class Arrived(NamedTuple):
    """What the receivers have seen."""

    latencies_s: list[float]
    doubled: int


def receive(pipe: Connection) -> None:
    """A process of receivers: tells its URL, then, asked by any message, what arrived at the living ones."""
    asyncio.run(_receive(pipe))


async def _receive(pipe: Connection) -> None:
    latencies: list[float] = []
    ids: Counter[str] = Counter()

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        if request.match_info["kind"] == "hangs":
            await asyncio.Event().wait()
        ids[request.headers["webhook-id"]] += 1
        event = json.loads(body)
        if event["type"] == "story.matched":
            latencies.append(time.time() - datetime.fromisoformat(event["timestamp"]).timestamp())
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/{kind}/{name}", answer)
    runner, url = await serve(application, "127.0.0.1", 0)
    pipe.send(url)
    await asyncio.to_thread(pipe.recv)
    pipe.send(Arrived(latencies, sum(ids.values()) - len(ids)))
    await runner.cleanup()


def configuration(folder: Path, url: str, endpoints: int, dead: int) -> Settings:
    """Endpoints with a rule each; the dead ones first."""

    def address(number: int) -> str:
        if number >= dead:
            return f"{url}/takes/{number}"
        # Port 9 is the discard service's: nobody listens there.
        return f"{url}/hangs/{number}" if number % 2 else "http://127.0.0.1:9/"

    names = [f"e{number}" for number in range(endpoints)]
    return load(
        None,
        environ={},
        broker__url=f"sqlite:///{folder / 'log.db'}",
        fetch__allow_private_addresses=True,
        webhooks=[{"name": name, "url": address(n), "secret": SECRET} for n, name in enumerate(names)],
        rules=[{"name": name, "to": [name], "copier": [f"{name}.example"]} for name in names],
    )


def numbered(number: int, endpoint: int) -> bytes:
    """An alert of this moment for one endpoint."""
    made: Alert = alert(number, datetime.now(UTC))
    later = msgspec.structs.replace(made.article, source=f"e{endpoint}.example")
    match = msgspec.structs.replace(made.match, passages=PASSAGES)
    return encode(msgspec.structs.replace(made, article=later, match=match))


def memory_mb() -> float:
    """What this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def run(alerts: int, endpoints: int, dead: int, rate: float, pipe: Connection) -> dict[str, Any]:
    """The figures of one run."""
    url = pipe.recv()
    with TemporaryDirectory(prefix="wirewatch-bench-") as folder:
        settings = configuration(Path(folder), url, endpoints, dead)
        memory: list[float] = []
        async with running(settings, [Notify, Deliver], with_web=False) as service:
            log = open_log(log_path(settings.broker.url))
            began, used = time.monotonic(), time.process_time()
            for number in range(alerts):
                while (ahead := number / rate - (time.monotonic() - began)) > 0:
                    await asyncio.sleep(min(ahead, SAMPLE_S))
                log.append(ALERTS.name, 0, b"a", numbered(number, number % endpoints), at=time.time())
                if number % max(1, int(rate * SAMPLE_S)) == 0:
                    await asyncio.sleep(0)
                    memory.append(memory_mb())
            sent = service.parts.metrics.deliveries.labels("sent")
            living = sum(number % endpoints >= dead for number in range(alerts))
            while sent._value.get() < living:
                await asyncio.sleep(SAMPLE_S)
                memory.append(memory_mb())
            took_s, used_s = time.monotonic() - began, time.process_time() - used
            pipe.send("done")
            arrived: Arrived = pipe.recv()
        size_mb = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    return figures(arrived, memory, living=living, took_s=took_s, used_s=used_s) | {"log_mb": round(size_mb)}


def figures(arrived: Arrived, memory: Sequence[float], *, living: int, took_s: float, used_s: float) -> dict[str, Any]:
    """What is told of a run."""
    cuts = quantiles(arrived.latencies_s, n=1000)
    quarter = max(1, len(memory) // 4)
    return {
        "arrived": len(arrived.latencies_s),
        "expected": living,
        "doubled": arrived.doubled,
        "p50_s": round(cuts[499], 3),
        "p99_s": round(cuts[989], 3),
        "p99.9_s": round(cuts[998], 3),
        "longest_s": round(max(arrived.latencies_s), 3),
        "took_s": round(took_s, 1),
        "cpu_s": round(used_s, 1),
        "memory_mb": [round(max(memory[at : at + quarter])) for at in range(0, len(memory), quarter)][:4],
    }


def main() -> None:
    """Run it and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--endpoints", type=int, default=50)
    parser.add_argument("--dead", type=int, default=10)
    parser.add_argument("--rate", type=float, default=100.0, help="alerts a second")
    given = parser.parse_args()
    pipe, theirs = multiprocessing.get_context("spawn").Pipe()
    receivers = multiprocessing.get_context("spawn").Process(target=receive, args=(theirs,), daemon=True)
    receivers.start()
    print(json.dumps(asyncio.run(run(given.alerts, given.endpoints, given.dead, given.rate, pipe)), indent=2))
    receivers.join(10)


if __name__ == "__main__":
    main()
