"""Citizens come in: as guests without a link, by a personal link, and by a short code on another device."""

from dataclasses import dataclass

from sqlalchemy import select, update

from helpdesk import tables
from helpdesk.access import CITIZEN
from helpdesk.wire import MadeCode, MakeCode
from signaling.api import Context, Login, Person, Refusal, Transaction
from signaling.wire import Code

CODE_S = 600.0
CODES_MOST = 5
"""Codes and invitations that one person makes within ``CODE_S``: what can be guessed at stays scarce."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """What is remembered of a citizen besides her conversations."""

    guest: bool
    referent: str
    codes: int
    codes_since: float


async def citizen_row(tx: Transaction, person: str, now: float) -> Citizen:
    """Return the row of a citizen, made when it is not there, and lock it."""
    await tx.insert_new(tables.citizen, person=person, created_at=now)
    column = tables.citizen.c
    locked = select(column.guest, column.referent, column.codes, column.codes_since)
    row = (await tx.execute(locked.where(column.person == person).with_for_update())).one()
    return Citizen(row.guest, row.referent, row.codes, row.codes_since)


async def count_code(tx: Transaction, person: str, now: float) -> None:
    """Count one more code of this citizen.

    Raises:
        Refusal: ``TOO_MANY``.
    """
    citizen = await citizen_row(tx, person, now)
    fresh = citizen.codes_since <= now - CODE_S
    if not fresh and citizen.codes >= CODES_MOST:
        raise Refusal(Code.TOO_MANY, f"{CODES_MOST} codes in ten minutes")
    counted = update(tables.citizen).where(tables.citizen.c.person == person)
    values = {"codes": 1, "codes_since": now} if fresh else {"codes": citizen.codes + 1}
    await tx.execute(counted.values(values))


@dataclass(frozen=True, slots=True)
class ComingIn:
    """The way in of guests, and the handler that gives codes."""

    context: Context

    async def admit(self, tx: Transaction, language: str) -> Person:
        """Make the person of a guest; nothing is known but the language."""
        person = await self.context.identity.create_person(
            tx, app="helpdesk", role=CITIZEN, name="", language=language
        )
        await tx.insert_new(tables.citizen, person=person.id, guest=True, created_at=self.context.clock())
        return person

    async def make_code(self, login: Login, command: MakeCode) -> MadeCode:
        """Give a short code that opens one login of this person, within ten minutes."""
        del command
        if login.person.role != CITIZEN:
            raise Refusal(Code.FORBIDDEN, "this is the citizen's")
        now = self.context.clock()
        async with self.context.database.write() as tx:
            await count_code(tx, login.person.id, now)
            code = await self.context.identity.make_link(
                tx, login.person.id, expires_at=now + CODE_S, kind="code"
            )
        return MadeCode(code=code, expires_at=now + CODE_S)
