"""Stands where an SFU worker is: speaks sfu/control.py over a real Redis, and shows rooms as the test says.

For what a real worker does not do on demand: fall silent, die, refuse, answer late. tests/support/sfu_worker.py has
the real one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from redis.asyncio import Redis

from sfu import control
from sfu.control import AnyCommand, AnyReply, PeerState, RoomState, SlotState, WorkerState
from tests.support.offers import plausible_answer


class ScriptedWorker:
    """One worker. `commands` holds what it was asked; `answer` may be replaced."""

    def __init__(self, redis: Redis, name: str, clock: Callable[[], float]) -> None:
        self._redis: Any = redis
        self.name = name
        self._clock = clock
        self._versions = 0
        self.commands: list[AnyCommand] = []
        self.answer: Callable[[AnyCommand], AnyReply | None] = self.usual

    async def announce(self, *, draining: bool = False, peers: int = 0, cpu: float = 0.0) -> None:
        """Show a heartbeat; it stays until `die`."""
        state = WorkerState(
            protocol=control.PROTOCOL,
            worker=self.name,
            rooms=0,
            peers=peers,
            cpu=cpu,
            loop_lag_ms=0.0,
            draining=draining,
            started_at=self._clock(),
        )
        await self._redis.set(control.WORKER_KEY.format(worker=self.name), msgspec.msgpack.encode(state))
        await self._redis.zadd(control.WORKERS_KEY, {self.name: self._clock()})

    async def die(self) -> None:
        """As after SIGKILL and the heartbeat's time to live: only its last sighting is left."""
        await self._redis.delete(control.WORKER_KEY.format(worker=self.name))

    async def show(self, room: str, *peers: PeerState) -> None:
        """Show a room."""
        self._versions += 1
        state = RoomState(room=room, worker=self.name, version=self._versions, peers=peers)
        await self._redis.set(control.ROOM_KEY.format(room=room), msgspec.msgpack.encode(state))
        await self._redis.publish(control.ROOM_CHANNEL, room)

    async def hide(self, room: str) -> None:
        """Show the room no more."""
        await self._redis.delete(control.ROOM_KEY.format(room=room))
        await self._redis.publish(control.ROOM_CHANNEL, room)

    def usual(self, command: AnyCommand) -> AnyReply:
        """Answer as a worker that is well."""
        match command:
            case control.Join():
                return control.Joined(id=command.id, answer=plausible_answer(command.offer))
            case control.RestartIce():
                candidates = (
                    control.Candidate(
                        protocol="udp", address="192.0.2.99", port=1, priority=1, foundation="r"
                    ),
                )
                return control.IceRestarted(
                    id=command.id, ice_ufrag="restarted", ice_pwd="r" * 24, candidates=candidates
                )
            case _:
                return control.Done(id=command.id)

    async def run(self) -> None:
        """Answer commands until `stop`."""
        decode = msgspec.msgpack.Decoder(AnyCommand).decode
        while True:
            popped = await self._redis.blpop([control.COMMANDS_KEY.format(worker=self.name)], timeout=0)
            if not popped[1]:
                return
            command: AnyCommand = decode(popped[1])
            self.commands.append(command)
            reply = self.answer(command)
            if reply is not None:
                await self._redis.rpush(command.reply_to, msgspec.msgpack.encode(reply))

    async def stop(self) -> None:
        """End `run`: a cancelled BLPOP may have taken a command with it."""
        await self._redis.rpush(control.COMMANDS_KEY.format(worker=self.name), b"")


def here(peer: str, epoch: int, *, receiving: bool = True, slots: tuple[SlotState, ...] = ()) -> PeerState:
    """A peer that is connected."""
    return PeerState(peer=peer, epoch=epoch, connection="connected", receiving=receiving, slots=slots)


@asynccontextmanager
async def scripted(url: str, name: str, clock: Callable[[], float]) -> AsyncIterator[ScriptedWorker]:
    """Run a worker that has announced itself, until the end of the block."""
    redis = Redis.from_url(url)
    worker = ScriptedWorker(redis, name, clock)
    await worker.announce()
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await task
        await redis.aclose()
