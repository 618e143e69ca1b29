"""A publisher on this machine that sends exactly the bytes that a test hands it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from multidict import CIMultiDict


class Publisher:
    """Where the answers are found, and the headers of the requests that came."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/feed"
        self.requests: list[CIMultiDict[str]] = []


@asynccontextmanager
async def publishing(
    *answers: bytes, then_forever: bytes = b"", pause_s: float = 0.0, stay_open: bool = False
) -> AsyncIterator[Publisher]:
    """Answers the first connection with the first bytes, and so on; the last ones for all further connections.

    Args: then_forever: repeated after the answer until the client leaves, with this pause. stay_open: send nothing more, and do not
        close the connection.
    """
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b""
        with suppress(ConnectionError, asyncio.CancelledError):
            # A client that asks for TLS begins with byte 22 and sends no line.
            while b"\r\n\r\n" not in head and not head.startswith(b"\x16") and (more := await reader.read(65_536)):
                head += more
            lines = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:] if line)
            publisher.requests.append(CIMultiDict((name, value) for name, _, value in lines))
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()
            while then_forever:
                writer.write(then_forever)
                await writer.drain()
                await asyncio.sleep(pause_s)
            if stay_open:
                await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    publisher = Publisher(server.sockets[0].getsockname()[1])
    async with server:
        yield publisher


def response(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP response; `_` in the name of a header stands for `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(
        f"{name}: {value}\r\n"
        for name, value in {"Connection": "close", "Content-Length": str(len(body)), **given}.items()
    )
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
