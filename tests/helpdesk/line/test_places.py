"""Many who wait for one topic, and the others."""

import pytest
from sqlalchemy import insert

from helpdesk import tables
from helpdesk.line import places
from signaling.ids import new_id

HOUSING, SCHOOL = "housing", "school"
WEEKEND = 501


async def wait(desk, count, topic):
    """So many wait for this topic, since long before the others."""
    row = {"state": "waiting", "topic": topic, "language": "fr", "created_at": 1.0, "last_at": 1.0}
    rows = [
        {
            "id": new_id(),
            "number": f"{topic}{number}",
            "citizen": new_id(),
            "client_id": "client-0",
            "log_id": new_id(),
            "desk_log": new_id(),
            "place_at": desk.now - 9999 + number,
            **row,
        }
        for number in range(count)
    ]
    async with desk.context.database.write() as tx:
        await tx.execute(insert(tables.conversation), rows)


@pytest.fixture
async def weekend(desk):
    """A topic that nobody answers for now, and in which a long weekend's requests wait."""
    async with desk.context.database.write() as tx:
        await tx.insert_new(tables.topic, id="closed", names={"fr": "Fermé"}, position=9)
    await wait(desk, WEEKEND, "closed")


async def test_those_of_a_closed_topic_hide_nobody_who_waits_for_another_one(
    desk, paul, claire, sylvie, weekend
):
    asked = await desk.asks(paul)
    assert (await desk.sees(claire, "desk")).line[asked.conversation].offered
    seen = await desk.sees(sylvie, "supervision")
    assert asked.conversation in seen.conversations
    assert (seen.topics["closed"].waiting, seen.topics[HOUSING].waiting) == (WEEKEND, 1)
    assert seen.topics["closed"].longest_since == desk.now - 9999
    assert (await desk.sees(paul, "help")).topics["closed"].waiting == WEEKEND
    assert (await desk.sees(paul, f"conversation:{asked.conversation}")).waiting.ahead == 0


async def test_behind_those_who_are_shown_the_position_is_still_true(desk, paul, claire, karim, monkeypatch):
    monkeypatch.setattr(places, "SHOWN_MOST", 2)
    await wait(desk, 3, HOUSING)
    asked = await desk.asks(paul)
    waiting = (await desk.sees(paul, f"conversation:{asked.conversation}")).waiting
    assert (waiting.ahead, (await desk.sees(paul, "help")).topics[HOUSING].waiting) == (3, 4)
    assert len((await desk.sees(claire, "desk")).line) == 2
    await desk.claims(claire, asked.conversation)
    desk_log = (await desk.sees(karim, f"conversation:{asked.conversation}")).desk_log
    (claimed,) = await desk.reads(karim, desk_log)
    assert (claimed.kind, claimed.payload) == ("claimed", {"ahead": 3})


async def test_who_is_behind_and_has_an_own_advisor_is_taken_by_her(desk, paul, claire, karim, monkeypatch):
    async with desk.context.database.write() as tx:
        await tx.execute(tables.citizen.update().values(referent=claire.person.id))
    asked = await desk.asks(paul)  # kept for Claire
    monkeypatch.setattr(places, "SHOWN_MOST", 1)
    await wait(desk, 1, HOUSING)
    await desk.claims(claire, asked.conversation)
    assert asked.conversation in (await desk.sees(claire, "desk")).mine
