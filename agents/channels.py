"""Ways to an endpoint that are no webhook: what the `apprise` package reaches (e-mail and a hundred others), and topics
of a Kafka. An attempt ends as that of a webhook does."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.util import find_spec

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from yarl import URL

from agents.topics import MAX_MESSAGE_BYTES
from monitor.alerts.delivery import ended
from monitor.alerts.formats import plain_text
from monitor.alerts.outcome import Verdict
from monitor.base.errors import ConfigError
from monitor.base.events import Delivery, DeliveryAttempt, Endpoint
from monitor.base.settings import DeliverySettings, Settings

KAFKA_REQUEST_MS = 10_000


def check_extra(settings: Settings) -> None:
    """Raises: ConfigError: an endpoint needs the `apprise` package, and it is not installed."""
    needing = [hook.name for hook in settings.webhooks if hook.format == "apprise"]
    if needing and find_spec("apprise") is None:
        raise ConfigError([f"webhooks: {needing[0]}: needs apprise: install wirewatch[notify]"])


class Channels:
    """The connections of one worker. An endpoint has threads of its own, so that none waits for another."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._settings = settings
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._producers: dict[str, AIOKafkaProducer] = {}

    async def attempt(
        self, delivery: Delivery, endpoint: Endpoint, *, number: int, now: datetime, spread: float
    ) -> DeliveryAttempt:
        """How an attempt ended; see `monitor.alerts.delivery.attempt`."""
        send = self._kafka if endpoint.format == "kafka" else self._apprise
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                verdict = await send(delivery, endpoint)
        except TimeoutError:
            verdict = Verdict("retry", f"timeout: no end within {self._settings.timeout_s:g} s")
        took_s = asyncio.get_running_loop().time() - began
        return ended(delivery, verdict, number=number, now=now, spread=spread, settings=self._settings, took_s=took_s)

    async def _apprise(self, delivery: Delivery, endpoint: Endpoint) -> Verdict:
        threads = self._threads.get(endpoint.name)
        if threads is None:
            threads = ThreadPoolExecutor(self._settings.concurrency, f"apprise-{endpoint.name}")
            self._threads[endpoint.name] = threads
        title, text = plain_text(delivery)
        sent = await asyncio.get_running_loop().run_in_executor(threads, _notify, endpoint.url, title, text)
        if sent is None:
            return Verdict("drop", "bad_url: apprise knows no service for this address")
        # It says yes or no, and writes why to its log.
        return Verdict("sent", "") if sent else Verdict("retry", "channel: apprise could not hand it over; see the log")

    async def _kafka(self, delivery: Delivery, endpoint: Endpoint) -> Verdict:
        url = URL(endpoint.url)
        try:
            producer = await self._producer(f"{url.host}:{url.port or 9092}")
            await producer.send_and_wait(
                url.path.strip("/"),
                delivery.body.encode(),
                key=delivery.alert_id.encode(),
                headers=[("webhook-id", delivery.webhook_id.encode())],
            )
        except (KafkaError, OSError) as error:
            return Verdict("retry", f"channel: Kafka did not take it ({str(error)[:200] or type(error).__name__})")
        return Verdict("sent", "")

    async def _producer(self, servers: str) -> AIOKafkaProducer:
        if servers not in self._producers:
            made = AIOKafkaProducer(
                bootstrap_servers=servers,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=KAFKA_REQUEST_MS,
                max_request_size=MAX_MESSAGE_BYTES,
            )
            try:
                await made.start()
            except BaseException:
                await made.stop()
                raise
            # Two attempts may have begun together; one producer is enough.
            if servers in self._producers:
                await made.stop()
            else:
                self._producers[servers] = made
        return self._producers[servers]

    async def close(self) -> None:
        """End all connections."""
        for producer in self._producers.values():
            await producer.stop()
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)


def _notify(url: str, title: str, text: str) -> bool | None:
    """Whether a service took a message; None when the address means nothing."""
    from apprise import Apprise  # an extra, and it takes a second to import

    service = Apprise()
    return bool(service.notify(title=title, body=text)) if service.add(url) else None
