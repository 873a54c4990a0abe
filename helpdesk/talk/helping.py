"""Somebody helps to write: invited by the citizen, named, seeing from now on, gone at once when the citizen says so.

The helper never speaks in the citizen's name: what she writes is a draft until the citizen presses Send, or it carries
her own name when the citizen lets her send. Each act is in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk import store
from helpdesk.access import CITIZEN, HELPER, access_conversation
from helpdesk.states import State
from helpdesk.store import Conversation, Participant
from helpdesk.talk.coming_in import count_code
from helpdesk.talk.drafts import Drafts
from helpdesk.talk.life import citizens_only
from helpdesk.wire import AllowHelper, EndHelp, Invite, Invited, JoinHelp
from signaling.api import Context, Login, Refusal, Transaction
from signaling.wire import Code, Done

INVITED_S = 86400.0
OPEN_MOST = 5
"""Helpers and invitations of one conversation at the same time."""


@dataclass(frozen=True, slots=True)
class Helping:
    """Handlers."""

    context: Context
    drafts: Drafts

    async def invite(self, login: Login, command: Invite) -> Invited:
        """Make a person for the helper, a link and a short code: either brings her in, for a day."""
        citizens_only(login)
        now = self.context.clock()
        name = " ".join(command.name.split())
        async with self.context.database.write() as tx:
            seat = await access_conversation(tx, login, command.conversation, lock=True)
            found = seat.conversation
            if found.state is State.CLOSED:
                raise Refusal(Code.CONFLICT, "the conversation is closed: write in it first")
            if sum(part.role == HELPER and part.left_at is None for part in seat.parts.values()) >= OPEN_MOST:
                raise Refusal(Code.TOO_MANY, f"{OPEN_MOST} helpers and invitations: end one first")
            await count_code(tx, login.person.id, now)
            identity = self.context.identity
            helper = await identity.create_person(
                tx, app="helpdesk", role=HELPER, name=name, language=found.language
            )
            secret = await identity.make_link(tx, helper.id, expires_at=now + INVITED_S)
            code = await identity.make_link(tx, helper.id, expires_at=now + INVITED_S, kind="code")
            await store.seat(tx, found.id, helper.id, role=HELPER)
            await self._note(tx, found, "helper_invited", {"helper": helper.id, "name": name}, login)
        return Invited(helper=helper.id, path=f"/entrer#{secret}", code=code, expires_at=now + INVITED_S)

    async def join(self, login: Login, command: JoinHelp) -> Done:
        """The invited is here: she sees what comes from now on, nothing from before."""
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
        now, me = self.context.clock(), login.person
        async with self.context.database.write() as tx:
            found = await store.conversation(tx, command.conversation, lock=True)
            if (me.role, me.id) not in ((CITIZEN, found.citizen), (HELPER, command.helper)):
                raise Refusal(Code.NOT_FOUND, "no such conversation of this person")
            part = (await store.participants(tx, found.id)).get(command.helper)
            if part is None or part.role != HELPER:
                raise Refusal(Code.NOT_FOUND, "this person does not help here")
            if part.left_at is None:
                await store.seat(tx, found.id, part.person, left_at=now, may_send=False)
                await self.context.identity.revoke_person_links(tx, part.person)
                tx.touch(f"desk:{found.agent}")
                await self._note(tx, found, "helper_left", {"helper": part.person, "by": me.role}, login)
        await self.drafts.drop(command.conversation, command.helper)
        return Done()

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


def _part_of_helper(parts: Mapping[str, Participant], person: str) -> Participant:
    """Return the part of somebody who helps or is invited to.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    part = parts.get(person)
    if part is None or part.role != HELPER or part.left_at is not None:
        raise Refusal(Code.NOT_FOUND, "this person does not help here")
    return part
