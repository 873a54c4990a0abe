"""S13, the live part: the supervisor sees who waits and since when, who is here and with how many, and helps. It ranks nobody."""

import pytest

from helpdesk import tables
from helpdesk.desk.wire import Claim, ColleagueRow
from tests.support.town_hall import TownHall

pytestmark = pytest.mark.processes


async def test_queue_and_desk_change_before_her_eyes(hall: TownHall) -> None:
    sylvie, claire = await hall.supervisor(), await hall.agent()
    first, second = await hall.citizen(), await hall.citizen()
    await first.asks(hall.topic)
    await second.asks(hall.topic)

    def topic() -> dict[str, object]:
        return dict(sylvie.main["topics"].get(hall.topic, {}))

    await sylvie.sees(lambda: topic().get("waiting") == 2, "two who wait")
    assert topic()["agents_here"] == 1
    (row,) = await hall.rows(tables.conversation, id=first.conversation)
    assert topic()["longest_since"] == row["place_at"]

    await claire.claims(first)
    await sylvie.sees(lambda: topic()["waiting"] == 1 and topic()["answered_today"] == 1, "one who waits")
    await sylvie.sees(lambda: sylvie.main["colleagues"][claire.id]["open"] == 1, "what Claire has open")
    await second.closes()
    await sylvie.sees(lambda: topic()["given_up_today"] == 1, "that one gave up")
    await claire.pauses()
    await sylvie.sees(lambda: topic()["agents_here"] == 0, "that nobody would answer")
    assert set(sylvie.main["colleagues"][claire.id]) <= set(ColleagueRow.__struct_fields__)


async def test_she_takes_over_and_gives_back_and_the_citizen_reads_who_is_there(hall: TownHall) -> None:
    paul, claire, sylvie = await hall.citizen(), await hall.agent(), await hall.supervisor()
    await hall.talk(paul, claire)
    await sylvie.sees(lambda: sylvie.row(paul.conversation).get("state") == "open", "the conversation")
    version = sylvie.row(paul.conversation)["version"]
    await sylvie.does(Claim(conversation=paul.conversation, version=version))
    await paul.sees_talk("who has it", agent=sylvie.id)
    await sylvie.looks_at(paul.conversation)
    await sylvie.writes("Je suis la responsable du service.")
    await sylvie.gives(agent=claire.id)
    await paul.sees_talk("who has it again", agent=claire.id)
    assert paul.heard()[-1] == "Je suis la responsable du service."
