"""No adult can start a call to a child: there is an open question, or there is nothing to accept."""

import pytest

from classroom.wire import Ask
from load.peer.peer import SyntheticPeer
from signaling.calls.wire import Accept, Join
from signaling.ids import new_id
from signaling.wire import Code
from tests.support.people import School, packets, refusal

pytestmark = pytest.mark.processes


async def test_without_an_open_question_there_is_nothing_to_take(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    assert await refusal(jeanne.takes(new_id())) is Code.NOT_FOUND
    assert await refusal(jeanne.takes(ines.id)) is Code.NOT_FOUND
    ask = Ask(client_id="client-id-1", subject="maths", volunteer=jeanne.id)
    assert await refusal(jeanne.does(ask)) is Code.FORBIDDEN
    await ines.asks()
    await ines.cancels()
    assert await refusal(jeanne.accepts(ines)) is Code.CONFLICT


async def test_a_lesson_that_ended_is_not_begun_again(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await school.meet(ines, jeanne)
    await ines.hangs_up()
    await jeanne.sees_call("ended")
    assert await refusal(jeanne.takes(ines.call)) is Code.CONFLICT
    assert await refusal(jeanne.does(Join(call=ines.call, sdp=SyntheticPeer().offer_sdp()))) is Code.CONFLICT


async def test_a_volunteer_does_not_join_a_call_that_she_has_not_accepted(school: School) -> None:
    jeanne, ines = await school.volunteer(), await school.pupil()
    await ines.asks()
    peer = await ines.joins()
    await jeanne.hears(ines)
    assert await refusal(jeanne.does(Join(call=ines.call, sdp=SyntheticPeer().offer_sdp()))) is Code.FORBIDDEN
    assert packets(peer.statistics(), "audio") == 0


async def test_neither_pupils_nor_coordinators_take_questions(school: School) -> None:
    ines, tom, claire = await school.pupil(), await school.pupil(), await school.coordinator()
    await ines.asks()
    for person in (tom, claire, ines):
        assert await refusal(person.does(Accept(call=ines.call))) is Code.FORBIDDEN
