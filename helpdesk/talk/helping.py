"""Somebody helps to write: invited by the citizen, named, seeing from now on, gone at once when the citizen says so.

The helper never speaks in the citizen's name: what she writes is a draft until the citizen presses Send, or it carries
her own name when the citizen lets her send. Each act is in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk import store
from helpdesk.access import AGENT, CITIZEN, HELPER, SUPERVISOR, Seat, access_conversation
from helpdesk.states import State
from helpdesk.store import Conversation, Participant
from helpdesk.talk.coming_in import count_code
from helpdesk.talk.drafts import Drafts
from helpdesk.talk.life import citizens_only
from helpdesk.wire import AllowHelper, EndHelp, Invite, Invited, JoinHelp
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code, Done

INVITED_S = 86400.0
CODE_S = 3600.0
"""A code is said aloud, and can be guessed at: it lives shorter than the link."""
OPEN_MOST = 5
"""Helpers and invitations of one conversation at the same time."""


@dataclass(frozen=True, slots=True)
class Helping:
    """Handlers."""

    context: Context
    drafts: Drafts

    async def invite(self, login: Login, command: Invite) -> Invited:
        """Make a person for the helper, a link and a short code: either brings her in.

        Said again with the same name before she has come, it renews the invitation: what was given out before ends.
        """
        citizens_only(login)
        now = self.context.clock()
        name = " ".join(command.name.split())
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            found = seat.conversation
            if found.state is State.CLOSED:
                raise Refusal(Code.CONFLICT, "the conversation is closed: write in it first")
            await count_code(tx, login.person.id, now)
            identity = self.context.identity
            helper = await self._invited_before(tx, seat, name)
            if helper:
                await identity.revoke_person_links(tx, helper)
            else:
                helper = await self._new(tx, seat, name, login)
            secret = await identity.make_link(tx, helper, expires_at=now + INVITED_S)
            code = await identity.make_link(tx, helper, expires_at=now + CODE_S, kind="code")
        return Invited(
            helper=helper,
            path=f"/entrer#{secret}",
            expires_at=now + INVITED_S,
            code=code,
            code_expires_at=now + CODE_S,
        )

    async def join(self, login: Login, command: JoinHelp) -> Done:
        """The invited is here: she sees what comes from now on, nothing from before.

        Whoever else has her link or overheard her code stays outside from now on.
        """
        now, me = self.context.clock(), login.person.id
        name = " ".join(command.name.split()) or login.person.name
        async with self.context.database.write() as tx:
            found = await store.conversation(tx, command.conversation, lock=True)
            part = _part_of_helper(await store.participants(tx, found.id), me)
            if part.present:
                return Done()
            after = await self.context.log.head(tx, found.log_id)
            if name != login.person.name:
                await self.context.identity.rename(tx, me, name)
            await self.context.identity.keep_only(tx, login)
            await store.seat(
                tx, found.id, me, after=after, joined_at=now, read=after, messages_read=found.messages
            )
            tx.touch(f"desk:{found.agent}")
            await self._note(tx, found, "helper_joined", {"helper": me, "name": name}, login)
        return Done()

    async def allow(self, login: Login, command: AllowHelper) -> Done:
        """Let the helper press Send, under her own name; or no longer."""
        citizens_only(login)
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            found, part = seat.conversation, _part_of_helper(seat.parts, command.helper)
            if part.may_send != command.may_send:
                await store.seat(tx, found.id, part.person, may_send=command.may_send)
                payload = {"helper": part.person, "may_send": command.may_send}
                await self._note(tx, found, "helper_allowed", payload, login)
        return Done()

    async def end(self, login: Login, command: EndHelp) -> Done:
        """End the help, or take the invitation back: link, code, logins, log and views end at once."""
        me = login.person
        async with self.context.database.write() as tx:
            found = await store.conversation(tx, command.conversation, lock=True)
            if (me.role, me.id) not in ((CITIZEN, found.citizen), (HELPER, command.helper)):
                raise Refusal(Code.NOT_FOUND, "no such conversation of this person")
            part = (await store.participants(tx, found.id)).get(command.helper)
            if part is None or part.role != HELPER:
                raise Refusal(Code.NOT_FOUND, "this person does not help here")
            if part.left_at is None:
                await self.leave(tx, found, part, login)
        await self.drafts.drop(command.conversation, command.helper)
        return Done()

    async def leave(self, tx: Transaction, found: Conversation, part: Participant, login: Login) -> None:
        """End the help of one person, in the caller's transaction: all that is left of her is what she wrote."""
        now, identity = self.context.clock(), self.context.identity
        await store.seat(tx, found.id, part.person, left_at=now, may_send=False)
        await identity.revoke_person_links(tx, part.person)
        await self.context.notices.forget(tx, part.person)
        tx.touch(f"desk:{found.agent}")
        by = AGENT if login.person.role in (AGENT, SUPERVISOR) else login.person.role
        await self._note(tx, found, "helper_left", {"helper": part.person, "by": by}, login)

    async def _invited_before(self, tx: Transaction, seat: Seat, name: str) -> str:
        """Return who was invited by this name and has not come; empty for nobody."""
        open_ = [part.person for part in helpers_of(seat) if part.joined_at is None]
        people = await self.context.identity.people(tx, open_)
        return next((person for person in people if people[person].name == name), "")

    async def _new(self, tx: Transaction, seat: Seat, name: str, login: Login) -> str:
        found = seat.conversation
        if len(helpers_of(seat)) >= OPEN_MOST:
            raise Refusal(Code.TOO_MANY, f"{OPEN_MOST} helpers and invitations: end one first")
        helper = await self.context.identity.create_person(
            tx, app="helpdesk", role=HELPER, name=name, language=found.language
        )
        await store.seat(tx, found.id, helper.id, role=HELPER)
        await self._note(tx, found, "helper_invited", {"helper": helper.id, "name": name}, login)
        return helper.id

    async def _note(
        self, tx: Transaction, found: Conversation, kind: str, payload: dict[str, object], login: Login
    ) -> None:
        await self.context.log.append(
            tx,
            found.log_id,
            author=login.person.id,
            client_id="",
            kind=kind,
            payload=payload,
            now=self.context.clock(),
        )


def helpers_of(seat: Seat) -> list[Participant]:
    """Who helps or is invited to."""
    return [part for part in seat.parts.values() if part.role == HELPER and part.left_at is None]


def _part_of_helper(parts: Mapping[str, Participant], person: str) -> Participant:
    """Return the part of somebody who helps or is invited to.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    part = parts.get(person)
    if part is None or part.role != HELPER or part.left_at is not None:
        raise Refusal(Code.NOT_FOUND, "this person does not help here")
    return part
