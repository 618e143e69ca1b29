"""The composition root: the topics, the roles and the web server of one process.

`running` is the only place where parts are put together; nothing imports a global app or settings.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import NoReturn

from yarl import URL

from agents import faust_defences, kafka
from agents.decide import Decide
from agents.deliver import Deliver
from agents.desk import Desk
from agents.fingerprint import FingerprintArticles
from agents.match import MatchArticles
from agents.notify import Notify
from agents.poll import PollFeeds
from agents.role import Parts, Role, utc_now
from agents.serve import serve
from agents.sqlite.log import Log, open_log
from agents.sqlite.transport import log_path
from agents.topics import TOPICS
from agents.view import ShowView
from monitor.base.errors import BrokerError
from monitor.base.network import guarded_session
from monitor.base.settings import BrokerSettings, Settings
from monitor.match.warm import warm
from monitor.web.guard import ANY_HOST, LOOPBACK_HOSTS
from monitor.web.server import make_app

logger = logging.getLogger(__name__)

ROLES: tuple[type[Role], ...] = (PollFeeds, FingerprintArticles, MatchArticles, Decide, Notify, Deliver, ShowView)
"""In the order in which an article passes them."""
EXPIRE_EVERY_S = 3600.0
STOP_TIMEOUT_S = 20.0
SWITCH_S = 0.0005
"""Python's own 5 ms leave the loop 12 turns a second while feeds are read in threads; with these, ten times as many polls
were handled (800 new feeds on a busy machine)."""
WORK_THREADS = 2
"""Documents and pages that are read beside the loop at a time; one that takes seconds must not hold up all others."""


@dataclass(frozen=True)
class Service:
    """The roles that run in this process."""

    parts: Parts
    roles: Sequence[Role]
    url: str
    """Address of the page, empty without a web server."""

    def lag(self) -> int | None:
        """Events that wait somewhere in the flow, None while a role is not ready."""
        lags = [role.lag() for role in self.roles]
        return None if None in lags else sum(lag or 0 for lag in lags)

    async def failed(self) -> NoReturn:
        """Wait until a role can no longer go on.

        Raises: BrokerError: with what stopped it; the caller ends the process, and a restart goes on where it stopped.
        """
        waiting = {asyncio.ensure_future(role.app.wait_until_stopped()): role for role in self.roles}
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        role = waiting[done.pop()]
        raise BrokerError(f"the role {role.name!r} stopped: {role.app.crash_reason or 'its broker went away'}")


@asynccontextmanager
async def running(
    settings: Settings,
    roles: Sequence[type[Role]] = ROLES,
    *,
    with_web: bool = True,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Service]:
    """The service, ready, until the block ends; then every role stops after the event that it is at.

    Raises: BrokerError: the broker is not there or refuses. InputError: the web server's port is taken.
    """
    faust_defences.install()
    # What runs in threads is Python: it does no more in more of them, and keeps the loop from its turn. After each wait, and
    # each statement of SQLite, the loop must get the interpreter back from them.
    sys.setswitchinterval(SWITCH_S)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORK_THREADS, "work"))
    async with AsyncExitStack() as stack:
        log = await create_topics(settings.broker)
        if log is not None:
            stack.callback(log.close)
            stack.push_async_callback(_cancelled, asyncio.create_task(_expire(log, clock)))
        session = await stack.enter_async_context(
            guarded_session(
                allow_private_addresses=settings.fetch.allow_private_addresses, user_agent=settings.fetch.user_agent
            )
        )
        parts = Parts(settings, session, clock=clock)
        made = [role(parts) for role in roles]
        url = await _serve(parts, made, stack) if with_web else ""
        for role in made:
            stack.push_async_callback(_stopped, role)
        starting = [role.app.start() for role in made]
        if {FingerprintArticles, MatchArticles} & set(roles):
            # In a thread, while the apps wait for their broker: the first start on a machine compiles for some seconds.
            starting.append(asyncio.to_thread(warm))
        await asyncio.gather(*starting)
        yield Service(parts, made, url)


async def create_topics(broker: BrokerSettings) -> Log | None:
    """Make the topics; returns the log of an embedded broker."""
    if URL(broker.url).scheme == "kafka":
        await kafka.create_topics(broker)
        return None
    log = open_log(log_path(broker.url))
    try:
        for topic in TOPICS:
            log.create_topic(topic.name, topic.partitions(broker), retention_s=topic.retention_s)
    except BrokerError:
        log.close()
        raise
    return log


async def _serve(parts: Parts, roles: Sequence[Role], stack: AsyncExitStack) -> str:
    web = parts.settings.web
    app = make_app(
        metrics=parts.metrics,
        view=parts.view,
        health=parts.health,
        version=version("wirewatch"),
        clock=parts.clock,
        # A page that is open to the network is asked for by whatever name its proxy or container has.
        allowed_hosts=LOOPBACK_HOSTS if web.host in LOOPBACK_HOSTS else ANY_HOST,
        desk=Desk(parts, roles),
        token=web.token.get_secret_value(),
    )
    runner, url = await serve(app, web.host, web.port)
    stack.push_async_callback(runner.cleanup)
    return url


async def _stopped(role: Role) -> None:
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await role.stop()
    except TimeoutError:
        # What it was at is not committed, so the next start does it again.
        logger.warning("%s did not stop within %g s", role.name, STOP_TIMEOUT_S)


async def _expire(log: Log, clock: Callable[[], datetime]) -> None:
    while True:
        log.expire(clock().timestamp())
        await asyncio.sleep(EXPIRE_EVERY_S)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
