"""The soak's end of the line to ``load.soak.mortal``: hears which step a process is at, and lets it go on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

Reached = Callable[[str, str, int], Awaitable[None]]
"""Takes the step, the message's client id and the process; the process goes on when it returns."""


@contextlib.asynccontextmanager
async def listening(path: Path, reached: Reached) -> AsyncIterator[None]:
    """Listen at a Unix socket until the end of the block."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                step, client_id, pid = line.decode().split()
                await reached(step, client_id, int(pid))
                writer.write(b".")
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    try:
        yield
    finally:
        server.close()
