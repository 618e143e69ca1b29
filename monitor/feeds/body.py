"""A response's body as bytes, decompressed, within a limit that also stops endless bodies and decompression bombs.

The HTTP client decompresses nothing here: aiohttp 3.14 takes a gzip stream that breaks off for a complete one.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

from monitor.base.errors import FetchError
from monitor.feeds.failures import failure

ACCEPTED = "gzip"
"""What a request offers as its Accept-Encoding."""

# With `deflate`, which some servers send unasked; zlib tells the two apart by their headers.
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
# 'none' and character sets are mistakes of servers whose body is plain; browsers accept them too.
_PLAIN = frozenset({"", "identity", "none", "utf-8", "utf8"})
_ANY_HEADER = zlib.MAX_WBITS | 32


async def read_body(chunks: AsyncIterable[bytes], *, coding: str, max_bytes: int, url: str) -> bytes:
    """The whole body, decompressed.

    Args: chunks: the body as it arrives. coding: the Content-Encoding header. max_bytes: after decompression; reading
        stops with the chunk that exceeds it. url: for messages.
    Raises: FetchError: `too_large`, `truncated` (compressed data without its end), `bad_encoding`, `empty`.
    Cost: memory of at most twice `max_bytes`; what follows the end of compressed data is not read.
    """
    coding = coding.strip().lower()
    if coding not in _PLAIN | _COMPRESSED:
        raise failure("bad_encoding", url, f"is sent as {coding[:40]!a}, though only gzip was offered")
    inflater = zlib.decompressobj(_ANY_HEADER) if coding in _COMPRESSED else None
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        room = max_bytes - len(body)
        try:
            # One byte more than there is room for tells a body that just fits from one that is too large.
            piece = inflater.decompress(chunk, room + 1) if inflater else chunk
        except zlib.error as error:
            raise failure("bad_encoding", url, f"is not compressed as its header says: {coding} ({error})") from None
        if len(piece) > room:
            raise too_large(url, max_bytes)
        body += piece
        if inflater and inflater.eof:
            # As browsers do; zlib would keep all that follows.
            break
    if inflater and received and not inflater.eof:
        raise failure("truncated", url, f"broke off: after {received} bytes the {coding} data has no end")
    if not body:
        raise failure("empty", url, "has an empty body; try it in a browser")
    return bytes(body)


def too_large(url: str, max_bytes: int) -> FetchError:
    """The error for a body over the limit."""
    return failure(
        "too_large", url, f"is larger than {max_bytes} bytes; is it a feed? If so, raise fetch.max_body_bytes"
    )
