"""Documents: none is dropped, each has a receipt, its state is told, and nobody else opens it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from helpdesk import wire
from signaling.api import DocumentState, Refusal
from signaling.files import vault
from signaling.files.uploads import DAY_S
from signaling.wire import Code
from tests.helpdesk.talk.talking import kinds
from tests.support.papers import pdf


async def upload(desk, login, name="bail.pdf", client_id="upload-0001"):
    """Send a whole file up, as the gateway would; returns its id."""
    data, uploads = pdf(), desk.context.files.uploads
    begun = await uploads.create(
        app="helpdesk", owner=login.person.id, client_id=client_id, name=name, size=len(data), now=desk.now
    )
    whole = await uploads.add(begun, data)
    await uploads.finish(whole, desk.now)
    return whole.id


async def attach(desk, login, talk, file, client_id="client-attach"):
    command = wire.Attach(conversation=talk.conversation, client_id=client_id, file=file)
    return await desk.says(login, command)


async def changes_state(desk, file, state):
    """What the scanner does, in its transaction."""
    async with desk.context.database.write() as tx:
        document = await desk.context.files.document(tx, "helpdesk", file)
        await desk.part.on_document(tx, replace(document, state=state))


async def code_of_access(desk, login, file):
    with pytest.raises(Refusal) as refusal:
        await desk.part.access_file(login, file)
    return refusal.value.code


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire."""
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    return started


async def test_a_document_is_in_the_talk_once_with_name_size_and_receipt(desk, paul, claire, talk):
    """LibreDesk 99, 158, 250: attachments that were dropped or could not be read."""
    file = await upload(desk, paul)
    sent = await attach(desk, paul, talk, file)
    assert await attach(desk, paul, talk, file) == sent
    documents = [event for event in await desk.reads(claire, talk.log_id) if event.kind == "document"]
    assert [(event.seq, event.payload["name"], event.payload["content_type"]) for event in documents] == [
        (sent.seq, "bail.pdf", "application/pdf")
    ]
    assert documents[0].payload["size"] > 0
    seen = await desk.sees(claire, f"conversation:{talk.conversation}")
    assert seen.documents == {file: "not_scanned"}, "no scanner: said plainly"
    assert (await desk.sees(claire, "desk")).mine[talk.conversation].excerpt == "bail.pdf"


async def test_a_document_opens_a_closed_conversation_again(desk, paul, claire, talk):
    await desk.closes(claire, talk.conversation)
    await attach(desk, paul, talk, await upload(desk, paul))
    assert (await desk.sees(paul, f"conversation:{talk.conversation}")).state == "reopened"
    assert (await kinds(desk, paul, talk))[-2:] == ["reopened", "document"]


async def test_one_sends_ones_own_documents_and_each_once(desk, paul, claire, talk):
    file = await upload(desk, paul)
    command = wire.Attach(conversation=talk.conversation, client_id="client-other", file=file)
    assert await desk.refused(claire, command) is Code.NOT_FOUND
    unknown = wire.Attach(conversation=talk.conversation, client_id="client-none", file="0" * 32)
    assert await desk.refused(paul, unknown) is Code.NOT_FOUND
    await attach(desk, paul, talk, file)
    assert await desk.refused(paul, command) is Code.CONFLICT


async def test_the_same_client_id_with_another_document_is_refused(desk, paul, talk):
    await attach(desk, paul, talk, await upload(desk, paul))
    other = await upload(desk, paul, client_id="upload-0002", name="avis.pdf")
    command = wire.Attach(conversation=talk.conversation, client_id="client-attach", file=other)
    assert await desk.refused(paul, command) is Code.REPEATED_DIFFERENTLY


async def test_a_helper_sends_documents_only_when_she_may_send(desk, paul, talk):
    anne = await desk.helps(paul, talk.conversation)
    file = await upload(desk, anne)
    command = wire.Attach(conversation=talk.conversation, client_id="client-anne", file=file)
    assert await desk.refused(anne, command) is Code.FORBIDDEN
    allow = wire.AllowHelper(conversation=talk.conversation, helper=anne.person.id, may_send=True)
    await desk.says(paul, allow)
    await desk.says(anne, command)
    await desk.part.access_file(anne, file)


async def test_what_the_scanner_finds_is_told_once_each(desk, paul, claire, talk, touched):
    file = await upload(desk, paul)
    await attach(desk, paul, talk, file)
    for state in (DocumentState.SCANNING, DocumentState.SCANNING, DocumentState.INFECTED):
        await changes_state(desk, file, state)
    told = [e.payload for e in await desk.reads(claire, talk.log_id) if e.kind == "document_state"]
    assert told == [{"file": file, "state": "scanning"}, {"file": file, "state": "infected"}]
    assert (await desk.sees(paul, f"conversation:{talk.conversation}")).documents == {file: "infected"}
    assert f"conversation:{talk.conversation}" in touched[-1]


async def test_a_document_that_is_not_sent_yet_is_told_to_nobody(desk, paul, talk):
    file = await upload(desk, paul)
    await changes_state(desk, file, DocumentState.CLEAN)
    assert "document_state" not in await kinds(desk, paul, talk)


async def test_a_document_is_opened_by_who_is_in_the_talk_and_nobody_else(desk, paul, claire, talk):
    file = await upload(desk, paul)
    await desk.part.access_file(paul, file)
    assert await code_of_access(desk, claire, file) is Code.NOT_FOUND, "it is not sent yet"
    await attach(desk, paul, talk, file)
    for login in (paul, claire):
        await desk.part.access_file(login, file)
    marie = await desk.add("citizen", "Marie")
    assert await code_of_access(desk, marie, file) is Code.NOT_FOUND


async def test_a_helper_opens_no_document_from_before_she_came(desk, paul, talk):
    before = await upload(desk, paul)
    await attach(desk, paul, talk, before)
    anne = await desk.helps(paul, talk.conversation)
    after = await upload(desk, paul, client_id="upload-0002")
    await attach(desk, paul, talk, after, client_id="client-after")
    assert await code_of_access(desk, anne, before) is Code.NOT_FOUND
    await desk.part.access_file(anne, after)
    assert list((await desk.sees(anne, f"conversation:{talk.conversation}")).documents) == [after]
    await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    assert await code_of_access(desk, anne, after) is Code.NOT_FOUND


# --- who may send -----------------------------------------------------------------------------------------------


async def may_send(desk, login):
    try:
        await upload(desk, login, client_id=desk.client_id())
    except Refusal as refusal:
        return refusal.code
    return True


@pytest.fixture
async def guest(desk):
    async with desk.context.database.write() as tx:
        person = await desk.part.admit(tx, "fr")
        login, _ = await desk.context.identity.open_login(tx, person.id, desk.now)
    return login


async def test_a_guest_sends_documents_in_a_conversation_and_not_before(desk, guest):
    assert await may_send(desk, guest) is Code.FORBIDDEN
    started = await desk.start(guest)
    assert await may_send(desk, guest) is Code.FORBIDDEN
    await desk.submit(guest, started.conversation)
    assert await may_send(desk, guest) is True


async def test_a_helper_sends_documents_while_she_helps(desk, paul, talk):
    anne = await desk.helper(paul, talk.conversation)
    assert await may_send(desk, anne) is Code.FORBIDDEN
    await desk.says(anne, wire.JoinHelp(conversation=talk.conversation, name="Anne"))
    assert await may_send(desk, anne) is True
    await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    assert await may_send(desk, anne) is Code.FORBIDDEN


async def test_guests_leave_room_on_the_disk_to_the_others(desk, guest, paul, claire, monkeypatch):
    monkeypatch.setattr(vault, "FREE_BYTES", 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2_000_000))
    started = await desk.asks(guest)
    uploads = desk.context.files.uploads
    most = {"app": "helpdesk", "owner": guest.person.id, "name": "bail.pdf", "size": 300_000, "now": desk.now}
    await uploads.create(client_id="client-1", **most)
    with pytest.raises(Refusal) as refusal:
        await uploads.create(client_id="client-2", **most)
    assert refusal.value.code is Code.TOO_MANY
    await uploads.create(client_id="client-1", **most)  # what has begun goes on
    for known in (paul, claire):
        assert await may_send(desk, known) is True
    assert (await desk.sees(guest, f"conversation:{started.conversation}")).state == "waiting"
    monkeypatch.setattr(desk, "now", desk.now + DAY_S)
    await uploads.create(client_id="client-2", **{**most, "now": desk.now})


async def test_no_photo_comes_in_beside_the_scanner(desk):
    assert not desk.part.takes_photos
