import asyncio

import pytest

from signaling.calls.wire import Accept, Accepted
from signaling.errors import Refusal
from signaling.wire import Code
from tests.support.calls import Scene, refused


async def test_a_question_rings_at_once_at_everybody_who_is_free(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina")
    assert await scene.answers(call) == {"Odile": "ringing", "Marc": "ringing"}
    assert (await scene.call(call)).state == "offered"
    assert (await scene.offers(call))["Odile"].until == scene.clock.now + 30
    touched = frozenset().union(*scene.bell.topics)
    assert {f"call:{call}", "test", *(f"person:{scene.id(n)}" for n in ("Lina", "Odile", "Marc"))} <= touched


async def test_nobody_is_free_and_the_call_waits_until_somebody_is(scene):
    call = await scene.queue("Lina")
    assert (await scene.call(call)).state == "queued"
    assert await scene.after(1, "ring") == 0
    scene.free("Jeanne")
    assert await scene.after(1, "ring") == 1
    assert await scene.answers(call) == {"Jeanne": "ringing"}


async def test_it_rings_first_at_the_one_who_was_asked_for_and_then_at_everybody(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina", wanted="Marc")
    assert await scene.answers(call) == {"Marc": "ringing"}
    await scene.after(19, "ring")
    assert await scene.answers(call) == {"Marc": "ringing"}
    await scene.after(1, "ring")
    assert await scene.answers(call) == {"Marc": "ringing", "Odile": "ringing"}


async def test_the_one_who_was_asked_for_is_not_free_and_nobody_waits_for_her(scene):
    scene.free("Odile")
    call = await scene.queue("Lina", wanted="Marc")
    assert await scene.answers(call) == {"Odile": "ringing"}


@pytest.mark.parametrize("answer", ["later", "not_now"])
async def test_the_one_who_was_asked_for_declines_and_it_rings_at_the_others(scene, answer):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina", wanted="Marc")
    await getattr(scene, answer)("Marc", call)
    assert await scene.answers(call) == {"Marc": answer, "Odile": "ringing"}


async def test_nobody_takes_it_the_question_stays_and_rings_again_after_a_pause(scene):
    scene.free("Odile")
    call = await scene.queue("Lina")
    await scene.after(30, "ring")
    now = await scene.call(call)
    assert (now.state, now.rung) == ("queued", 1)
    assert await scene.answers(call) == {"Odile": "missed"}
    await scene.after(59, "ring")
    assert await scene.answers(call) == {"Odile": "missed"}
    await scene.after(1, "ring")
    assert await scene.answers(call) == {"Odile": "ringing"}
    assert scene.policy.path() == ["offered", "queued", "offered"]


async def test_who_becomes_free_is_rung_though_others_have_just_let_it_ring(scene):
    scene.free("Odile")
    call = await scene.queue("Lina")
    await scene.after(30, "ring")
    scene.free("Odile", "Marc")
    await scene.after(1, "ring")
    assert await scene.answers(call) == {"Odile": "missed", "Marc": "ringing"}


async def test_who_goes_away_is_not_rung_any_more(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina")
    scene.free("Marc")
    await scene.after(1, "ring")
    assert await scene.answers(call) == {"Marc": "ringing"}
    scene.free()
    await scene.after(1, "ring")
    assert (await scene.call(call)).state == "queued"
    assert (await scene.call(call)).rung == 0, "nobody has let it ring"


async def test_in_five_minutes_rings_again_only_there_and_then(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina")
    await scene.not_now("Marc", call)
    await scene.later("Odile", call)
    promised = await scene.offers(call)
    assert promised["Odile"].until == scene.clock.now + 300
    assert (await scene.call(call)).state == "queued"
    await scene.after(100, "ring")
    await scene.later("Odile", call)
    assert await scene.offers(call) == promised, "saying it again does not move the promise"
    await scene.after(199, "ring")
    assert await scene.answers(call) == {"Odile": "later", "Marc": "not_now"}
    await scene.after(1, "ring")
    assert await scene.answers(call) == {"Odile": "ringing", "Marc": "not_now"}


async def test_not_now_of_somebody_at_whom_it_never_rang_changes_nothing(scene):
    call = await scene.queue("Lina")
    await scene.not_now("Odile", call)
    assert await scene.answers(call) == {}


async def test_the_first_accept_wins_and_the_others_read_that_it_is_taken(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina")
    both = await asyncio.gather(
        scene.accept("Odile", call), scene.accept("Marc", call), return_exceptions=True
    )
    winner, loser = ("Odile", both[1]) if isinstance(both[0], Accepted) else ("Marc", both[0])
    assert isinstance(loser, Refusal)
    assert loser.code is Code.TAKEN
    taken = await scene.call(call)
    assert (taken.state, taken.callee) == ("accepted", scene.id(winner))
    assert taken.connect_until == scene.clock.now + 30
    assert await scene.answers(call) == {}
    assert await scene.current("Lina") == await scene.current(winner) == call
    assert [t.event for t in scene.policy.transitions].count("accept") == 1


async def test_accept_repeated_by_the_same_person_is_answered_the_same(scene):
    scene.free("Odile")
    call = await scene.queue("Lina")
    assert await scene.accept("Odile", call) == await scene.accept("Odile", call) == Accepted(call=call)
    assert [t.event for t in scene.policy.transitions].count("accept") == 1


async def test_a_question_in_line_may_be_taken_while_it_does_not_ring(scene):
    call = await scene.queue("Lina")
    await scene.accept("Odile", call)
    assert (await scene.call(call)).state == "accepted"


async def test_a_person_is_in_one_call_only_and_stops_being_rung_for_others(scene):
    scene.free("Odile", "Marc")
    one, other = await scene.queue("Lina"), await scene.queue("Samir")
    scene.free("Marc")
    await scene.accept("Odile", one)
    assert await scene.answers(other) == {"Marc": "ringing"}
    assert await refused(scene.accept("Odile", other)) is Code.BUSY
    assert (await scene.call(other)).state == "offered"
    assert await scene.current("Samir") == "", "the seat was given back"
    await scene.accept("Marc", other)


async def test_two_calls_at_once_by_one_person_seat_her_once(scene):
    one, other = await scene.queue("Lina"), await scene.queue("Samir")
    results = await asyncio.gather(
        scene.accept("Odile", one), scene.accept("Odile", other), return_exceptions=True
    )
    refusals = [r.code for r in results if isinstance(r, Refusal)]
    assert len(refusals) == 1
    assert refusals[0] in {Code.BUSY, Code.UNAVAILABLE}


async def test_ones_own_call_a_strangers_and_an_unknown_one_cannot_be_taken(scene):
    call = await scene.queue("Lina")
    assert await refused(scene.accept("Lina", call)) is Code.FORBIDDEN
    assert await refused(scene.accept("Odile", "nowhere")) is Code.NOT_FOUND
    accept = scene.calls.handlers()[Accept]
    assert await refused(accept(scene.stranger(), Accept(call=call))) is Code.NOT_FOUND


async def test_the_apps_door_is_asked_before_a_call_is_taken(scene):
    scene.policy.refuses[scene.id("Odile")] = Code.NOT_VETTED
    call = await scene.queue("Lina")
    assert await refused(scene.accept("Odile", call)) is Code.NOT_VETTED
    assert await refused(scene.later("Odile", call)) is Code.NOT_VETTED
    assert (await scene.call(call)).state == "queued"


async def test_accept_after_cancel_is_a_conflict_and_cancelling_twice_is_not(scene):
    scene.free("Odile")
    call = await scene.queue("Lina")
    await scene.cancel(call, "Lina")
    await scene.cancel(call, "Lina")
    ended = await scene.call(call)
    assert (ended.state, ended.outcome, ended.ended_by) == ("ended", "cancelled", "caller")
    assert await refused(scene.accept("Odile", call)) is Code.CONFLICT
    assert await scene.answers(call) == {}


async def test_cancel_a_moment_after_accept_is_a_conflict(scene):
    call = await scene.queue("Lina")
    await scene.accept("Odile", call)
    assert await refused(scene.cancel(call, "Lina")) is Code.CONFLICT
    assert (await scene.call(call)).state == "accepted"


async def test_later_and_not_now_after_it_was_taken(scene):
    scene.free("Odile", "Marc")
    call = await scene.queue("Lina")
    await scene.accept("Odile", call)
    assert await refused(scene.later("Marc", call)) is Code.TAKEN
    await scene.not_now("Marc", call)
    assert (await scene.call(call)).callee == scene.id("Odile")


async def test_what_the_app_refuses_in_the_transaction_is_undone(scene):
    call = await scene.queue("Lina")

    async def refuse(tx, transition):
        raise Refusal(Code.CONFLICT)

    scene.calls.set_policies({"test": _With(scene.policy, refuse)})
    assert await refused(scene.accept("Odile", call)) is Code.CONFLICT
    assert (await scene.call(call)).state == "queued"
    assert await scene.current("Odile") == await scene.current("Lina") == ""


class _With:
    """A policy with another ear."""

    def __init__(self, policy, on_transition):
        self.ring_for, self.may_accept, self.may_watch = policy.ring_for, policy.may_accept, policy.may_watch
        self.on_transition = on_transition


async def test_one_call_that_cannot_be_rung_does_not_keep_the_others(scene: Scene):
    first, second = await scene.queue("Lina"), await scene.queue("Samir")
    scene.free("Odile")

    async def refuse_first(tx, transition):
        if transition.call.id == first:
            raise Refusal(Code.CONFLICT)

    scene.calls.set_policies({"test": _With(scene.policy, refuse_first)})
    await scene.sweep("ring")
    assert await scene.answers(first) == {}
    assert await scene.answers(second) == {"Odile": "ringing"}
