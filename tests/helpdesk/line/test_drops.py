from dataclasses import replace

import pytest

from helpdesk import tables
from helpdesk.desk import wire
from helpdesk.line import drops
from helpdesk.line.drops import GONE_S, TALKED_LATELY_S, Drop, judge
from helpdesk.line.moves import put_back
from helpdesk.states import State
from helpdesk.store import conversation


@pytest.fixture
async def taken(desk, paul, claire):
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    return asked


async def row(desk, asked):
    async with desk.context.database.read() as tx:
        return await conversation(tx, asked.conversation)


async def kinds(desk, login, log_id):
    return [event.kind for event in await desk.reads(login, log_id)]


async def test_what_a_drop_means_is_a_table(desk, taken):
    now = 10_000.0
    held = replace(await row(desk, taken), last_at=0.0, unanswered_since=None, agent_gone_until=None)
    asked, talked = replace(held, unanswered_since=1.0), replace(held, last_at=now - TALKED_LATELY_S + 1)
    gone, past = replace(asked, agent_gone_until=now + 1), replace(asked, agent_gone_until=now)
    quiet = replace(past, unanswered_since=None)
    assert [judge(each, here=True, now=now) for each in (held, asked, talked)] == [None] * 3
    assert [judge(each, here=True, now=now) for each in (gone, past, quiet)] == [Drop.BACK] * 3
    assert [judge(each, here=False, now=now) for each in (held, asked, talked)] == [
        None,
        Drop.GONE,
        Drop.GONE,
    ]
    assert [judge(each, here=False, now=now) for each in (gone, past, quiet)] == [None, Drop.RELEASE, None]


async def test_an_agent_who_is_back_in_time_has_it_as_before(desk, paul, claire, taken):
    await desk.goes(claire)
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert (seen.state, seen.agent, seen.agent_gone_until) == ("open", claire.person.id, desk.now + GONE_S)
    await desk.comes(claire)
    await desk.later(3)
    seen = await desk.sees(paul, f"conversation:{taken.conversation}")
    assert (seen.agent, seen.agent_gone_until) == (claire.person.id, None)
    assert (await kinds(desk, paul, taken.log_id))[-2:] == ["agent_gone", "agent_back"]


async def test_past_the_delay_it_goes_back_to_its_old_place_and_says_why(desk, paul, claire, taken):
    place_at = (await row(desk, taken)).place_at
    await desk.goes(claire)
    await desk.later(GONE_S)
    found = await row(desk, taken)
    assert (found.state, found.agent, found.former_agent) == (State.WAITING, "", claire.person.id)
    assert (found.place_at, found.agent_gone_until) == (place_at, None)
    event = (await desk.reads(paul, taken.log_id))[-1]
    assert (event.kind, event.payload, event.author) == ("released", {"reason": "gone"}, "")


async def test_what_needs_no_answer_stays_hers_until_the_citizen_writes(desk, paul, claire, karim, taken):
    await desk.writes(claire, taken.conversation, "Voilà, c’est fait.")
    await desk.goes(claire)
    await desk.later(GONE_S + 60)
    assert (await row(desk, taken)).agent == claire.person.id
    await desk.writes(paul, taken.conversation, "Et pour la suite ?")
    await desk.comes(karim)
    await desk.later(3)
    assert (await row(desk, taken)).state == State.WAITING
    await desk.later(3)
    assert (await desk.sees(karim, "desk")).line[taken.conversation].offered


async def test_what_is_put_away_is_not_touched_by_a_drop(desk, claire, taken):
    seen = (await desk.sees(claire, f"conversation:{taken.conversation}")).version
    later = wire.Snooze(conversation=taken.conversation, version=seen, until=desk.now + 3600)
    await desk.says(claire, later)
    await desk.goes(claire)
    await desk.later(GONE_S + 60)
    found = await row(desk, taken)
    assert (found.state, found.agent) == (State.SNOOZED, claire.person.id)


async def test_a_released_one_is_a_wait_that_is_not_counted_twice(desk, claire, karim, taken):
    async with desk.context.database.write() as tx:
        await put_back(tx, await conversation(tx, taken.conversation, lock=True), desk.now)
    await desk.claims(karim, taken.conversation)
    async with desk.context.database.read() as tx:
        waits = await tx.execute(tables.wait.select())
    assert len(waits.all()) == 1


async def test_two_workers_do_not_say_it_twice(desk, paul, claire, taken):
    await desk.goes(claire)
    for _ in range(2):
        for sweep in desk.part.sweeps:
            await sweep.run(desk.now)
    assert (await kinds(desk, paul, taken.log_id)).count("agent_gone") == 1


async def test_what_was_promised_for_now_is_not_left_to_somebody_absent(desk, paul, claire, karim, taken):
    await desk.writes(claire, taken.conversation, "Je reviens vers vous demain.")
    seen = (await desk.sees(claire, f"conversation:{taken.conversation}")).version
    tomorrow = wire.Snooze(conversation=taken.conversation, version=seen, until=desk.now + 86400)
    await desk.says(claire, tomorrow)
    await desk.goes(claire)
    await desk.later(86400)
    await desk.later(3)
    assert (await row(desk, taken)).agent_gone_until == desk.now + GONE_S
    await desk.later(GONE_S)
    assert (await row(desk, taken)).state == State.WAITING
    await desk.comes(karim)
    await desk.later(3)
    assert (await desk.sees(karim, "desk")).line[taken.conversation].offered
    assert (await kinds(desk, paul, taken.log_id))[-3:] == ["woken", "agent_gone", "released"]


async def test_a_drop_is_seen_however_many_talk(desk, paul, claire, karim, taken, monkeypatch):
    monkeypatch.setattr(drops, "BATCH", 1)
    lea = await desk.add("citizen", "Léa")
    await desk.comes(lea)
    desk.now += 1
    other = await desk.asks(lea)
    await desk.claims(karim, other.conversation)
    await desk.context.presence.leave(karim.person, karim.id)
    desk.now += 9
    await desk.comes(claire, paul)
    await desk.later(1)
    assert (await row(desk, other)).agent_gone_until is not None
    assert (await row(desk, taken)).agent_gone_until is None
