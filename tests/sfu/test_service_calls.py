"""Calls between synthetic peers through a real worker process, steered through a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from load.peer.links import Loss
from load.peer.peer import SyntheticPeer
from load.peer.statistics import PeerStatistics, SlotStatistics
from load.system.sfu import COMMAND, ROOT, SfuWorker, environment
from sfu import control
from sfu.control import IceRestarted, Join, Joined, Leave, Refused, RestartIce
from tests.support.sfu_worker import names

pytestmark = pytest.mark.processes

ANNA, BASILE, CHLOE = 1, 2, 3


@asynccontextmanager
async def calling(worker: SfuWorker, **peers: SyntheticPeer) -> AsyncIterator[None]:
    """Let peers join one lesson; they are gone at the end of the block."""
    try:
        for name, peer in peers.items():
            await peer.connect(await worker.join("lesson", name, peer.offer()))
        yield
    finally:
        for peer in peers.values():
            await peer.close()


def flowing(frames: int = 60, sounds: int = 60):
    return lambda statistics: (
        any(slot.frames >= frames for slot in statistics.by_kind("video"))
        and any(slot.packets >= sounds for slot in statistics.by_kind("audio"))
    )


def more_pictures(count: int, than: int):
    return lambda statistics: sum(slot.frames for slot in statistics.by_kind("video")) >= than + count


def assert_continuous(slot: SlotStatistics) -> None:
    assert (slot.jumps, slot.picture_jumps, slot.duplicates, slot.started_without_keyframe) == (0, 0, 0, 0), (
        slot
    )


def shown(statistics: PeerStatistics) -> set[int]:
    """Whose pictures and voices arrived."""
    return {source for slot in statistics.slots.values() for source, _ in slot.occupants}


async def shows(worker: SfuWorker, condition, timeout_s: float = 10.0) -> control.RoomState:
    """Wait until the room's state in Redis fulfils a condition."""
    async with asyncio.timeout(timeout_s), worker.redis.pubsub() as changes:
        await changes.subscribe(control.ROOM_CHANNEL)
        while not ((room := await worker.room("lesson")) and condition(room)):
            await changes.get_message(timeout=1.0)
    return room


async def test_two_peers_see_and_hear_each_other(sfu_worker):
    anna, basile = SyntheticPeer(stamp_id=ANNA), SyntheticPeer(stamp_id=BASILE)
    async with calling(sfu_worker, anna=anna, basile=basile):
        for peer in (anna, basile):
            peer.publish(audio=True, video=["f"])
        for peer, other in ((anna, BASILE), (basile, ANNA)):
            await peer.until(flowing())
            statistics = peer.statistics()
            assert shown(statistics) == {other}
            for slot in statistics.slots.values():
                assert_continuous(slot)
                assert slot.missing == 0
            assert statistics.unknown_ssrc == statistics.unprotect_failures == statistics.malformed == 0
            assert statistics.feedback_packets > 0
        state = await shows(
            sfu_worker, lambda room: all(p.receiving and len(p.slots) == 2 for p in room.peers)
        )
        assert names(state.peers) == ["anna", "basile"]
        assert {peer.connection for peer in state.peers} == {"connected"}


async def test_who_comes_late_gets_a_keyframe_at_once(sfu_worker):
    anna, basile, chloe = (SyntheticPeer(stamp_id=number) for number in (ANNA, BASILE, CHLOE))
    async with calling(sfu_worker, anna=anna, basile=basile):
        anna.publish(video=["f"])
        await basile.until(lambda s: any(slot.frames > 20 for slot in s.by_kind("video")))
        async with calling(sfu_worker, chloe=chloe):
            await chloe.until(lambda s: any(slot.frames > 20 for slot in s.by_kind("video")))
            [slot] = chloe.statistics().by_kind("video")
            assert_continuous(slot)
        assert anna.statistics().sending["camera/f"].keyframe_requests >= 1


async def test_three_layers_are_switched_at_keyframes_and_the_picture_goes_on(sfu_worker):
    anna, basile = SyntheticPeer(stamp_id=ANNA), SyntheticPeer(stamp_id=BASILE)
    async with calling(sfu_worker, anna=anna, basile=basile):
        anna.publish(video=["q", "h", "f"])
        await basile.until(lambda s: any(slot.occupants[-1:] == [(ANNA, 3)] for slot in s.by_kind("video")))
        anna.publish(video=["q"])
        await basile.until(lambda s: any(slot.occupants[-1:] == [(ANNA, 1)] for slot in s.by_kind("video")))
        [slot] = basile.statistics().by_kind("video")
        assert_continuous(slot)


async def test_what_is_lost_is_repaired_on_both_ways(sfu_worker):
    anna = SyntheticPeer(stamp_id=ANNA, loss=Loss())
    basile = SyntheticPeer(stamp_id=BASILE, loss=Loss())
    async with calling(sfu_worker, anna=anna, basile=basile):
        anna.publish(video=["f"])
        await basile.until(lambda s: any(slot.frames for slot in s.by_kind("video")))
        anna.loss.outbound = basile.loss.inbound = 0.03
        await basile.until(lambda s: any(slot.repaired >= 5 for slot in s.by_kind("video")), timeout_s=20)
        await anna.until(lambda s: s.sending["camera/f"].retransmitted >= 3, timeout_s=20)
        anna.loss.outbound = basile.loss.inbound = 0.0
        [slot] = basile.statistics().by_kind("video")
        await basile.until(lambda _: slot.missing <= 0.005 * slot.packets, timeout_s=20)
        assert_continuous(slot)


async def test_a_peer_on_tcp_only_sees_and_is_seen(sfu_worker):
    anna, basile = SyntheticPeer(stamp_id=ANNA, tcp=True), SyntheticPeer(stamp_id=BASILE)
    async with calling(sfu_worker, anna=anna, basile=basile):
        for peer in (anna, basile):
            peer.publish(audio=True, video=["f"])
        for peer in (anna, basile):
            await peer.until(flowing())
            for slot in peer.statistics().slots.values():
                assert_continuous(slot)


async def test_a_call_survives_a_change_of_network(sfu_worker):
    anna, basile = SyntheticPeer(stamp_id=ANNA), SyntheticPeer(stamp_id=BASILE)
    async with calling(sfu_worker, anna=anna, basile=basile):
        for peer in (anna, basile):
            peer.publish(audio=True, video=["f"])
            await peer.until(flowing(5, 5)) if peer is basile else None
        ufrag, pwd = anna.restart_ice()
        reply = await sfu_worker.send(
            RestartIce(**sfu_worker.envelope(), room="lesson", peer="anna", ice_ufrag=ufrag, ice_pwd=pwd)
        )
        assert isinstance(reply, IceRestarted), reply
        await anna.restarted(reply.ice_ufrag, reply.ice_pwd, reply.candidates)
        for peer in (anna, basile):
            before = sum(slot.frames for slot in peer.statistics().by_kind("video"))
            await peer.until(more_pictures(60, than=before))
            for slot in peer.statistics().by_kind("audio"):
                assert slot.jumps == 0
        assert anna.statistics().unprotect_failures == 0


async def test_a_call_goes_on_while_redis_restarts_and_shows_itself_again(valkey, sfu_worker):
    anna, basile = SyntheticPeer(stamp_id=ANNA), SyntheticPeer(stamp_id=BASILE)
    async with calling(sfu_worker, anna=anna, basile=basile):
        anna.publish(audio=True, video=["f"])
        await basile.until(flowing(10, 10))
        await asyncio.to_thread(valkey.stop)
        before = sum(slot.frames for slot in basile.statistics().by_kind("video"))
        await basile.until(more_pictures(90, than=before))
        await asyncio.to_thread(valkey.start)
        state = await shows(sfu_worker, lambda room: len(room.peers) == 2)
        assert {peer.connection for peer in state.peers} == {"connected"}
        assert await sfu_worker.announced() == sfu_worker.worker
        assert isinstance(await sfu_worker.leave("lesson", "basile"), control.Done), (
            "commands are taken again"
        )
        [slot] = basile.statistics().by_kind("video")
        assert_continuous(slot)


async def test_a_repeated_command_is_answered_and_not_carried_out_again(sfu_worker):
    anna = SyntheticPeer(stamp_id=ANNA)
    try:
        join = Join(**sfu_worker.envelope(), room="lesson", peer="anna", epoch=1, offer=anna.offer())
        first = await sfu_worker.send(join)
        assert isinstance(first, Joined)
        await anna.connect(first.answer)
        again = await sfu_worker.send(msgspec.structs.replace(join, reply_to="sfu:reply:other"))
        assert again == first
        state = await shows(sfu_worker, lambda room: room.peers[0].connection == "connected")
        assert len(state.peers) == 1
    finally:
        await anna.close()


async def test_rubbish_in_the_command_list_is_refused(sfu_worker):
    item = msgspec.msgpack.encode({"type": "dance", "id": "7", "reply_to": "sfu:reply:7"})
    reply = msgspec.msgpack.decode(await sfu_worker.send_raw(item, "sfu:reply:7"), type=control.AnyReply)
    assert isinstance(reply, Refused)
    assert reply.code == "bad_command"
    await sfu_worker.redis.rpush(control.COMMANDS_KEY.format(worker=sfu_worker.worker), b"\xc1")
    assert isinstance(await sfu_worker.leave("nobody", "here"), control.Done)


async def test_who_leaves_is_told_and_forgotten(sfu_worker):
    anna = SyntheticPeer(stamp_id=ANNA)
    async with calling(sfu_worker, anna=anna):
        await shows(sfu_worker, lambda room: room.peers[0].connection == "connected")
        await sfu_worker.send(Leave(**sfu_worker.envelope(), room="lesson", peer="anna"))
        await anna.until(lambda s: s.closed)


async def test_sigterm_ends_a_worker_within_two_seconds(sfu_worker):
    anna = SyntheticPeer(stamp_id=ANNA)
    async with calling(sfu_worker, anna=anna):
        anna.publish(audio=True)
        await shows(sfu_worker, lambda room: room.peers[0].connection == "connected")
        sfu_worker.terminate()
        assert await sfu_worker.ended(2.0) == 0
        await anna.until(lambda s: s.closed)
        assert await sfu_worker.redis.zcard(control.WORKERS_KEY) == 0
        assert await sfu_worker.room("lesson") is None


async def test_a_port_in_use_is_said_in_one_sentence(valkey, sfu_worker):
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        cwd=ROOT,
        env=environment(valkey, sfu_worker.port),
        stderr=asyncio.subprocess.PIPE,
    )
    _, output = await process.communicate()
    assert process.returncode == 1
    [line] = output.decode().splitlines()
    assert str(sfu_worker.port) in line
    assert "SFU_PORT" in line
