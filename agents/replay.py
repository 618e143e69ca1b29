"""Articles from files through the whole pipeline, in their order and as fast as it goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from faust.types import TP

from agents.app import running
from agents.decide import Decide
from agents.fingerprint import FingerprintArticles
from agents.match import MatchArticles
from agents.role import utc_now
from agents.sqlite.log import Log, open_log
from agents.sqlite.transport import log_path
from agents.topics import ALERTS, ARTICLES
from monitor.base.errors import InputError
from monitor.base.events import AnyAlert, Article, decode, encode
from monitor.base.settings import Settings

logger = logging.getLogger(__name__)

STAGES = (FingerprintArticles, MatchArticles, Decide)
AHEAD = 500
"""Articles that wait in the log at a time: memory and disk stay bounded, and no stage waits for the next article."""
POLL_S = 0.02


async def replay(articles: Iterable[Article], settings: Settings, *, advance: Callable[[int], None]) -> list[AnyAlert]:
    """The alerts of a series of articles, and the corrections of its stories, each once, in their order.

    A log that holds the beginning of the same series goes on where it stopped.

    Args: settings: the broker is an embedded one with one partition, so that the order of the series is kept.
        advance: is told how many articles are done, now and then.
    Raises: InputError: the log holds another series. BrokerError: see `running`.
    """
    async with running(settings, STAGES, with_web=False) as service:
        log = open_log(log_path(settings.broker.url))
        failed = asyncio.create_task(service.failed())
        try:
            source = iter(articles)
            if known := _skip_known(log, source):
                logger.warning("%d articles were taken in before; going on after them", known)
            more, done = True, 0
            while more or service.lag() != 0:
                if failed.done():
                    failed.result()
                waiting = service.roles[0].lag()
                if more and waiting is not None and waiting < AHEAD:
                    more = await _append(log, list(islice(source, AHEAD)))
                else:
                    await asyncio.sleep(POLL_S)
                # What waits is counted in several stages, so that by itself the difference may go back.
                done = max(done, log.end(TP(ARTICLES.name, 0)) - (service.lag() or 0))
                advance(done)
        finally:
            failed.cancel()
        return list(_alerts(log))


async def _append(log: Log, articles: list[Article]) -> bool:
    now = utc_now().timestamp()
    for article in articles:
        log.append(ARTICLES.name, 0, article.id.encode(), encode(article), at=now)
    await log.drained()
    return bool(articles)


def _skip_known(log: Log, source: Iterator[Article]) -> int:
    """Pass over the articles that an earlier run has put into the log; returns their number."""
    tp = TP(ARTICLES.name, 0)
    known = log.end(tp)
    last = list(islice(source, known))[-1:]
    stored = [decode(record.value or b"") for record in log.read(tp, known - 1, 1)] if known else []
    if [_identity(article) for article in last] != [_identity(article) for article in stored]:
        raise InputError(
            f"{log.path}: holds the replay of other articles ({known} of them); give the same files, or a new file"
        )
    return known


def _identity(article: object) -> tuple[str, str]:
    return (article.id, article.text) if isinstance(article, Article) else ("", "")


def _alerts(log: Log) -> Iterator[AnyAlert]:
    seen = set()
    tp, position = TP(ALERTS.name, 0), 0
    while records := log.read(tp, position, 500):
        for record in records:
            alert = decode(record.value or b"")
            if isinstance(alert, AnyAlert) and alert.alert_id not in seen:
                seen.add(alert.alert_id)
                yield alert
        position = records[-1].offset + 1
