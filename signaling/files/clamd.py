"""Asks clamd about a stream of bytes: the command INSTREAM of clamd(8), over a Unix or TCP socket.

Own and short, because the library for it knows TCP only and sends 1 KiB at a time (docs/adr/0014).
"""

import asyncio
import contextlib
import re
import struct
from collections.abc import AsyncIterator

from signaling.tasks import end

CONNECT_WITHIN_S = 5.0
SCAN_WITHIN_S = 50.0
"""Less than a sweep of the worker may take."""
ANSWER_BYTES = 4096
ADDRESS = re.compile(r"unix:(?P<path>/.+)|tcp:\[?(?P<host>[^\[\]\s]+?)\]?:(?P<port>\d{1,5})")
FOUND = re.compile(rb"stream: (?P<virus>.+) FOUND")
TOO_LONG = b"INSTREAM size limit exceeded"


class ClamdAway(Exception):  # noqa: N818 - the state of somebody else, not an error of ours
    """It does not answer. Try again."""


class ClamdRefuses(Exception):  # noqa: N818 - an answer
    """It answers that it cannot scan this; the text names the remedy where there is one."""


class Clamd:
    """A running clamd.

    Args:
        address: ``unix:/path/of/socket`` or ``tcp:host:port``.

    Raises:
        ValueError: the address is neither.
    """

    def __init__(self, address: str) -> None:
        matched = ADDRESS.fullmatch(address)
        if matched is None:
            raise ValueError(f"{address!r} is neither unix:/path/of/socket nor tcp:host:port")
        self._path, self._host, self._port = matched.group("path", "host", "port")

    async def scan(self, pieces: AsyncIterator[bytes]) -> str:
        """Return the name of the virus, empty when there is none.

        Raises:
            ClamdAway: try again.
            ClamdRefuses: it cannot be scanned.
            Exception: whatever `pieces` raises.
        """
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                reader, writer = await self._connect()
        except (OSError, TimeoutError) as error:
            raise ClamdAway(type(error).__name__) from error
        answer = asyncio.ensure_future(reader.readuntil(b"\0"))  # it may say no, and hang up, in the middle
        try:
            async with asyncio.timeout(SCAN_WITHIN_S):
                await _send(writer, pieces, answer)
                return _verdict((await answer)[:-1])
        except (TimeoutError, EOFError, asyncio.LimitOverrunError, ConnectionError) as error:
            raise ClamdAway("it does not answer") from error
        finally:
            await end([answer])
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._path:
            return await asyncio.open_unix_connection(self._path, limit=ANSWER_BYTES)
        return await asyncio.open_connection(self._host, int(self._port), limit=ANSWER_BYTES)


async def _send(
    writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes], answer: "asyncio.Future[bytes]"
) -> None:
    with contextlib.suppress(ConnectionError):  # then the answer says why
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            if answer.done():
                return
            writer.write(struct.pack("!I", len(piece)) + piece)
            await writer.drain()
        writer.write(struct.pack("!I", 0))
        await writer.drain()


def _verdict(answer: bytes) -> str:
    if answer == b"stream: OK":
        return ""
    if found := FOUND.fullmatch(answer):
        return found["virus"].decode(errors="replace")[:100]
    if answer.startswith(TOO_LONG):
        raise ClamdRefuses("larger than clamd takes: set StreamMaxLength in clamd.conf to 25M")
    raise ClamdRefuses(answer[:200].decode(errors="replace"))
