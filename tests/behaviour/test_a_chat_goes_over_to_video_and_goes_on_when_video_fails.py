"""S10: one thread across chat and video. Either side proposes; the chat stays beside it; without video the chat goes on."""

import asyncio
from pathlib import Path

import pytest

from load.system.whole import running
from signaling.wire import Code
from tests.support.people import refusal
from tests.support.town_hall import TownHall, town_hall_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
HELPDESK = ("helpdesk.app:app",)


async def test_citizen_and_agent_see_and_hear_each_other_while_they_write(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    await hall.go_over_to_video(paul, claire)
    await claire.writes("Je vous vois bien.")
    await paul.writes("Moi aussi.")
    await paul.sees(
        lambda: paul.heard()[1:] == ["Je vous vois bien.", "Moi aussi."], "the chat beside the call"
    )
    await asyncio.gather(paul.receives(claire), claire.receives(paul))
    await claire.hangs_up()
    await paul.sees_call("ended")
    await paul.sees_talk("no call any more", call="", state="open", agent=claire.id)
    kinds = [event.kind for event in paul.events]
    assert [kind for kind in kinds if kind != "message"][-3:] == ["call_proposed", "call_began", "call_ended"]
    await paul.writes("Merci !")
    await claire.sees(lambda: claire.heard()[-1] == "Merci !", "the chat after the call")


async def test_the_agent_proposes_the_citizen_declines_and_the_chat_goes_on(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    await claire.proposes_video()
    await paul.sees_talk("the proposal", call=claire.call, call_by=claire.id)
    await paul.declines_video()
    await claire.sees_talk("no call any more", call="")
    await claire.sees(lambda: claire.events[-1].kind == "call_declined", "that he said no")
    await claire.writes("Pas de souci, continuons par écrit.")
    await paul.sees(lambda: len(paul.heard()) == 2, "her message")


async def test_when_no_media_server_runs_the_chat_goes_on(tmp_path: Path) -> None:
    with running(tmp_path, sfu=0, apps=HELPDESK) as system:
        async with town_hall_of(system) as hall:
            paul, claire = await hall.citizen(), await hall.agent()
            await hall.talk(paul, claire)
            await paul.proposes_video()
            await claire.accepts_video()
            assert await refusal(paul.joins()) is Code.NO_MEDIA_SERVER
            await claire.writes("La vidéo ne marche pas, écrivons-nous.")
            await paul.sees(lambda: len(paul.heard()) == 2, "her message")
            await claire.hangs_up()
            await paul.sees_talk("the talk as it was", call="", state="open", agent=claire.id)


async def test_when_the_media_server_dies_in_a_call_not_a_word_is_lost(tmp_path: Path) -> None:
    with running(tmp_path, apps=HELPDESK) as system:
        async with town_hall_of(system) as hall:
            paul, claire = await hall.citizen(), await hall.agent()
            await hall.talk(paul, claire)
            await hall.go_over_to_video(claire, paul)
            system.sfu[0].end()
            said = [f"Message {number}" for number in range(10)]
            for number, text in enumerate(said):
                await (paul, claire)[number % 2].writes(text)
            await paul.sees(lambda: paul.heard()[1:] == said, "all that was written")
            await claire.sees(lambda: claire.heard()[1:] == said, "all that was written")
            await claire.hangs_up()
            await paul.sees_talk("the talk as it was", call="", state="open", agent=claire.id)
