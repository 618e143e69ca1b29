"""`wirewatch demo`: the main job, on this machine alone."""

from __future__ import annotations

import asyncio
import json
import socket

import click

from agents.cli import console, options
from agents.cli.stopping import run_until_stopped
from agents.demo.performance import Performance, performing
from monitor.alerts.describe import describe
from monitor.alerts.receiver import Received
from monitor.base.settings import WebSettings

LOOK_S = 0.2
AFTER_LAST_S = 60.0
"""How long --once waits after the last article for what is still missing."""


@click.command()
@click.option("--once", is_flag=True, help="End after the last alert, about 40 seconds; exit code 1 if one is missing.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of the page; default 6066, or a free one if taken.")
@options.as_json
def command(once: bool, port: int | None, as_json: bool) -> None:
    """Watch Wirewatch catch a copied story.

    Invented newspapers on this machine publish for half a minute: a wire story, its reprint, copies that were
    paraphrased, spun or cut, an independent report of the same event and other news. The service polls their feeds
    and sends signed webhooks to a receiver, which prints each alert as it comes.
    """
    demo = _demo(once=once, port=_free_port() if port is None else port, as_json=as_json)
    if run_until_stopped(demo) is False:
        raise SystemExit(1)


async def _demo(*, once: bool, port: int, as_json: bool) -> bool:
    """Whether everything came as expected; without `once` it only ends when it is told to."""

    def on_alert(received: Received) -> None:
        if as_json:
            click.echo(json.dumps(received.event, ensure_ascii=False))
        else:
            console.out.print(describe(received.event))

    console.note("Starting (about 5 seconds), then the invented newspapers publish for half a minute …")
    async with performing(on_alert, web_port=port) as demo:
        console.note(f"Live page: {demo.service.url}  ·  Ctrl-C ends")
        watching = asyncio.create_task(_watch(demo, once=once, as_json=as_json))
        failed = asyncio.create_task(demo.service.failed())
        try:
            done, _ = await asyncio.wait((watching, failed), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            watching.cancel()
            failed.cancel()
        return demo.as_expected


async def _watch(demo: Performance, *, once: bool, as_json: bool) -> None:
    await _last_alert(demo, once=once)
    _sum_up(demo, as_json=as_json)
    if not once:
        console.note("All is published. The page stays open; Ctrl-C ends.")
        await asyncio.Event().wait()


async def _last_alert(demo: Performance, *, once: bool) -> None:
    while not demo.publisher.finished:
        await asyncio.sleep(LOOK_S)
    try:
        async with asyncio.timeout(AFTER_LAST_S if once else None):
            while not demo.is_over:
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        console.note(f"Gave up {AFTER_LAST_S:g} s after the last article.")


def _sum_up(demo: Performance, *, as_json: bool) -> None:
    verified, expected = len(demo.inbox.webhook_ids), demo.publisher.expected
    alerts = verified + demo.inbox.refused
    if as_json:
        click.echo(json.dumps({"alerts": alerts, "verified": verified, "expected": expected}))
    else:
        console.out.print(
            f"{len(demo.publisher.articles)} articles, {expected} of them copies: {alerts} alerts, "
            f"{verified} with a valid signature."
        )


def _free_port() -> int:
    """The usual port, or 0 when it is taken: a demo beside a running service should not fail."""
    usual = WebSettings().port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", usual))
        except OSError:
            return 0
    return usual
