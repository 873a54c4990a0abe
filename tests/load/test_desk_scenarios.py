"""The people of the help desk: what they notice of their messages, and that all of them get along with a whole system."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest

from helpdesk.wire import StartConversation, Submit
from load.client import Client, Refused
from load.scenarios.agent import Agent
from load.scenarios.citizen import Citizen
from load.scenarios.helpdesk import AtHelpdesk
from load.scenarios.helping import Helper
from load.scenarios.invitations import Invitation, Invitations
from load.scenarios.measuring import CheckFailed, Measuring
from load.scenarios.outbox import insist
from load.scenarios.person import Plan
from load.scenarios.talk import Talk
from load.scenarios.visitor import Visitor
from load.scenarios.words import PHRASES, Mark, Reading, read_mark
from load.soak.link import Link, Way
from load.steps import Step
from load.system.whole import System, running
from signaling.wire import Code, Command, LogEvent

TALK = "0123abcd"
WITHIN_S = 15.0
PAUL, CLAIRE, NORA = "paul", "claire", "nora"


def said(seq: int, author: str, rank: int, **changes: Any) -> LogEvent:
    """An event of a message, as it must be unless something is changed."""
    text = changes.pop("text", Mark(changes.pop("talk", TALK), rank, 1_000, 0).text())
    payload = {"text": text, "helper": changes.pop("helper", "")}
    return LogEvent(
        seq=seq, kind="message", payload=payload, author=author, at=0.0, client_id=f"{author}-{seq}"
    )


# --- what is written and read ---------------------------------------------------------------------------------------


def test_a_message_tells_its_writer_s_rank_its_time_and_whose_media_go_with_it() -> None:
    for rank in range(1, len(PHRASES) + 1):
        mark = Mark(TALK, rank, 17, 4)
        assert read_mark(mark.text()) == (mark, True)


def test_a_draft_that_grows_is_known_as_such() -> None:
    mark = Mark(TALK, 3, 17)
    assert [read_mark(mark.text(share)) for share in (0.01, 0.5, 1.0)] == [
        (mark, False),
        (mark, False),
        (mark, True),
    ]


def test_nothing_is_wrong_with_messages_that_come_in_turn() -> None:
    reading = Reading(TALK, whole=True)
    events = [
        said(2, PAUL, 1),
        said(3, CLAIRE, 1),
        said(5, PAUL, 1, helper=NORA),
        said(6, PAUL, 2),
        said(7, NORA, 2),
    ]
    for event in events:
        reading.take(event)
    assert [(message.seq, message.author, message.drafted) for message in reading.messages] == [
        (2, PAUL, False),
        (3, CLAIRE, False),
        (5, PAUL, True),
        (6, PAUL, False),
        (7, NORA, False),
    ]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (said(3, PAUL, 3), "message 3 of its writer came after 1"),
        (said(3, PAUL, 1), "message 1 of its writer came after 1"),
        (said(3, PAUL, 2, talk="ffffffff"), "a message of another conversation"),
        (said(3, PAUL, 2, text="Bonjour"), "another text than was sent"),
        (said(3, PAUL, 2, text=Mark(TALK, 2, 1).text() + " Et de plus…"), "other words than were sent"),
        (said(3, PAUL, 2, text=Mark(TALK, 2, 1).text(0.5)), "message 2 lacks its last words"),
    ],
)
def test_a_hole_a_double_and_a_wrong_text_are_noticed(wrong: LogEvent, complaint: str) -> None:
    reading = Reading(TALK, whole=True)
    reading.take(said(2, PAUL, 1))
    with pytest.raises(CheckFailed, match=complaint):
        reading.take(wrong)


def test_whoever_comes_in_later_reads_on_from_there_without_holes() -> None:
    reading = Reading(TALK, whole=False)
    reading.take(said(9, PAUL, 4))
    reading.take(said(10, PAUL, 5))
    with pytest.raises(CheckFailed, match="message 7"):
        reading.take(said(11, PAUL, 7))


def test_what_was_acknowledged_must_stand_where_the_answer_said() -> None:
    reading = Reading(TALK, whole=True, acknowledged={"paul-2": 2, "paul-3": 4, "paul-9": 9})
    reading.take(said(2, PAUL, 1))
    reading.take(said(3, PAUL, 2))
    assert reading.complaints() == [
        "acknowledged as 4, but found at 3",
        "acknowledged as 9, but found at no place",
    ]


# --- invitations ----------------------------------------------------------------------------------------------------


async def test_an_invitation_goes_to_the_one_who_has_listened_longest_and_to_nobody_else() -> None:
    invitations = Invitations()
    assert not invitations.somebody_listens
    assert not invitations.give(Invitation("early", "c"))
    first = asyncio.ensure_future(invitations.take(WITHIN_S))
    second = asyncio.ensure_future(invitations.take(WITHIN_S))
    await asyncio.sleep(0)
    given = Invitation("token", "c")
    assert invitations.give(given)
    assert await first is given
    assert invitations.somebody_listens
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert not invitations.somebody_listens


async def test_who_listens_in_vain_goes_on_with_other_things() -> None:
    invitations = Invitations()
    assert await invitations.take(0.01) is None
    assert not invitations.give(Invitation("late", "c"))


# --- commands -------------------------------------------------------------------------------------------------------


async def test_a_command_is_repeated_while_what_hinders_it_passes() -> None:
    outcomes = iter([TimeoutError("no answer"), ConnectionError(), Refused(Code.UNAVAILABLE), "stored"])

    async def act() -> object:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert await insist(act) == "stored"


async def test_a_command_that_is_refused_for_good_is_not_repeated() -> None:
    tries = 0

    async def act() -> None:
        nonlocal tries
        tries += 1
        raise Refused(Code.FORBIDDEN, "no")

    with pytest.raises(Refused, match="forbidden"):
        await insist(act)
    assert tries == 1


# --- at a whole system ----------------------------------------------------------------------------------------------


@dataclass
class Measured:
    """What everybody reported."""

    steps: dict[str, list[Step]] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def of(self, who: str) -> Measuring:
        """Where this person's steps go."""

        def report(step: Step, value: float, error: str) -> None:
            self.steps.setdefault(who, []).append(step)
            self.values.append(value)
            if error:
                self.failures.append(f"{who}: {step}: {error}")

        return Measuring(report)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A help desk that believes each person's address."""
    with running(
        tmp_path_factory.mktemp("desk"), apps=("helpdesk.app:app",), TRUSTED_PROXY="127.0.0.1"
    ) as the:
        yield the


@asynccontextmanager
async def at_home(*people: AtHelpdesk) -> AsyncIterator[None]:
    """Everybody leaves at the end."""
    try:
        yield
    finally:
        await asyncio.gather(*(person.leave() for person in people))


async def until_taken(person: AtHelpdesk) -> None:
    """Have a turn in which there was something to do."""
    while not await person.turn():
        pass


@pytest.mark.processes
@pytest.mark.timeout(120)
async def test_a_citizen_is_helped_to_write_and_goes_over_to_video_with_an_advisor(desk: System) -> None:
    measured, plan = Measured(), Plan(desk.base, "", 1.0)
    citizen = Citizen(replace(plan, address="10.3.0.1"), measured.of("citizen"))
    helper = Helper(replace(plan, address="10.3.0.2"), measured.of("helper"))
    visitor = Visitor(replace(plan, address="10.3.0.3"), measured.of("visitor"))
    agent = Agent(
        replace(plan, address="10.3.0.4", token=desk.of_role("agent")[0].token), measured.of("agent")
    )
    people = (citizen, helper, visitor, agent)
    async with at_home(*people), asyncio.timeout(60):
        await asyncio.gather(*(person.enter() for person in people))
        assert await helper.turn() is False  # nobody asks for help
        await asyncio.gather(*map(until_taken, people))
    assert measured.failures == [], desk.output()
    media = {Step.JOIN, Step.FIRST_KEYFRAME, Step.NAME, Step.DELAY, Step.LOSS}
    writing = {Step.CHAT_ACKNOWLEDGEMENT, Step.CHAT_SCREEN}
    asked = {Step.SIGN_IN, Step.SUBMIT, Step.TAKEN, Step.CLOSING}
    assert {*asked, Step.INVITE, Step.HELPER_HERE, Step.DRAFT_SCREEN, *writing, *media} <= set(
        measured.steps["citizen"]
    )
    offered = {Step.SIGN_IN, Step.PRESENCE, Step.OFFER, Step.CLAIM, Step.PROPOSAL, Step.ACCEPT}
    assert {*offered, Step.FIRST_PACKET, *writing, *media} <= set(measured.steps["agent"])
    assert {Step.SIGN_IN, Step.CHAT_SCREEN} <= set(measured.steps["helper"])
    assert Step.LOADER in measured.steps["visitor"]
    hung_up = [who for who in ("citizen", "agent") if Step.HANG_UP in measured.steps[who]]
    assert len(hung_up) == 1
    assert min(measured.values) >= 0


def page_of(guest: Client, origin: str, base: str) -> Client:
    """One more page of a guest, from this origin; its connections go to another address."""
    headers = {"Origin": origin, "Authorization": f"Bearer {guest.secret}"}
    return Client(base, guest.login, aiohttp.ClientSession(headers=headers), guest.secret)


class BehindALink(Citizen):
    """A citizen whose line can be cut."""

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        super().__init__(plan, measuring)
        self.line = Link()

    async def sign_in(self) -> Client:
        async with await super().sign_in() as guest:
            return page_of(guest, self.plan.base, self.line.base)


@pytest.mark.processes
async def test_a_message_whose_acknowledgement_was_lost_is_sent_again_and_stands_there_once(
    desk: System,
) -> None:
    measured = Measured()
    citizen = BehindALink(Plan(desk.base, "", 1.0, address="10.3.0.9"), measured.of("citizen"))
    link = citizen.line
    await link.open()
    link.lead_to("127.0.0.1", int(desk.base.rpartition(":")[2]))
    try:
        async with at_home(citizen), asyncio.timeout(WITHIN_S):
            await citizen.enter()
            talk = await a_talk(citizen)
            link.stall(Way.DOWN)
            saying = asyncio.ensure_future(talk.write(Step.CHAT_ACKNOWLEDGEMENT, talk.sends))
            await stands_there(desk, citizen, talk, 2)
            assert not saying.done()
            link.cut(server_knows=True)
            await saying
            await talk.close()
    finally:
        await link.close()
    assert measured.failures == []
    assert measured.steps["citizen"].count(Step.CHAT_ACKNOWLEDGEMENT) == 1
    assert [message.mark.rank for message in talk.reading.messages] == [1, 2]


async def a_talk(citizen: Citizen) -> Talk:
    """A conversation with its first words in line; nobody is there to take it."""
    started = await citizen.do(StartConversation(client_id="a" * 32, language="fr"))
    talk = Talk(citizen, started["conversation"])

    def submits(client_id: str, text: str) -> Command:
        return Submit(conversation=talk.id, client_id=client_id, topic="logement", words=text)

    await talk.open()
    await talk.write(Step.SUBMIT, submits)
    return talk


async def stands_there(desk: System, citizen: Citizen, talk: Talk, messages: int) -> None:
    """Wait until so many messages are stored, asked over a line of one's own."""
    async with page_of(citizen.client, desk.base, desk.base) as page:
        log_id = talk.view["log_id"]
        page.logs[log_id] = []
        while sum(event.kind == "message" for event in page.logs[log_id]) < messages:
            await page.poll(logs=(log_id,), wait=5)
