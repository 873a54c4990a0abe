"""Without a media worker the pupil is told so, her question waits, and the lesson begins when one is there."""

import asyncio
from pathlib import Path

import pytest

from classroom import tables
from load.system.processes import wait_until
from load.system.whole import running
from signaling.calls import tables as calls
from signaling.wire import Code
from tests.support.people import refusal, school_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


async def test_the_question_waits_for_a_media_worker_as_for_a_volunteer(tmp_path: Path) -> None:
    with running(tmp_path, sfu=0) as system:
        async with school_of(system) as school:
            jeanne, ines = await school.volunteer(), await school.pupil()
            await ines.asks()
            asked_at = ines.room["question"]["asked_at"]
            assert await refusal(ines.joins()) is Code.NO_MEDIA_SERVER
            await jeanne.hears(ines)
            await jeanne.accepts(ines)
            assert await refusal(jeanne.joins()) is Code.NO_MEDIA_SERVER
            await school.change(calls.call, {"id": ines.call}, connect_until=school.context.clock())
            await jeanne.sees_call("ended")
            await jeanne.is_back()
            again = (await ines.waits("ringing"))["call"]
            (question,) = await school.rows(tables.question, pupil=ines.id)
            assert (question["state"], question["asked_at"]) == ("open", asked_at), "at its old place"

            system.start_sfu()
            await asyncio.to_thread(
                wait_until, lambda: system.health().get("sfu_workers") == 1, "the worker", 30.0
            )
            await ines.follows_call(again)
            await ines.joins()
            await jeanne.accepts(ines)
            await jeanne.joins()
            await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
