"""The life of a conversation as its citizen leads it: begun, put in line, left to be answered later."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from helpdesk import store, tables
from helpdesk.access import CITIZEN, Seat, access_conversation
from helpdesk.line.moves import tell
from helpdesk.line.ringing import Ringing
from helpdesk.states import Event, State
from helpdesk.talk.coming_in import citizen_row
from helpdesk.talk.saying import Saying, check_helps, message
from helpdesk.wire import AnswerLater, Sent, StartConversation, Started, Submit
from signaling.api import Context, Login, Refusal, Transaction
from signaling.ids import new_id
from signaling.wire import Code, Done

DAY_S = 86400.0
A_DAY_MOST = 20
"""Conversations that one person begins."""
LATER_S = 20.0
"""In this time somebody goes and comes back once: each change is told to the desk, and stays in the log."""
NUMBERS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Life:
    """Handlers."""

    context: Context
    saying: Saying
    ringing: Ringing

    async def start(self, login: Login, command: StartConversation) -> Started:
        """Open a draft, once for its client id."""
        citizens_only(login)
        now, me = self.context.clock(), login.person.id
        async with self.context.database.write() as tx:
            # Locks: the same act on another connection waits here, and finds what this one has made.
            citizen = await citizen_row(tx, me, now)
            before = await self._started_before(tx, me, command)
            if before is not None:
                return before
            await self._check_not_too_many(tx, me, now)
            if citizen.guest and login.person.language != command.language:
                await self.context.identity.set_language(tx, me, command.language)
            return await self._new(tx, me, command, now)

    async def submit(self, login: Login, command: Submit) -> Sent:
        """Put the draft in line, also one that was thrown away; a repeat gets the first answer."""
        citizens_only(login)
        now, me = self.context.clock(), login.person.id
        said = message(command.client_id, command.words, command.helper or "")
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            before = await self.saying.said_before(tx, seat.conversation, me, said)
            if before is not None:
                return before
            if seat.conversation.submitted_at is not None:
                raise Refusal(Code.CONFLICT, "it was submitted before: write in it")
            if not await store.topic_exists(tx, command.topic):
                raise Refusal(Code.NOT_FOUND, "no such topic")
            if command.helper is not None:
                check_helps(seat, command.helper)
            await self._take_name(tx, login, seat, command.name)
            submitted = await store.move(
                tx,
                seat.conversation,
                Event.SUBMIT,
                topic=command.topic,
                submitted_at=now,
                place_at=now,
                closed_at=None,
                purge_at=None,
            )
            await tell(self.context, tx, submitted, "submitted", {"topic": command.topic}, now, author=me)
            sent, _ = await self.saying.say(tx, replace(seat, conversation=submitted), me, said)
        await self.ringing.settle(now)
        return sent

    async def answer_later(self, login: Login, command: AnswerLater) -> Done:
        """Keep the place of somebody who leaves; or take that back.

        Raises:
            Refusal: ``CONFLICT`` for a draft or what is closed; ``TOO_MANY``.
        """
        citizens_only(login)
        now = self.context.clock()
        async with self.context.database.write() as tx:
            found = (await access_conversation(tx, login, command.conversation, lock=True)).conversation
            if found.state in (State.DRAFT, State.CLOSED):
                raise Refusal(Code.CONFLICT, f"nobody answers a conversation that is {found.state}")
            if found.later != command.later:
                act: dict[str, Any] = {
                    "author": login.person.id,
                    "client_id": f"later-{now // LATER_S:.0f}-{command.later}",
                    "kind": "later",
                    "payload": {"later": command.later},
                }
                if await self.context.log.repeated(tx, found.log_id, **act) is not None:
                    raise Refusal(Code.TOO_MANY, f"changed twice within {LATER_S:.0f} s: wait a moment")
                await store.change(tx, found, later=command.later)
                await self.context.log.append(tx, found.log_id, **act, now=now)
        return Done()

    # --- parts of these -----------------------------------------------------------------------------------------

    async def _started_before(self, tx: Transaction, me: str, command: StartConversation) -> Started | None:
        column = tables.conversation.c
        same_act = (column.citizen == me, column.client_id == command.client_id)
        for known in await store.conversations(tx, *same_act):
            if (known.page_title, known.page_url) != (command.page_title, command.page_url):
                raise Refusal(Code.REPEATED_DIFFERENTLY, "this client id began another conversation")
            return Started(conversation=known.id, number=known.number, log_id=known.log_id)
        return None

    async def _check_not_too_many(self, tx: Transaction, me: str, now: float) -> None:
        column = tables.conversation.c
        today = select(func.count()).where(column.citizen == me, column.created_at > now - DAY_S)
        if (await tx.execute(today)).scalar_one() >= A_DAY_MOST:
            raise Refusal(Code.TOO_MANY, f"{A_DAY_MOST} conversations a day: go on in one of them")

    async def _new(self, tx: Transaction, me: str, command: StartConversation, now: float) -> Started:
        log = self.context.log
        talk = await log.create(tx, app="helpdesk", purge_at=None)
        conversation = new_id()
        row = {
            "id": conversation,
            "citizen": me,
            "client_id": command.client_id,
            "log_id": talk,
            "desk_log": await log.create(tx, app="helpdesk", purge_at=None),
            "state": State.DRAFT,
            "language": command.language,
            "page_title": command.page_title,
            "page_url": command.page_url,
            "created_at": now,
            "last_at": now,
        }
        for _ in range(NUMBERS_TRIED):
            number = _number(new_id())
            if await tx.insert_new(tables.conversation, number=number, **row):
                break
        else:
            raise Refusal(Code.UNAVAILABLE, "no number is free")
        await store.seat(tx, conversation, me, role=CITIZEN, joined_at=now)
        page = {"page_title": command.page_title, "page_url": command.page_url}
        await log.append(tx, talk, author=me, client_id="started", kind="started", payload=page, now=now)
        return Started(conversation=conversation, number=number, log_id=talk)

    async def _take_name(self, tx: Transaction, login: Login, seat: Seat, name: str) -> None:
        """Call a guest as she wants to be called; who has a personal link has the name that is on it."""
        wanted = " ".join(name.split())
        if not wanted or wanted == login.person.name:
            return
        if not login.person.name or (await citizen_row(tx, login.person.id, self.context.clock())).guest:
            await self.context.identity.rename(tx, login.person.id, wanted)
            tx.touch(f"conversation:{seat.conversation.id}")


def citizens_only(login: Login) -> None:
    """Let citizens through.

    Raises:
        Refusal: ``FORBIDDEN``.
    """
    if login.person.role != CITIZEN:
        raise Refusal(Code.FORBIDDEN, "this is the citizen's")


def _number(random: str) -> str:
    """From random hexadecimal digits to what a person can write down and say aloud: ``4821-7730``."""
    digits = f"{int(random, 16) % 10**8:08}"
    return f"{digits[:4]}-{digits[4:]}"
