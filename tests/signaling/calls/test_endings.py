import asyncio

import pytest

from signaling.calls import store
from signaling.calls.table import TAKEN
from signaling.calls.wire import Join, SetMedia
from signaling.identity.service import LOGIN_S, Identity
from signaling.wire import Code, Done
from tests.signaling.calls.test_sdp_in import CHROMIUM
from tests.support.calls import refused


async def taken(scene) -> str:
    call: str = await scene.queue("Lina")
    await scene.accept("Odile", call)
    return call


async def test_both_hang_up_at_once_and_both_are_answered_done(scene):
    call = await taken(scene)
    await asyncio.gather(scene.hang_up("Lina", call), scene.hang_up("Odile", call))
    ended = await scene.call(call)
    assert (ended.state, ended.outcome) == ("ended", "hung_up")
    assert ended.ended_by in {"caller", "callee"}
    assert [t.event for t in scene.policy.transitions].count("hang_up") == 1
    await scene.hang_up("Lina", call)


async def test_hang_up_while_connecting_frees_both(scene):
    call = await taken(scene)
    await scene.hang_up("Odile", call)
    ended = await scene.call(call)
    assert (ended.outcome, ended.ended_by, ended.ended_at) == ("hung_up", "callee", scene.clock.now)
    assert await scene.current("Lina") == await scene.current("Odile") == ""
    await scene.accept("Odile", await scene.queue("Samir"))


async def test_a_caller_who_hangs_up_while_she_waits_takes_it_back(scene):
    call = await scene.queue("Lina")
    assert await refused(scene.hang_up("Odile", call)) is Code.FORBIDDEN
    await scene.hang_up("Lina", call)
    assert (await scene.call(call)).outcome == "cancelled"


async def sign_out_everywhere(scene, name):
    async with scene.database.write() as tx:
        await Identity(scene.database, b"k" * 32).revoke_person_links(tx, scene.id(name))


@pytest.mark.parametrize("state", TAKEN)
@pytest.mark.parametrize(("name", "role"), [("Lina", "caller"), ("Odile", "callee")])
async def test_who_is_signed_in_nowhere_any_more_is_in_no_call(scene, state, name, role):
    call = await taken(scene)
    other = await scene.queue("Samir")
    async with scene.database.write() as tx:
        await store.change(tx, await store.lock(tx, call), state=state)
    assert await scene.after(5, "logins") == 0
    await sign_out_everywhere(scene, name)
    await sign_out_everywhere(scene, "Samir")
    assert await scene.sweep("logins") == 1
    ended = await scene.call(call)
    assert (ended.state, ended.outcome, ended.ended_by) == ("ended", "revoked", role)
    assert await scene.current("Lina") == await scene.current("Odile") == ""
    assert (await scene.call(other)).state == "queued", "who waits is the line's business"
    assert await scene.sweep("logins") == 0


async def test_who_is_signed_in_elsewhere_stays_in_her_call(scene):
    call = await taken(scene)
    identity = Identity(scene.database, b"k" * 32)
    async with scene.database.write() as tx:
        await identity.open_login(tx, scene.id("Lina"), scene.clock())
    await identity.sign_out(scene.login("Lina").id)
    assert await scene.sweep("logins") == 0
    scene.clock.now += LOGIN_S  # and then all of them expire
    assert await scene.sweep("logins") == 1
    assert (await scene.call(call)).ended_by == "caller", "both: the first one is named"


async def test_two_workers_that_find_the_same_end_one_call_once(scene):
    await taken(scene)
    await sign_out_everywhere(scene, "Odile")
    assert sorted(await asyncio.gather(scene.sweep("logins"), scene.sweep("logins"))) == [0, 1]
    assert [t.event for t in scene.policy.transitions].count("revoke") == 1


async def test_what_does_not_connect_in_time_has_failed(scene):
    call = await taken(scene)
    assert await scene.after(29, "deadlines") == 0
    assert await scene.after(1, "deadlines") == 1
    ended = await scene.call(call)
    assert (ended.state, ended.outcome, ended.ended_by) == ("ended", "failed", "")
    assert await refused(scene.do("Lina", Join(call=call, sdp=CHROMIUM))) is Code.CONFLICT


async def test_what_fails_may_be_put_back_in_line_by_its_app_in_the_same_transaction(scene):
    scene.policy.calls = scene.calls
    scene.free("Odile")
    call = await taken(scene)
    await scene.after(30, "deadlines")
    again = await scene.call(scene.policy.queued_again)
    assert (again.state, again.ref, again.wanted) == ("offered", "question", scene.id("Odile"))
    assert (await scene.call(call)).state == "ended"
    await scene.accept("Odile", again.id)


async def test_a_call_nobody_comes_back_to_is_lost_after_the_grace(scene):
    call = await taken(scene)
    async with scene.database.write() as tx:
        held = await store.lock(tx, call)
        await store.change(
            tx, held, state="interrupted", connect_until=None, grace_until=scene.clock.now + 90
        )
    assert await scene.after(89, "deadlines") == 0
    assert await scene.after(1, "deadlines") == 1
    assert (await scene.call(call)).outcome == "lost"
    assert await scene.sweep("deadlines") == 0


async def test_only_its_persons_and_whom_the_app_lets_watch_see_a_call(scene):
    call = await taken(scene)
    assert (await scene.view("Lina", call))[0].me == "caller"
    assert (await scene.view("Odile", call))[0].me == "callee"
    assert await refused(scene.view("Marc", call)) is Code.FORBIDDEN
    scene.policy.watchers.add(scene.id("Jeanne"))
    watched, _ = await scene.view("Jeanne", call)
    assert (watched.me, watched.slots) == ("", {})
    view = scene.calls.views()["call"]
    assert await refused(view.open(scene.stranger(), call)) is Code.NOT_FOUND
    assert await refused(scene.view("Lina", "nowhere")) is Code.NOT_FOUND


async def test_what_each_sends_is_shown_to_the_other(scene):
    call = await taken(scene)
    await scene.do("Lina", SetMedia(call=call, microphone=True, camera=False, screen=True))
    view, _ = await scene.view("Odile", call)
    assert (view.caller.microphone, view.caller.camera, view.caller.screen) == (True, False, True)
    assert (view.callee.microphone, view.callee.camera, view.callee.screen) == (True, True, False)
    assert (
        await refused(scene.do("Marc", SetMedia(call=call, microphone=True, camera=True))) is Code.FORBIDDEN
    )
    await scene.hang_up("Lina", call)
    assert await scene.do("Lina", SetMedia(call=call, microphone=True, camera=True)) == Done()


async def test_an_ended_call_is_deleted_at_its_purge_date(scene):
    call = await taken(scene)
    await scene.hang_up("Lina", call)
    assert await scene.after(30 * 86400 - 1, "purge") == 0
    assert await scene.after(1, "purge") == 1
    assert await refused(scene.view("Lina", call)) is Code.NOT_FOUND
