"""S6: "send the missing paper" in one gesture: it arrives whole, checked, with a receipt, and nobody else opens it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from load.system.whole import running
from signaling.files.sealing import PIECE
from tests.support.clamd import ClamdServer
from tests.support.family import Paper, helping, sends_paper, transcript
from tests.support.papers import EICAR, pdf
from tests.support.town_hall import TownHall, Visitor, town_hall_of

pytestmark = pytest.mark.processes
PAPER = pdf(size=PIECE + 150_000)


def state_of(visitor: Visitor, paper: Paper) -> str:
    return str(visitor.talk.get("documents", {}).get(paper.file, ""))


async def test_a_paper_is_sent_with_a_receipt_and_opened_by_the_advisor(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    paper = await sends_paper(paul, PAPER, "avis d’imposition.pdf")
    await claire.sees(lambda: claire.events[-1].kind == "document", "the document")
    event = claire.events[-1]
    assert event.payload["size"] == len(PAPER)
    await claire.sees(lambda: state_of(claire, paper) == "not_scanned", "that no scanner is here")
    assert await claire.client.fetch_file(paper.file) == (200, PAPER)
    _, record = await transcript(paul)
    assert f"{paul.talk['number']}-{event.seq}" in record
    assert event.payload["name"] in record


async def test_an_upload_that_broke_off_goes_on_where_it_was(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    paper = Paper(paul, PAPER, "bail.pdf")
    await paper.begins()
    assert await paper.goes_on(PIECE) == 204
    await paul.drops()
    await paul.returns()
    assert await paper.offset() == PIECE
    await paper.begins()  # a page that was loaded again, with the same client id
    assert await paper.offset() == PIECE
    assert await paper.goes_on() == 204
    sent = await paper.is_sent()
    assert await paper.is_sent() == sent, "pressed twice, sent once"
    await claire.sees(lambda: state_of(claire, paper), "the document")
    assert await claire.client.fetch_file(paper.file) == (200, PAPER)


async def test_neither_a_stranger_nor_a_helper_who_came_later_opens_it(hall: TownHall) -> None:
    paul, marie, claire = await hall.citizen(), await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    paper = await sends_paper(paul, PAPER)
    anne = await helping(hall, paul)
    for person in (marie, anne):
        status, _ = await person.client.fetch_file(paper.file)
        assert status == 404
    later = await sends_paper(paul, PAPER, "quittance.pdf")
    status, _ = await anne.client.fetch_file(later.file)
    assert status == 200


async def test_what_only_calls_itself_a_paper_is_refused_before_it_is_sent(hall: TownHall) -> None:
    paul, claire = await hall.citizen(), await hall.agent()
    await hall.talk(paul, claire)
    paper = Paper(paul, b"MZ\x90\x00" + bytes(5000), "bail.pdf")
    await paper.begins()
    assert await paper.goes_on() == 415


@pytest.fixture
async def scanned(tmp_path: Path, clamd: ClamdServer) -> AsyncIterator[TownHall]:
    """A town hall whose system has a real scanner."""
    folder = tmp_path / "scanned"
    folder.mkdir()
    with running(folder, apps=("helpdesk.app:app",), CLAMD=clamd.address) as system:
        async with town_hall_of(system) as hall:
            yield hall


@pytest.mark.clamd
async def test_a_clean_paper_is_opened_and_one_with_a_virus_by_nobody(scanned: TownHall) -> None:
    paul, claire = await scanned.citizen(), await scanned.agent()
    await scanned.talk(paul, claire)
    assert paul.main["scanned"]
    clean = await sends_paper(paul, PAPER)
    infected = await sends_paper(paul, pdf(EICAR), "facture.pdf")
    await claire.sees(lambda: state_of(claire, clean) == "clean", "that it is clean")
    await claire.sees(lambda: state_of(claire, infected) == "infected", "that a virus was found")
    assert await claire.client.fetch_file(clean.file) == (200, PAPER)
    for person in (claire, paul):
        status, body = await person.client.fetch_file(infected.file)
        assert status != 200
        assert EICAR not in body
    told = [e.payload for e in paul.events if e.kind == "document_state"]
    assert {"file": infected.file, "state": "infected"} in told
