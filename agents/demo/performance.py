"""The demo's evening: publisher, service and receiver together on this machine, and when it is over."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from agents.app import Service, running
from agents.demo.publisher import Publisher
from agents.role import utc_now
from agents.serve import serve
from monitor.alerts.receiver import Received, make_receiver
from monitor.base.settings import Settings, WebhookSettings, load

POLL_S = 1.0
"""The demo's feeds are on this machine, and a watcher waits."""


@dataclass
class Inbox:
    """What the receiver has got."""

    on_alert: Callable[[Received], None]
    webhook_ids: set[str] = field(default_factory=set)
    """Of the matches that came with a valid signature; a repeat is not counted again."""
    updates: set[str] = field(default_factory=set)
    """Of the corrections of stories: a copy's feed may be polled before that of its original."""
    refused: int = 0
    """Webhooks whose signature was not valid."""

    def receive(self, received: Received) -> None:
        """Count a webhook, and hand on the first of each id."""
        if not received.verified:
            self.refused += 1
            return
        known = self.webhook_ids if received.event.get("type") == "story.matched" else self.updates
        if received.webhook_id not in known:
            known.add(received.webhook_id)
            self.on_alert(received)


@dataclass(frozen=True)
class Performance:
    """A demo that is under way."""

    publisher: Publisher
    service: Service
    inbox: Inbox

    @property
    def is_over(self) -> bool:
        """Whether everything is published and all that it causes has arrived."""
        counted = self.service.parts.metrics.snapshot()
        return (
            counted["articles.new"] == len(self.publisher.articles)
            and self.service.lag() == 0
            and len(self.inbox.webhook_ids) + self.inbox.refused >= counted["alerts"]
        )

    @property
    def as_expected(self) -> bool:
        """Whether as many alerts came as there are copies, each with a valid signature."""
        return len(self.inbox.webhook_ids) == self.publisher.expected and not self.inbox.refused


@asynccontextmanager
async def performing(
    on_alert: Callable[[Received], None],
    *,
    web_port: int,
    speed: float = 1.0,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Performance]:
    """The demo, from its first article on; everything stops, and its files go, when the block ends.

    Args: on_alert: is told each alert once. web_port: of the page. speed: 2.0 publishes twice as fast.
    Raises: InputError: the port is taken. BrokerError: see `running`.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wirewatch-demo-")))
        secret = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"

        inbox = Inbox(on_alert)
        runner, receiver_url = await serve(make_receiver(secret, inbox.receive), "127.0.0.1", 0)
        stack.push_async_callback(runner.cleanup)
        publisher = await stack.enter_async_context(Publisher(clock=clock, speed=speed))
        settings = _settings(folder, publisher, f"{receiver_url}/alerts", secret, web_port)
        service = await stack.enter_async_context(running(settings, clock=clock))
        yield Performance(publisher, service, inbox)


def _settings(folder: Path, publisher: Publisher, receiver: str, secret: str, web_port: int) -> Settings:
    # Without the environment: a demo shows the same on every machine.
    return load(
        None,
        environ={},
        broker__url=f"sqlite:///{folder / 'demo.db'}",
        broker__partitions=1,
        fetch__allow_private_addresses=True,
        poll__interval_s=POLL_S,
        poll__max_interval_s=POLL_S,
        # The newspapers share a host, as no real ones do.
        poll__host_concurrency=100,
        poll__host_spacing_s=0,
        poll__feeds_file="",
        pages__full_text=False,
        poll__tick_s=POLL_S / 4,
        feeds=publisher.feeds(),
        webhooks=(WebhookSettings(name="demo", url=receiver, secret=SecretStr(secret)),),
        web__port=web_port,
    )
