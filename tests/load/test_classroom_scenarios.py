"""The people of the classroom go through a lesson at a whole system, also when the web goes away in the middle of it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from load.scenarios import photo
from load.scenarios.measuring import CheckFailed, Measuring
from load.scenarios.person import Plan
from load.scenarios.pupil import Pupil
from load.scenarios.volunteer import Volunteer
from load.steps import NEEDED, Step
from load.system.whole import System, running
from signaling.files.photo import clean_photo

WITHIN_S = 60.0


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that believes its neighbour on this machine who comes."""
    folder = tmp_path_factory.mktemp("classroom")
    with running(folder, apps=("classroom.app:app",), TRUSTED_PROXY="127.0.0.1") as system:
        yield system


@dataclass
class Notes:
    """What one person's steps came to."""

    values: dict[Step, list[float]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the other's message: the lesson is well under way."""

    def report(self, step: Step, value: float, complaint: str) -> None:
        self.values.setdefault(step, []).append(value)
        if complaint:
            self.complaints.append(f"{step}: {complaint}")
        if step is Step.CHAT_SCREEN:
            self.seen.set()


@dataclass
class Pair:
    """A pupil with a cheap telephone, and a volunteer whose page also decodes."""

    pupil: Pupil
    volunteer: Volunteer
    notes: tuple[Notes, Notes]

    async def enter(self) -> None:
        await asyncio.gather(self.pupil.enter(), self.volunteer.enter())

    async def meet(self) -> bool:
        async with asyncio.timeout(WITHIN_S):
            return all(await asyncio.gather(self.pupil.turn(), self._listen()))

    async def leave(self) -> None:
        await asyncio.gather(self.pupil.leave(), self.volunteer.leave())

    async def _listen(self) -> bool:
        while not await self.volunteer.turn():
            pass
        return True


def pair_of(system: System, talk_s: float) -> Pair:
    notes = Notes(), Notes()
    tokens = [system.of_role(role)[0].token for role in ("pupil", "volunteer")]
    plan = Plan(system.base, tokens[0], talk_s, address="10.2.0.1", layer="h")
    watching = replace(plan, token=tokens[1], address="10.2.0.2", layer="f", decode=True)
    pupil, volunteer = (Measuring(note.report) for note in notes)
    return Pair(Pupil(plan, pupil), Volunteer(watching, volunteer), notes)


@pytest.mark.processes
async def test_a_lesson_reaches_every_step_and_finds_nothing_wrong(classroom: System) -> None:
    pair = pair_of(classroom, 2.5)
    await pair.enter()
    assert await pair.meet()
    await pair.leave()
    pupil, volunteer = pair.notes
    assert pupil.complaints == volunteer.complaints == []
    assert not NEEDED["pupil"] - pupil.values.keys()
    assert not NEEDED["volunteer"] - volunteer.values.keys()
    assert {Step.PHOTO, Step.JITTER, Step.RIGHT_PERSON} <= pupil.values.keys()
    assert {Step.PHOTO_SEEN, Step.JITTER, Step.RIGHT_PERSON} <= volunteer.values.keys()
    assert Step.DECODING not in pupil.values
    assert 30 <= volunteer.values[Step.DECODING][0] <= 60
    asked = Counter(pupil.values.keys())
    assert max(asked.values()) == 1


@pytest.mark.processes
async def test_a_restart_of_the_web_disturbs_no_lesson(classroom: System) -> None:
    pair = pair_of(classroom, 5.0)
    await pair.enter()
    meeting = asyncio.ensure_future(pair.meet())
    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(*(note.seen.wait() for note in pair.notes))
    await asyncio.to_thread(classroom.restart_web)
    assert await meeting
    await pair.leave()
    for note in pair.notes:
        assert note.complaints == []
        [back_after_ms] = note.values[Step.RECONNECT]
        assert back_after_ms > 0


def test_a_photo_is_known_again_and_no_other_is_taken_for_it() -> None:
    sent = clean_photo(photo.photo(9))
    photo.check(sent, 9)
    assert photo.named(f"Je ne comprends pas. {photo.name(9)}") == 9
    assert photo.named("Je ne comprends pas.") is None
    for data, number in ((sent, 10), (sent[:500], 9), (b"nothing", 9)):
        with pytest.raises(CheckFailed):
            photo.check(data, number)
