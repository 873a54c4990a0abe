"""Documents in a talk: attached with a number and a time, shown as far as they are checked, opened by who is in it."""

from dataclasses import dataclass

from sqlalchemy import or_, select, update

from helpdesk import store, tables
from helpdesk.access import HELPER, access_conversation
from helpdesk.talk.saying import Said, check_may_speak
from helpdesk.talk.words import Words
from helpdesk.wire import Attach, Sent
from signaling.api import Context, Document, Login, Refusal, Transaction
from signaling.wire import Code

APP = "helpdesk"
STRANGERS_SHARE = 0.2
"""Of the disk, for guests and helpers together in a day: nobody knows who they are."""
KEPT_S = 3650 * 86400.0
"""Files go with their conversation (`purge`); this date only says that they are in use."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The handler, the hook for what the scanner finds, and the door of a file."""

    context: Context
    words: Words

    async def attach(self, login: Login, command: Attach) -> Sent:
        """Send a document that was uploaded before, once for the client id."""
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            # Locks the file before the conversation, as the scanner's hook does; no finding falls between.
            await self.context.files.keep_until(tx, APP, command.file, now + KEPT_S)
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            document = await self.context.files.document(tx, APP, command.file)
            # Without a name: a photo of the other way in, at which no scanner looked.
            if document is None or document.owner != me or not document.name:
                raise Refusal(Code.NOT_FOUND, "no such document of this person")
            said = _said(command.client_id, document)
            before = await self.words.saying.said_before(tx, seat.conversation, me, said)
            if before is not None:
                return before
            check_may_speak(seat, login)
            if await _conversation_of(tx, document.id):
                raise Refusal(Code.CONFLICT, "this document was sent before")
            sent, after = await self.words.saying.say(tx, seat, me, said)
            await tx.insert_new(
                tables.document,
                file=document.id,
                conversation=after.id,
                seq=sent.seq,
                state=document.state.value,
            )
        await self.words.settle_if_reopened(seat.conversation, after)
        return sent

    async def on_document(self, tx: Transaction, document: Document) -> None:
        """Carry what the scanner finds over to the talk, in the transaction in which it is noted."""
        known = await _conversation_of(tx, document.id)
        if not known:
            return  # not attached yet
        found = await store.conversation(tx, known, lock=True)
        column = tables.document.c
        state = document.state.value
        changed = update(tables.document).where(column.file == document.id, column.state != state)
        if (await tx.execute(changed.values(state=state))).rowcount == 0:
            return
        await self.context.log.append(
            tx,
            found.log_id,
            author="",
            client_id="",
            kind="document_state",
            payload={"file": document.id, "state": state},
            now=self.context.clock(),
        )
        tx.touch(f"conversation:{found.id}")

    async def upload_share(self, tx: Transaction, person: str) -> float:
        """Let known people send, and strangers once there is a talk that the desk has.

        Raises:
            Refusal: ``FORBIDDEN``.
        """
        found = await self.context.identity.person(tx, person)
        if found is None or (found.role != HELPER and not await _is_guest(tx, person)):
            return 1.0
        if not await _takes_part(tx, person):
            raise Refusal(Code.FORBIDDEN, "write first: documents are sent in a conversation")
        return STRANGERS_SHARE

    async def access_file(self, login: Login, file_id: str) -> None:
        """The door of a document: who sent it, and who reads the talk from before it was sent.

        Raises:
            Refusal: ``NOT_FOUND``.
        """
        async with self.context.database.read() as tx:
            column = tables.document.c
            row = (await tx.execute(select(tables.document).where(column.file == file_id))).first()
            if row is None:
                if await self.context.files.owner(tx, APP, file_id) == login.person.id:
                    return
                raise Refusal(Code.NOT_FOUND, "no such document for this person")
            seat = await access_conversation(tx, login, row.conversation)
            if row.seq <= seat.after:
                raise Refusal(Code.NOT_FOUND, "no such document for this person")


async def documents_of(tx: Transaction, conversation: str, after: int) -> dict[str, str]:
    """Return the documents of a talk and how far each is checked; those sent after `after`."""
    column = tables.document.c
    sent = select(column.file, column.state).where(column.conversation == conversation, column.seq > after)
    return {row.file: row.state for row in await tx.execute(sent)}


async def _is_guest(tx: Transaction, person: str) -> bool:
    column = tables.citizen.c
    found = await tx.execute(select(column.person).where(column.person == person, column.guest))
    return found.first() is not None


async def _takes_part(tx: Transaction, person: str) -> bool:
    column, part = tables.conversation.c, tables.participant.c
    present = (part.person == person, part.joined_at.is_not(None), part.left_at.is_(None))
    in_it = or_(column.citizen == person, column.id.in_(select(part.conversation).where(*present)))
    found = await tx.execute(select(column.id).where(column.submitted_at.is_not(None), in_it).limit(1))
    return found.first() is not None


async def _conversation_of(tx: Transaction, file_id: str) -> str:
    column = tables.document.c
    found = await tx.execute(select(column.conversation).where(column.file == file_id))
    return str(found.scalar() or "")


def _said(client_id: str, document: Document) -> Said:
    payload = {
        "file": document.id,
        "name": document.name,
        "size": document.size,
        "content_type": document.content_type,
    }
    return Said(client_id, "document", payload, document.name)
