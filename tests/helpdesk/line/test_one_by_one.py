"""A row that fails stops none of the others."""

import logging

import pytest

from helpdesk import store
from helpdesk.desk import wire
from helpdesk.line.one_by_one import one_of_many
from helpdesk.video import PROPOSED_S
from helpdesk.wire import ProposeCall

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def broken(monkeypatch, caplog):
    """The conversations whose rows cannot be changed."""
    found: set[str] = set()
    change = store.change

    async def failing(tx, before, **values):
        if before.id in found:
            raise ValueError("this row is broken")
        return await change(tx, before, **values)

    monkeypatch.setattr(store, "change", failing)
    caplog.set_level(logging.CRITICAL, one_of_many.__module__)
    return found


@pytest.fixture
async def lea(desk):
    login = await desk.add("citizen", "Léa")
    await desk.comes(login)
    return login


@pytest.fixture
async def two(desk, paul, lea, claire):
    """Paul and Léa, in this order, talk with Claire."""
    asked = []
    for citizen in (paul, lea):
        asked.append(await desk.asks(citizen))
        await desk.claims(claire, asked[-1].conversation)
        desk.now += 1
    return asked


async def test_the_next_in_line_is_rung_for(desk, paul, lea, claire, broken):
    asked = [await desk.asks(citizen) for citizen in (paul, lea)]
    broken.add(asked[0].conversation)
    await desk.comes(claire)
    await desk.later(3)
    line = (await desk.sees(claire, "desk")).line
    assert line[asked[1].conversation].offered


async def test_a_drop_is_told_in_the_other_talk(desk, lea, claire, two, broken):
    broken.add(two[0].conversation)
    await desk.goes(claire)
    seen = await desk.sees(lea, f"conversation:{two[1].conversation}")
    assert seen.agent_gone_until is not None


async def test_the_other_one_comes_up_at_its_time(desk, lea, claire, two, broken):
    for each in two:
        seen = (await desk.sees(claire, f"conversation:{each.conversation}")).version
        away = wire.Snooze(conversation=each.conversation, version=seen, until=desk.now + 5)
        await desk.says(claire, away)
    broken.add(two[0].conversation)
    await desk.later(5)
    assert (await desk.sees(lea, f"conversation:{two[1].conversation}")).state == "open"


async def test_the_other_proposal_ends(desk, paul, lea, claire, two, broken):
    for citizen, each in zip((paul, lea), two, strict=True):
        await desk.says(citizen, ProposeCall(conversation=each.conversation))
    broken.add(two[0].conversation)
    (proposals,) = [sweep for sweep in desk.part.sweeps if sweep.name == "helpdesk.proposals"]
    await proposals.run(desk.now + PROPOSED_S)
    assert (await desk.sees(lea, f"conversation:{two[1].conversation}")).call == ""
