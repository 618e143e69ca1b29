"""This machine: disk, memory, open files, rights, the port of the page."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from yarl import URL

from agents.cli.service import EVERYWHERE
from agents.doctor.finding import Finding, fault, ok, skipped, warning
from monitor.base.settings import Settings, WebSettings
from monitor.web.guard import LOOPBACK_HOSTS

GIB = 1024**3
LEAST_FREE_BYTES = 256 * 1024**2
"""A file that cannot grow stops the embedded broker."""
COMFORTABLE_FREE_BYTES = 2 * GIB
BYTES_AN_ARTICLE = 40_000
"""Of a process that holds the stored articles and their index: 60,000 took 2.4 GB (docs/candidates.md)."""
BASE_BYTES = 400 * 1024**2
"""Of a process that holds none."""
OPEN_FILES = 1024
ANSWER_S = 5.0


def disk(folder: Path) -> Finding:
    """Whether the folder of the embedded broker has room."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return fault("disk", f"{folder}: {error.strerror}", "make the folder, or set broker.url to another file")
    said = f"{free / GIB:.1f} GiB free in {folder.resolve()}"
    if free < LEAST_FREE_BYTES:
        return fault("disk", said, "free some space: what the broker cannot write, waits")
    if free < COMFORTABLE_FREE_BYTES:
        return warning(
            "disk", said, f"keep {COMFORTABLE_FREE_BYTES / GIB:.0f} GiB free: topics grow for 14 days and more"
        )
    return ok("disk", said)


def memory(articles: int | None, available: int | None) -> Finding:
    """Whether the index fits. Args: articles: stored, None when unknown. available: bytes, None when unknown."""
    if available is None or articles is None:
        return skipped(
            "memory", "not known: " + ("the articles cannot be counted" if available else "no /proc/meminfo")
        )
    needed = BASE_BYTES + articles * BYTES_AN_ARTICLE
    said = f"{articles:,} stored articles need about {needed / GIB:.1f} GiB, {available / GIB:.1f} GiB can be had"
    mend = "give it more memory, a shorter match.retention_days, or more broker.shards in several processes"
    if needed > available:
        return fault("memory", said, mend)
    return warning("memory", said, mend) if needed > 0.7 * available else ok("memory", said)


def available_memory(
    proc: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup/memory.max")
) -> int | None:
    """Bytes that a process can have: what the machine can give, and no more than its container may."""
    try:
        line = next(line for line in proc.read_text().splitlines() if line.startswith("MemAvailable:"))
        available = int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return None
    try:
        return min(available, int(cgroup.read_text()))
    except (OSError, ValueError):
        # No container, or one without a limit ('max').
        return available


def open_files(limit: int | None = None) -> Finding:
    """Whether as many connections can be open as feeds and endpoints need."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    said = "no limit" if soft == resource.RLIM_INFINITY else f"{soft} at most"
    if 0 <= soft < OPEN_FILES:
        return warning("open files", said, f"allow {OPEN_FILES} (ulimit -n {OPEN_FILES}; LimitNOFILE= of systemd)")
    return ok("open files", said)


def permissions(config: Path | None, settings: Settings, uid: int | None = None) -> Iterator[Finding]:
    """Whether the service has no more rights than it needs, and its secrets are its own."""
    if (os.getuid() if uid is None else uid) == 0:
        yield warning("user", "root", "run it as a user of its own: it needs no rights (deploy/systemd shows how)")
    else:
        yield ok("user", "not root")
    if config is not None and _has_secrets(settings):
        mode = stat.S_IMODE(config.stat().st_mode)
        if mode & 0o077:
            yield warning("secrets", f"{config} holds secrets and has mode {mode:o}", f"chmod 600 {config}")
        else:
            yield ok("secrets", f"{config} is its owner's alone")
    feeds_file = Path(settings.poll.feeds_file) if settings.poll.feeds_file else None
    if feeds_file and not os.access(feeds_file if feeds_file.exists() else feeds_file.parent, os.W_OK):
        yield warning(
            "list of feeds", f"{feeds_file} cannot be written", "let the user of `wirewatch feeds` write it, or set ''"
        )


def _has_secrets(settings: Settings) -> bool:
    return bool(settings.web.token.get_secret_value() or settings.webhooks)


async def port(web: WebSettings) -> Finding:
    """Whether the page can have its port, or has it."""
    if web.host not in LOOPBACK_HOSTS and not web.token.get_secret_value():
        return warning("page", f"{web.host} is open to the network, without web.token", "set web.token, use a proxy")
    try:
        server = await asyncio.start_server(lambda *_: None, web.host, web.port)
    except OSError as error:
        return await _who_has(web, error.strerror or str(error))
    server.close()
    await server.wait_closed()
    return ok("page", f"{web.host} port {web.port} is free")


async def _who_has(web: WebSettings, reason: str) -> Finding:
    url = URL.build(scheme="http", host=EVERYWHERE.get(web.host, web.host), port=web.port, path="/health/ready")
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session, session.get(url) as answer:
            body = (await answer.content.read(2000)).decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError, OSError):
        return fault("page", f"{web.host} port {web.port}: {reason}", "stop what has it, or give another web.port")
    if '"stages"' not in body:
        return fault("page", f"{web.host} port {web.port} belongs to another program", "give another web.port")
    if answer.status == 200:
        return ok("page", f"a service runs on port {web.port}, and is ready")
    return fault("page", f"a service runs on port {web.port}, and is not ready: {body}", "look into its log")
