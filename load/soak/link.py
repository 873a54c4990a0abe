"""A TCP proxy in front of one page: its line can be cut, or go dead in one direction without a word."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

CHUNK = 65_536
ZOMBIES_MOST = 32


class Way(StrEnum):
    """A direction."""

    UP = "up"
    """From the page to the server."""
    DOWN = "down"


@dataclass(eq=False)
class _Pair:
    page: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: set[Way] = field(default_factory=set)
    forgotten: bool = False
    """The page has gone, and the server is not told."""


class Link:
    """Listens on a port of its own. New connections work whatever happened to those before."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._target = ("", 0)
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        """The address for the page.

        Raises:
            RuntimeError: It is not open.
        """
        if self._server is None:
            raise RuntimeError("the link is not open")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def open(self) -> None:
        """Listen; until `lead_to` is called, connections are closed again."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    def lead_to(self, host: str, port: int) -> None:
        """Say where connections go."""
        self._target = (host, port)

    def stall(self, way: Way) -> int:
        """Forward nothing more in one direction of what is open now, and close nothing; tell how many stall."""
        stalled = [pair for pair in self._pairs if not pair.forgotten]
        for pair in stalled:
            pair.dead.add(way)
        return len(stalled)

    def cut(self, *, server_knows: bool) -> None:
        """End what is open at once, for the page.

        Args:
            server_knows: False: for the server the connections stay open, as when a phone leaves its network.
        """
        for pair in list(self._pairs):
            pair.forgotten = not server_knows
            pair.page.transport.abort()
            if server_knows:
                pair.server.transport.abort()

    async def close(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, page: asyncio.StreamWriter) -> None:
        try:
            from_server, server = await asyncio.open_connection(*self._target)
        except OSError:
            page.transport.abort()
            return
        pair = _Pair(page, server)
        self._pairs.add(pair)
        try:
            up = asyncio.ensure_future(self._pump(reader, server, pair, Way.UP))
            down = asyncio.ensure_future(self._pump(from_server, page, pair, Way.DOWN))
            await self._until_over(pair, up, down)
        finally:
            self._pairs.discard(pair)
            page.transport.abort()
            server.transport.abort()

    async def _until_over(self, pair: _Pair, up: asyncio.Task[None], down: asyncio.Task[None]) -> None:
        """Carry until either side ends; a server that is not told ends by itself, or with the link."""
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            unaware = pair.forgotten or bool(pair.dead)
            if unaware and not down.done() and len(self._pairs) < ZOMBIES_MOST:
                pair.forgotten = True
                pair.dead.add(Way.DOWN)
                await down
        finally:
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair, way: Way
    ) -> None:
        try:
            while data := await reader.read(CHUNK):
                if way not in pair.dead:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            return
