"""Who is who: persons, their personal links and short codes, and the logins that these open.

A login is a row and a secret, which a cookie or the page keeps. It ends with the link that opened it at the latest; revoking a person's links ends all
of her logins at once. Rate limits per address are the gateway's.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Row, delete, insert, or_, select, update

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.identity.tables import login, person, personal_link
from signaling.identity.tokens import digest, digest_secret, is_secret
from signaling.ids import new_code, new_handle, new_id, new_secret
from signaling.wire import Code

HANDLE = re.compile(r"[A-Za-z0-9_-]{12}", re.ASCII)
LOGIN_S = 90 * 86400.0
"""A login lasts that long at most; the personal link opens the next one."""
ASK_AT_ONCE = 500
"""Logins in one question to the database."""
LOGINS_PER_PERSON = 20
"""The oldest ones end when there are more."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody known to an app."""

    id: str
    app: str
    role: str
    """The app's own word: ``pupil``, ``volunteer``, ``coordinator`` ..."""
    name: str
    language: str
    """BCP 47: ``fr``, ``en``."""


@dataclass(frozen=True, slots=True)
class Login:
    """One person signed in in one browser."""

    id: str
    """Public handle, part of page addresses."""
    person: Person
    connection: str = ""
    """Which of its connections speaks; empty outside a connection."""


class Identity:
    """The service.

    Args:
        database: Where the rows are.
        secret_key: Keys the digests of short codes; with another key the codes given out open nothing.
    """

    def __init__(self, database: Database, secret_key: bytes) -> None:
        self._database = database
        self._key = secret_key

    # --- persons ----------------------------------------------------------------------------------------------

    async def create_person(
        self, tx: Transaction, *, app: str, role: str, name: str, language: str = "fr"
    ) -> Person:
        """Add a person."""
        new = Person(id=new_id(), app=app, role=role, name=name, language=language)
        values = {"id": new.id, "app": app, "role": role, "name": name, "language": language}
        await tx.execute(insert(person).values(values))
        return new

    async def find_person(self, tx: Transaction, *, app: str, role: str, name: str) -> Person | None:
        """Return one person of that name and role, for seeds and imports."""
        column = person.c
        same = select(person).where(column.app == app, column.role == role, column.name == name)
        row = (await tx.execute(same.order_by(column.id).limit(1))).first()
        return _person(row) if row else None

    async def person(self, tx: Transaction, person_id: str) -> Person | None:
        """Return the person, None when there is none."""
        return (await self.people(tx, [person_id])).get(person_id)

    async def people(self, tx: Transaction, ids: Iterable[str]) -> dict[str, Person]:
        """Return those that exist, by id."""
        rows = await tx.execute(select(person).where(person.c.id.in_(set(ids))))
        return {row.id: _person(row) for row in rows}

    async def everybody(self, tx: Transaction, app: str) -> list[Person]:
        """Return all persons of an app, by role and name."""
        column = person.c
        rows = await tx.execute(select(person).where(column.app == app).order_by(column.role, column.name))
        return [_person(row) for row in rows]

    async def rename(self, tx: Transaction, person_id: str, name: str) -> None:
        """Call a person by another name, at most 120 characters; her open pages take it over."""
        await self._change(tx, person_id, name=name)

    async def set_language(self, tx: Transaction, person_id: str, language: str) -> None:
        """Speak another language with a person, BCP 47; her open pages take it over."""
        await self._change(tx, person_id, language=language)

    async def _change(self, tx: Transaction, person_id: str, **values: str) -> None:
        await tx.execute(update(person).where(person.c.id == person_id).values(values))
        tx.touch(f"person:{person_id}")

    async def erase_person(self, tx: Transaction, person_id: str) -> None:
        """Forget a person, her links and her logins; what the app knows of her is the app's to erase."""
        await tx.execute(delete(person).where(person.c.id == person_id))
        tx.touch(f"person:{person_id}")

    async def note_seen(self, person_id: str, now: float) -> None:
        """Remember that the person was here."""
        column = person.c
        later = update(person).where(
            column.id == person_id, or_(column.last_seen.is_(None), column.last_seen < now)
        )
        async with self._database.write() as tx:
            await tx.execute(later.values(last_seen=now))

    async def last_seen(self, tx: Transaction, app: str) -> dict[str, float]:
        """Return when persons of an app were last seen, Unix seconds; those never seen are left out."""
        column = person.c
        known = select(column.id, column.last_seen).where(column.app == app, column.last_seen.is_not(None))
        return {row.id: row.last_seen for row in await tx.execute(known)}

    # --- links ------------------------------------------------------------------------------------------------

    async def make_link(
        self,
        tx: Transaction,
        person_id: str,
        *,
        expires_at: float,
        token: str | None = None,
        kind: Literal["link", "code"] = "link",
    ) -> str:
        """Make a secret that signs this person in; it cannot be read again later.

        Args:
            tx: The transaction.
            person_id: Whom it signs in.
            expires_at: Unix seconds; for a code make that minutes.
            token: The secret itself, at least 128 bits, when the caller derives it (the demonstration); the same
                one again sets a new expiry.
            kind: ``link``, any number of times until it expires, or ``code``, once.

        Returns:
            The secret.

        Raises:
            ValueError: when the token is another person's.
        """
        secret = token or (new_code() if kind == "code" else new_secret())
        stored = digest(secret, self._key)
        if await tx.insert_new(
            personal_link, digest=stored, person=person_id, kind=kind, expires_at=expires_at
        ):
            return secret
        mine = update(personal_link).where(
            personal_link.c.digest == stored, personal_link.c.person == person_id
        )
        if (await tx.execute(mine.values(expires_at=expires_at))).rowcount != 1:
            raise ValueError("this secret is taken by another person")
        return secret

    async def revoke_person_links(self, tx: Transaction, person_id: str) -> None:
        """End all links, codes and logins of a person, now."""
        await tx.execute(delete(personal_link).where(personal_link.c.person == person_id))
        await tx.execute(delete(login).where(login.c.person == person_id))
        tx.touch(f"person:{person_id}")

    async def keep_only(self, tx: Transaction, kept: Login) -> None:
        """End all other ways in of a person: links, codes and logins but this one."""
        person_id = kept.person.id
        await tx.execute(delete(personal_link).where(personal_link.c.person == person_id))
        await tx.execute(delete(login).where(login.c.person == person_id, login.c.handle != kept.id))
        tx.touch(f"person:{person_id}")

    # --- logins -----------------------------------------------------------------------------------------------

    async def sign_in(self, token: str, *, now: float) -> tuple[Login, str]:
        """Open a login.

        Returns:
            The login and its secret, for a cookie or for the page to keep.

        Raises:
            Refusal: `Code.BAD_LINK`, the same for unknown, used up, expired and revoked.
        """
        async with self._database.write() as tx:
            link = await self._open_link(tx, token, now)
            end = now + LOGIN_S if link.kind == "code" else min(now + LOGIN_S, link.expires_at)
            return await _open_login(tx, _person(link), now, end)

    async def open_login(self, tx: Transaction, person_id: str, now: float) -> tuple[Login, str]:
        """Open a login for somebody who needs no link: a guest.

        Returns:
            The login and its secret; both are good once `tx` is committed.

        Raises:
            Refusal: `Code.NOT_FOUND`.
        """
        known = await self.person(tx, person_id)
        if known is None:
            raise Refusal(Code.NOT_FOUND, "no such person")
        return await _open_login(tx, known, now, now + LOGIN_S)

    async def _open_link(self, tx: Transaction, token: str, now: float) -> Row[tuple[object, ...]]:
        stored = digest(token, self._key)
        known = (
            select(person, personal_link.c.kind, personal_link.c.expires_at)
            .join(personal_link, personal_link.c.person == person.c.id)
            .where(personal_link.c.digest == stored, personal_link.c.expires_at > now)
        )
        link = (await tx.execute(known)).first()
        if link is None:
            raise Refusal(Code.BAD_LINK, "no such link or code")
        if link.kind == "code":
            used = await tx.execute(delete(personal_link).where(personal_link.c.digest == stored))
            if used.rowcount != 1:  # somebody was faster with the same code
                raise Refusal(Code.BAD_LINK, "no such link or code")
        return link

    async def login(self, handle: str, secret: str, *, now: float) -> Login:
        """Return the login of a page.

        Args:
            handle: From the page's address.
            secret: From the cookie or from the page.
            now: Unix seconds.

        Raises:
            Refusal: `Code.NOT_SIGNED_IN`.
        """
        if not HANDLE.fullmatch(handle):
            raise Refusal(Code.NOT_SIGNED_IN, "no such login")
        known = select(person, login.c.digest).join(login, login.c.person == person.c.id)
        async with self._database.read() as tx:
            row = (await tx.execute(known.where(login.c.handle == handle, login.c.expires_at > now))).first()
        if row is None or not is_secret(secret, row.digest):
            raise Refusal(Code.NOT_SIGNED_IN, "no such login")
        return Login(id=handle, person=_person(row))

    async def logins(self, handles: Collection[str], *, now: float) -> dict[str, Login]:
        """Return those of some logins, whose secrets were seen before, that have not ended, by handle."""
        known = select(person, login.c.handle).join(login, login.c.person == person.c.id)
        asked, found = sorted(handles), dict[str, Login]()
        for first in range(0, len(asked), ASK_AT_ONCE):
            some = login.c.handle.in_(asked[first : first + ASK_AT_ONCE])
            async with self._database.read() as tx:
                rows = await tx.execute(known.where(some, login.c.expires_at > now))
            found |= {row.handle: Login(id=row.handle, person=_person(row)) for row in rows}
        return found

    async def signed_in(self, tx: Transaction, ids: Iterable[str], *, now: float) -> set[str]:
        """Return those of some persons who have a login."""
        living = select(login.c.person).where(login.c.person.in_(set(ids)), login.c.expires_at > now)
        return {row.person for row in await tx.execute(living.distinct())}

    async def sign_out(self, handle: str) -> None:
        """End a login; the person's topic is touched, so that her open pages learn it."""
        async with self._database.write() as tx:
            ended = await tx.execute(delete(login).where(login.c.handle == handle).returning(login.c.person))
            tx.touch(*(f"person:{row.person}" for row in ended))

    async def purge(self, now: float) -> int:
        """Delete expired links, codes and logins.

        Returns:
            How many rows went.
        """
        async with self._database.write() as tx:
            links = await tx.execute(delete(personal_link).where(personal_link.c.expires_at <= now))
            logins = await tx.execute(delete(login).where(login.c.expires_at <= now))
        return links.rowcount + logins.rowcount


async def _open_login(tx: Transaction, known: Person, now: float, end: float) -> tuple[Login, str]:
    new, secret = Login(id=new_handle(), person=known), new_secret()
    values = {"handle": new.id, "digest": digest_secret(secret), "created_at": now, "expires_at": end}
    await tx.execute(insert(login).values(**values, person=known.id))
    await _end_oldest_logins(tx, known.id)
    return new, secret


async def _end_oldest_logins(tx: Transaction, person_id: str) -> None:
    column = login.c
    newest_first = select(column.handle).where(column.person == person_id).order_by(column.created_at.desc())
    await tx.execute(delete(login).where(column.handle.in_(newest_first.offset(LOGINS_PER_PERSON))))


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person(id=row.id, app=row.app, role=row.role, name=row.name, language=row.language)
