"""From offers to a live call and back, with a worker that does as the test says on a real Valkey."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from load.system.redis import RedisServer
from sfu import control
from sfu.control import PeerState, SlotState
from signaling.calls.wire import Join, Joined, MediaLost, Ready, RestartIce
from signaling.wire import Code
from tests.signaling.calls.test_sdp_in import CHROMIUM, FIREFOX, SMALL
from tests.support.calls import Scene, refused
from tests.support.scripted_worker import ScriptedWorker, here, scripted


@pytest.fixture
async def worker(media_scene: Scene, valkey: RedisServer) -> AsyncIterator[ScriptedWorker]:
    async with scripted(valkey.url, "w1", media_scene.clock) as worker:
        yield worker


@pytest.fixture
async def spare(media_scene: Scene, valkey: RedisServer) -> AsyncIterator[ScriptedWorker]:
    async with scripted(valkey.url, "w2", media_scene.clock) as worker:
        await worker.announce(cpu=0.9)
        yield worker


async def join(scene: Scene, name: str, call: str, sdp: str = CHROMIUM) -> Joined:
    joined = await scene.do(name, Join(call=call, sdp=sdp))
    assert isinstance(joined, Joined)
    return joined


async def connecting(scene: Scene) -> str:
    call = await scene.queue("Lina")
    await join(scene, "Lina", call)
    await scene.accept("Odile", call)
    await join(scene, "Odile", call, FIREFOX)
    return call


async def live(scene: Scene, worker: ScriptedWorker) -> str:
    call = await connecting(scene)
    await worker.show(call, here("caller", 1), here("callee", 2))
    await scene.sweep("check")
    assert (await scene.call(call)).state == "live"
    return call


async def test_the_caller_joins_while_she_waits_and_the_callee_after_accept(media_scene, worker):
    scene = media_scene
    call = await scene.queue("Lina")
    assert await refused(scene.do("Odile", Join(call=call, sdp=CHROMIUM))) is Code.FORBIDDEN
    first = await join(scene, "Lina", call)
    assert first.epoch == 1
    assert "a=ice-lite" in first.sdp
    await scene.accept("Odile", call)
    assert (await scene.call(call)).state == "accepted"
    second = await join(scene, "Odile", call)
    assert second.epoch == 1, "the second join is of the same placement"
    now = await scene.call(call)
    assert (now.state, now.worker, now.caller_join, now.callee_join) == ("connecting", "w1", 1, 2)
    assert [(c.peer, c.epoch) for c in worker.commands] == [("caller", 1), ("callee", 2)]
    assert {c.room for c in worker.commands} == {call}


async def test_media_makes_it_live_and_views_follow(media_scene, worker):
    scene = media_scene
    call = await connecting(scene)
    slot = SlotState(mid="6", source_peer="callee", source="camera", timestamp=77)
    await scene.sweep("rooms")
    await worker.show(call, here("caller", 1, slots=(slot,)), here("callee", 2))
    async with asyncio.timeout(5):
        while not await scene.sweep("rooms"):  # noqa: ASYNC110 - nothing tells when Valkey has delivered
            await asyncio.sleep(0.01)
    assert (await scene.call(call)).live_at == scene.clock.now
    view, topics = await scene.view("Lina", call)
    assert topics == {f"call:{call}", f"room:{call}"}
    assert (view.state, view.me, view.epoch, view.live_since) == ("live", "caller", 1, scene.clock.now)
    assert (view.caller.name, view.callee.name, view.callee.here) == ("Lina", "Odile", True)
    assert (view.slots["6"].peer, view.slots["6"].timestamp) == ("callee", 77)
    assert (await scene.view("Odile", call))[0].slots == {}


async def test_a_bad_offer_and_a_worker_that_refuses_it(media_scene, worker):
    call = await media_scene.queue("Lina")
    assert await refused(media_scene.do("Lina", Join(call=call, sdp="v=0\n" * 10))) is Code.BAD_OFFER
    assert worker.commands == []
    worker.answer = lambda command: control.Refused(id=command.id, code="bad_offer", text="no Opus")
    assert await refused(media_scene.do("Lina", Join(call=call, sdp=SMALL))) is Code.BAD_OFFER


async def test_no_worker_is_a_clear_message_and_the_question_stays(media_scene):
    call = await media_scene.queue("Lina")
    assert await refused(media_scene.do("Lina", Join(call=call, sdp=CHROMIUM))) is Code.NO_MEDIA_SERVER
    assert (await media_scene.call(call)).state == "queued"


async def test_redis_is_away(scene):
    call = await scene.queue("Lina")
    assert await refused(scene.do("Lina", Join(call=call, sdp=CHROMIUM))) is Code.UNAVAILABLE
    assert (await scene.call(call)).state == "queued"


@pytest.mark.parametrize("code", ["draining", "full"])
async def test_a_worker_that_takes_no_room_is_passed_over(media_scene, worker, spare, code):
    worker.answer = lambda command: control.Refused(id=command.id, code=code, text="")
    call = await media_scene.queue("Lina")
    joined = await join(media_scene, "Lina", call)
    assert (await media_scene.call(call)).worker == "w2"
    assert joined.epoch == (await media_scene.call(call)).epoch == 2


async def test_a_command_without_reply_is_sent_once_more_with_the_same_id(media_scene, worker):
    replies = [None]
    worker.answer = lambda command: replies.pop() if replies else worker.usual(command)
    call = await media_scene.queue("Lina")
    await join(media_scene, "Lina", call)
    first, second = worker.commands
    assert first == second


async def test_joining_again_replaces_and_an_ice_restart_keeps(media_scene, worker):
    scene = media_scene
    call = await live(scene, worker)
    again = await join(scene, "Odile", call, FIREFOX)
    assert again.epoch == 1, "a reload is no new placement"
    assert worker.commands[-1].epoch == 3
    assert (await scene.call(call)).callee_join == 3
    restarted = await scene.do("Odile", RestartIce(call=call, epoch=1, sdp=FIREFOX))
    assert "a=ice-ufrag:restarted" in restarted.sdp
    assert "192.0.2.99" in restarted.sdp
    assert "192.0.2.10" not in restarted.sdp
    old = again.sdp.replace("worker01worker01worker01", "").replace("worker01", "")
    assert [line for line in old.split("\r\n") if "fingerprint" in line or "ssrc" in line] == [
        line for line in restarted.sdp.split("\r\n") if "fingerprint" in line or "ssrc" in line
    ]


async def test_a_page_whose_place_another_one_took_does_not_restart_the_others_connection(
    media_scene, worker
):
    scene = media_scene
    call = await connecting(scene)
    fingerprint = next(line for line in CHROMIUM.split("\r\n") if line.startswith("a=fingerprint"))
    telephone = CHROMIUM.replace(fingerprint, f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}")
    await join(scene, "Lina", call, telephone)
    asked = len(worker.commands)
    assert await refused(scene.do("Lina", RestartIce(call=call, epoch=1, sdp=CHROMIUM))) is Code.CONFLICT
    assert len(worker.commands) == asked, "the worker was not told"


async def test_an_ice_restart_of_what_is_not_there_any_more_is_a_conflict(media_scene, worker):
    scene = media_scene
    call = await connecting(scene)
    assert await refused(scene.do("Lina", RestartIce(call=call, epoch=9, sdp=CHROMIUM))) is Code.CONFLICT
    other = RestartIce(call=call, epoch=1, sdp=SMALL)
    assert await refused(scene.do("Lina", other)) is Code.CONFLICT
    worker.answer = lambda command: control.Refused(id=command.id, code="unknown_peer", text="")
    gone = RestartIce(call=call, epoch=1, sdp=CHROMIUM)
    assert await refused(scene.do("Lina", gone)) is Code.CONFLICT


async def test_ready_of_one_side_makes_a_connected_call_live(media_scene, worker):
    scene = media_scene
    call = await connecting(scene)
    await worker.show(call, here("caller", 1, receiving=False), here("callee", 2, receiving=False))
    await scene.sweep("check")
    assert (await scene.call(call)).state == "connecting"
    await scene.do("Lina", Ready(call=call, epoch=1))
    assert (await scene.call(call)).state == "live"


async def test_who_drops_out_keeps_the_place_and_comes_back(media_scene, worker):
    scene = media_scene
    call = await live(scene, worker)
    await worker.show(call, here("callee", 2))
    await scene.after(1, "check")
    assert (await scene.call(call)).state == "live"
    await scene.after(5, "check")
    interrupted = await scene.call(call)
    assert (interrupted.state, interrupted.grace_until) == ("interrupted", scene.clock.now + 90)
    view, _ = await scene.view("Odile", call)
    assert (view.caller.here, view.callee.here, view.grace_until) == (False, True, interrupted.grace_until)
    await scene.after(30, "deadlines")
    await join(scene, "Lina", call)
    await worker.show(call, here("caller", 3, receiving=False), here("callee", 2))
    await scene.sweep("check")
    back = await scene.call(call)
    assert (back.state, back.grace_until, back.missing_since) == ("live", None, None)
    assert scene.policy.path()[-3:] == ["live", "interrupted", "live"]


async def test_a_dead_worker_is_replaced_when_a_client_misses_its_media(media_scene, worker, spare):
    scene = media_scene
    call = await live(scene, worker)
    await worker.die()
    scene.clock.now += 9
    await spare.announce()
    await scene.sweep("check")
    assert (await scene.call(call)).worker == "w1", "nobody has said that media is missing"
    await scene.do("Lina", MediaLost(call=call, epoch=1))
    moved = await scene.call(call)
    assert (moved.state, moved.epoch, moved.worker) == ("interrupted", 2, "")
    assert (await scene.view("Odile", call))[0].epoch == 2
    first, second = await join(scene, "Lina", call), await join(scene, "Odile", call)
    assert first.epoch == second.epoch == 2
    await spare.show(call, here("caller", 3), here("callee", 4))
    await scene.sweep("check")
    assert (await scene.call(call)).state == "live"


async def test_a_join_finds_out_that_the_worker_is_dead(media_scene, worker, spare):
    scene = media_scene
    call = await live(scene, worker)
    worker.answer = lambda _command: None
    await worker.die()
    scene.clock.now += 9
    await spare.announce()
    joined = await join(scene, "Lina", call)
    assert joined.epoch == 2
    assert (await scene.call(call)).worker == "w2"


async def test_a_join_after_everything_was_stopped_and_started_finds_the_new_worker(
    media_scene, worker, spare
):
    scene = media_scene
    call = await live(scene, worker)
    worker.answer = lambda _command: None
    await worker.die()
    await scene.redis.flushall()
    await spare.announce()
    assert await refused(join(scene, "Lina", call)) is Code.NO_MEDIA_SERVER, (
        "Redis may just have come back empty"
    )
    scene.clock.now += 5
    assert (await join(scene, "Lina", call)).epoch == 2
    assert (await scene.call(call)).worker == "w2"


async def test_a_system_that_was_stopped_and_started_takes_a_waiting_caller_back_at_once(
    media_scene, worker, spare
):
    scene = media_scene
    call = await scene.queue("Lina")
    await join(scene, "Lina", call)
    await scene.redis.flushall()
    await spare.announce()
    joined = await join(scene, "Lina", call)
    assert joined.epoch == 2
    assert (await scene.call(call)).worker == "w2"
    assert len(worker.commands) == 1, "nobody waits for a worker that is not there"


async def test_a_page_sees_that_another_page_of_hers_has_joined(media_scene, worker):
    scene = media_scene
    call = await live(scene, worker)
    first = await join(scene, "Lina", call)
    assert (await scene.view("Lina", call))[0].join == first.join
    second = await join(scene, "Lina", call)
    assert (await scene.view("Lina", call))[0].join == second.join > first.join
    await join(scene, "Odile", call)
    assert (await scene.view("Lina", call))[0].join == second.join, "what Odile does is not hers"


async def test_a_worker_that_is_alive_is_not_given_up(media_scene, worker, spare):
    scene = media_scene
    call = await live(scene, worker)
    await scene.do("Lina", MediaLost(call=call, epoch=1))
    assert (await scene.call(call)).media_lost_at is not None, "its last heartbeat was before"
    scene.clock.now += 2
    await worker.announce()
    await scene.sweep("check")
    now = await scene.call(call)
    assert (now.state, now.epoch, now.media_lost_at) == ("live", 1, None)


async def test_redis_that_came_back_empty_does_not_move_a_call(media_scene, worker, spare):
    scene = media_scene
    call = await live(scene, worker)
    await scene.redis.flushall()
    await spare.announce()
    await scene.do("Lina", MediaLost(call=call, epoch=1))
    await scene.after(3, "check")
    await worker.announce()
    await worker.show(call, here("caller", 1), here("callee", 2))
    await scene.after(3, "check")
    now = await scene.call(call)
    assert (now.state, now.epoch, now.missing_since, now.media_lost_at) == ("live", 1, None, None)


async def test_the_room_is_closed_when_the_call_ends(media_scene, worker):
    scene = media_scene
    call = await live(scene, worker)
    await scene.hang_up("Odile", call)
    assert await scene.sweep("close") == 1
    assert isinstance(worker.commands[-1], control.CloseRoom)
    assert (await scene.call(call)).worker == ""
    assert await scene.sweep("close") == 0
    assert await refused(scene.do("Lina", Join(call=call, sdp=CHROMIUM))) is Code.CONFLICT


async def test_a_join_that_is_late_for_the_call_leaves_no_room_behind(media_scene, worker):
    scene = media_scene
    call = await scene.queue("Lina")
    waiting = asyncio.Event()
    worker.answer = lambda command: (
        waiting.set() if isinstance(command, control.Join) else worker.usual(command)
    )
    late = asyncio.ensure_future(scene.do("Lina", Join(call=call, sdp=CHROMIUM)))
    await asyncio.wait_for(waiting.wait(), 5)
    await scene.cancel(call, "Lina")
    worker.answer = worker.usual
    assert await refused(late) is Code.CONFLICT
    assert isinstance(worker.commands[-1], control.CloseRoom)


async def test_the_other_side_is_seen_to_be_silent(media_scene, worker):
    scene = media_scene
    call = await live(scene, worker)
    await worker.show(call, here("caller", 1), PeerState(peer="callee", epoch=2, connection="silent"))
    await scene.sweep("check")
    assert (await scene.call(call)).state == "interrupted"
