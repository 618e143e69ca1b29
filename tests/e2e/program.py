"""The program `wirewatch`, as its user runs it: a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

LIMIT_S = 600.0
"""For anything that a test waits for. Much longer than it takes: a slow machine is no fault."""
PROGRAM = Path(sys.executable).with_name("wirewatch")
"""The one of the environment that runs the tests."""
_READY = re.compile(r"[Ll]ive page:? (http://\S+)")


@dataclass
class Program:
    """A running `wirewatch`, and what it has printed."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    """Standard error, line by line."""

    @property
    def log(self) -> str:
        """All of standard error so far."""
        return "\n".join(self.lines)

    async def url(self) -> str:
        """The address of the live page, once the service is ready."""
        found: list[str] = []

        def ready() -> bool:
            found[:] = _READY.findall(self.log)
            return bool(found) or self.process.returncode is not None

        await until(ready)
        assert found, self.log
        return found[0]

    async def get(self, path: str) -> Any:
        """A JSON answer of the service."""
        async with aiohttp.ClientSession() as session, session.get(f"{await self.url()}{path}") as response:
            return json.loads(await response.text())

    async def kill(self) -> None:
        """SIGKILL: nothing that it has not written is left."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, as a supervisor stops a service; returns the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT_S):
            return await self.process.wait()


@asynccontextmanager
async def started(
    *arguments: str | Path, folder: Path, environ: Mapping[str, str] | None = None, program: Path = PROGRAM
) -> AsyncIterator[Program]:
    """`wirewatch` with these arguments, in this folder; killed when the block ends before it does."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=folder,
        env={**os.environ, **(environ or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Program(process)
    reading = asyncio.create_task(_read(process, running.lines))
    try:
        yield running
    finally:
        await running.kill()
        await reading


async def _read(process: asyncio.subprocess.Process, lines: list[str]) -> None:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        lines.append(line.decode("utf-8", "replace").rstrip("\n"))


@dataclass(frozen=True)
class Ended:
    """A `wirewatch` that has ended by itself."""

    code: int
    out: str
    err: str


async def run(
    *arguments: str | Path, folder: Path, environ: Mapping[str, str] | None = None, program: Path = PROGRAM
) -> Ended:
    """`wirewatch` with these arguments, until it ends."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=folder,
        env={**os.environ, **(environ or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def until(condition: Callable[[], bool | Awaitable[bool]], limit_s: float = LIMIT_S) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(limit_s):
        while True:
            holds = condition()
            if await holds if isinstance(holds, Awaitable) else holds:
                return
            await asyncio.sleep(0.05)
