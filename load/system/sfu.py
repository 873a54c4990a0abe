"""A real SFU worker process on a real Redis server, and the commands that signaling would send it."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis

from load.system import redis as servers
from load.system.processes import free_port
from load.system.redis import RedisServer
from sfu import control
from sfu.control import Answer, AnyCommand, AnyReply, CloseRoom, Join, Joined, Leave, Offer, RoomState

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sfu"]
START_WITHIN_S = 15.0


def environment(server: RedisServer, port: int) -> dict[str, str]:
    """What a worker process needs to know."""
    return os.environ | {"REDIS_URL": server.url, "SFU_PORT": str(port)}


class SfuWorker:
    """One process, addressed through Redis as signaling does."""

    def __init__(self, server: RedisServer, port: int, more: dict[str, str]) -> None:
        self.port = port
        self.redis: Any = Redis.from_url(server.url)  # its types are those of both its modes at once
        self.worker = ""
        self._epoch = 0
        self._process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment(server, port) | more)

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def announced(self) -> str:
        """Wait until a worker shows its heartbeat; return its id.

        Raises:
            RuntimeError: It ended.
            TimeoutError: It does not show one.
        """
        async with asyncio.timeout(START_WITHIN_S):
            while not (members := await self.redis.zrange(control.WORKERS_KEY, -1, -1)):
                if self._process.poll() is not None:
                    raise RuntimeError("the worker ended")
                await asyncio.sleep(0.02)
        self.worker = str(members[0], "ascii")
        return self.worker

    async def send(self, command: AnyCommand) -> AnyReply:
        """Send a command and wait for the reply."""
        item = msgspec.msgpack.encode(command)
        reply: AnyReply = msgspec.msgpack.decode(await self.send_raw(item, command.reply_to), type=AnyReply)
        return reply

    async def send_raw(self, item: bytes, reply_to: str) -> bytes:
        """Put bytes into the command list and wait for the reply's bytes.

        Raises:
            TimeoutError: None came.
        """
        await self.redis.rpush(control.COMMANDS_KEY.format(worker=self.worker), item)
        popped = await self.redis.blpop([reply_to], timeout=10)
        if popped is None:
            raise TimeoutError("no reply within 10 s")
        return bytes(popped[1])

    async def join(self, room: str, peer: str, offer: Offer) -> Answer:
        """Join and give the answer.

        Raises:
            RuntimeError: The worker refused.
        """
        self._epoch += 1
        reply = await self.send(Join(**self.envelope(), room=room, peer=peer, epoch=self._epoch, offer=offer))
        if not isinstance(reply, Joined):
            raise RuntimeError(f"the worker refused: {reply}")  # noqa: TRY004 - an answer, not a wrong type
        return reply.answer

    async def leave(self, room: str, peer: str) -> AnyReply:
        """Disconnect a peer."""
        return await self.send(Leave(**self.envelope(), room=room, peer=peer))

    async def close_room(self, room: str) -> AnyReply:
        """Disconnect everybody."""
        return await self.send(CloseRoom(**self.envelope(), room=room))

    def envelope(self) -> dict[str, str]:
        """Make a new id and its reply key."""
        id_ = secrets.token_hex(8)
        return {"id": id_, "reply_to": control.REPLY_KEY.format(id=id_)}

    async def room(self, room: str) -> RoomState | None:
        """Read the state that the worker shows."""
        data = await self.redis.get(control.ROOM_KEY.format(room=room))
        return msgspec.msgpack.decode(data, type=RoomState) if data else None

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    async def ended(self, timeout_s: float) -> int:
        """Wait for the end of the process; return its exit status."""
        return await asyncio.to_thread(self._process.wait, timeout_s)

    async def close(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                await self.ended(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        await self.redis.aclose()


@asynccontextmanager
async def running(server: RedisServer, **more: str) -> AsyncIterator[SfuWorker]:
    """Run a worker on a free port until the end of the block; `more` goes into its environment."""
    worker = SfuWorker(server, free_port(), more)
    try:
        await worker.announced()
        yield worker
    finally:
        await worker.close()


@asynccontextmanager
async def running_alone() -> AsyncIterator[SfuWorker]:
    """Run a worker on a Redis server of its own until the end of the block."""
    with servers.running() as server:
        async with running(server) as worker:
            yield worker
