"""Calls through a real SFU worker process: synthetic peers, the SDP of both directions, real media."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from load.peer import sdp
from load.peer.peer import SyntheticPeer
from load.peer.statistics import PeerStatistics
from load.system.redis import RedisServer
from load.system.sfu import running
from sfu import control
from signaling.calls.wire import Join, MediaLost, RestartIce
from signaling.database import Database
from tests.support.calls import Scene
from tests.support.databases import Bell

pytestmark = pytest.mark.processes

LINA, ODILE = 1, 2


@pytest.fixture
async def evening(database: Database, bell: Bell, valkey: RedisServer) -> AsyncIterator[Scene]:
    """Lina asks and Odile helps; Valkey's clock is the real one."""
    redis = Redis.from_url(valkey.url)
    scene = Scene(database, bell, redis, clock=time.time)
    await scene.people("Lina", "Odile")
    yield scene
    await scene.calls.close()
    await redis.aclose()


async def join(scene: Scene, name: str, call: str, peer: SyntheticPeer) -> int:
    joined = await scene.do(name, Join(call=call, sdp=peer.offer_sdp()))
    await peer.connect_sdp(joined.sdp)
    peer.publish(audio=True, video=("f",))
    epoch: int = joined.epoch
    return epoch


async def until_state(scene: Scene, call: str, state: str) -> None:
    """Follow the rooms, as the worker process does, until the call is in this state."""
    async with asyncio.timeout(20):
        while (await scene.call(call)).state != state:
            await scene.sweep("rooms")
            await scene.sweep("check")


def meets(*people: int):
    """Tell whether media of these persons has arrived."""

    def condition(statistics: PeerStatistics) -> bool:
        seen = {who for slot in statistics.slots.values() for who, _layer in slot.occupants}
        return seen >= set(people)

    return condition


async def test_two_persons_meet_restart_their_path_and_part(evening, valkey):
    scene = evening
    lina, odile = SyntheticPeer(stamp_id=LINA), SyntheticPeer(stamp_id=ODILE)
    async with running(valkey):
        call = await scene.queue("Lina")
        assert await join(scene, "Lina", call, lina) == 1
        await scene.accept("Odile", call)
        assert await join(scene, "Odile", call, odile) == 1
        await until_state(scene, call, "live")
        await lina.until(meets(ODILE))
        await odile.until(meets(LINA))
        view, _ = await scene.view("Lina", call)
        assert (view.caller.here, view.callee.here) == (True, True)
        assert {(slot.peer, slot.source) for slot in view.slots.values()} == {
            ("callee", "microphone"),
            ("callee", "camera"),
        }
        lina.restart_ice()
        answered = await scene.do("Lina", RestartIce(call=call, epoch=1, sdp=lina.offer_sdp()))
        answer = sdp.read_answer(answered.sdp)
        await lina.restarted(answer.ice_ufrag, answer.ice_pwd, answer.candidates)
        before = odile.statistics().slots["6"].frames
        await odile.until(lambda statistics: statistics.slots["6"].frames > before + 10)
        await scene.hang_up("Lina", call)
        assert await scene.sweep("close") == 1
        assert await scene.redis.get(control.ROOM_KEY.format(room=call)) is None
        await asyncio.gather(lina.close(), odile.close())


async def test_a_worker_is_killed_and_both_meet_again_on_another(evening, valkey):
    scene = evening
    async with running(valkey) as first:
        lina, odile = SyntheticPeer(stamp_id=LINA), SyntheticPeer(stamp_id=ODILE)
        call = await scene.queue("Lina")
        await join(scene, "Lina", call, lina)
        await scene.accept("Odile", call)
        await join(scene, "Odile", call, odile)
        await until_state(scene, call, "live")
        async with running(valkey):
            os.kill(first.pid, signal.SIGKILL)
            await first.ended(5)
            # What its time to live does after eight seconds.
            await scene.redis.delete(control.WORKER_KEY.format(worker=first.worker))
            await scene.redis.zadd(control.WORKERS_KEY, {first.worker: time.time() - 9})
            lina.vanish()
            odile.vanish()
            await scene.do("Odile", MediaLost(call=call, epoch=1))
            # Undecided until the other worker has announced itself.
            await until_state(scene, call, "interrupted")
            assert (await scene.view("Lina", call))[0].epoch == 2
            lina, odile = SyntheticPeer(stamp_id=LINA), SyntheticPeer(stamp_id=ODILE)
            assert await join(scene, "Odile", call, odile) == 2
            assert await join(scene, "Lina", call, lina) == 2
            await until_state(scene, call, "live")
            assert scene.policy.path()[-3:] == ["live", "interrupted", "live"]
            await lina.until(meets(ODILE))
            await odile.until(meets(LINA))
            await asyncio.gather(lina.close(), odile.close())
