"""The service: by what persons can be told, and the outbox in which an app puts what it wants told.

A notice is put in by the transaction that makes it true, and sent by a worker. It is sent at least once: a worker that
dies between sending and writing it down leaves it to be sent again, recognisably (Message-ID, Topic). The same event
never makes two notices for the same person and address.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.ids import new_id
from signaling.notices import store
from signaling.notices.contacts import Contact, Contacts
from signaling.notices.contract import EVENT_LENGTH, Kind, Letter, Notice, Sink, State
from signaling.notices.mail import Mail
from signaling.notices.push import Push
from signaling.notices.rewrapping import rewrap_all
from signaling.notices.sealing import CannotOpen, Sealer
from signaling.notices.sending import Send, Sending
from signaling.notices.tables import notice as notices
from signaling.notices.vapid import Vapid
from signaling.notices.wire import AddPush, ForgetMe, NoticeWays, SetMail
from signaling.settings import Settings
from signaling.wire import Code, Command, Done

BY_MAIL_ONLY = ("transcript",)
A_DAY_MOST = 20
"""To one address, whoever they are for: nobody floods a mailbox that is not hers."""

logger = logging.getLogger(__name__)


class HasId(Protocol):
    """A person, as far as notices know one."""

    @property
    def id(self) -> str:
        """Person id."""
        ...


class SignedIn(Protocol):
    """A login, as far as notices know one."""

    @property
    def person(self) -> HasId:
        """Whose login it is."""
        ...


class Notices:
    """The service.

    Args:
        database: Where the rows are.
        settings: Keys, mail server, public origin.
        clock: For what is asked by commands; Unix seconds.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._sealer = Sealer(settings.files_keys, settings.secret_key)
        self._origin = public_origin(settings)
        vapid = Vapid(settings.vapid_key or settings.secret_key, _operator(settings, self._origin))
        self.push_key = vapid.public
        """``applicationServerKey`` for the browser, base64url."""
        self._sinks: dict[Sink, Send] = {Sink.PUSH: Push(vapid, private=settings.push_private).send}
        if settings.mail is not None:
            self._sinks[Sink.MAIL] = Mail(settings.mail).send
        self._contacts = Contacts(self._sealer, self.offers, private=settings.push_private)
        self._sending = Sending(database, self._sealer, self._sinks)

    # --- contacts ---------------------------------------------------------------------------------------------

    def offers(self, sink: str) -> bool:
        """Tell whether this server sends ``mail`` or ``push``."""
        return sink in self._sinks

    async def ways(self, tx: Transaction, person_id: str) -> frozenset[str]:
        """Return by what this person can be told: ``mail``, ``push``, both or nothing."""
        return frozenset(contact.sink.value for contact in await self._contacts.of(tx, person_id))

    async def ways_of(self, tx: Transaction, person_id: str) -> NoticeWays:
        """Return the same for a view; it changes with the topic ``person:{id}``."""
        given = await self.ways(tx, person_id)
        return NoticeWays(
            mail_offered=self.offers(Sink.MAIL),
            push_key=self.push_key,
            mail=Sink.MAIL in given,
            push=Sink.PUSH in given,
        )

    async def set_mail(self, tx: Transaction, person_id: str, address: str, *, now: float) -> None:
        """Tell this person by mail, at this address instead of any other.

        Raises:
            Refusal: `BAD_ADDRESS`, or `NOT_FOUND` when this server sends no mail.
        """
        await self._contacts.set_mail(tx, person_id, address, now)

    async def add_push(self, tx: Transaction, person_id: str, endpoint: str, *, now: float) -> None:
        """Tell this person by this browser too.

        Raises:
            Refusal: `BAD_ADDRESS`.
        """
        await self._contacts.add_push(tx, person_id, endpoint, now)

    async def forget(self, tx: Transaction, person_id: str) -> None:
        """Forget how this person can be told, and tell her nothing more."""
        await store.forget(tx, person_id)
        tx.touch(f"person:{person_id}")

    # --- what is to be told -------------------------------------------------------------------------------------

    async def put(
        self, tx: Transaction, person_id: str, notice: Notice, *, event: str, not_before: float, now: float
    ) -> int:
        """Have a person told, once `tx` is committed, by all ways that she gave.

        Args:
            tx: The transaction that makes it true.
            person_id: Whom.
            notice: What.
            event: Name of what happened, at most `EVENT_LENGTH` characters: the same one is never told twice.
            not_before: Unix seconds; `drop` until then, and nothing is sent.
            now: Unix seconds.

        Returns:
            How many notices are on their way: none when there is no way to tell her, when the event was told before,
            or when one with the same key and kind waits or was sent lately and she has not seen it.
        """
        about = _about(notice, person_id, event, now) | {"due_at": not_before}
        put = 0
        for contact in await self._open(tx, person_id, notice.key, notice.kind, now):
            try:
                put += await self._add(tx, about, contact.sink, self._contacts.address(contact), notice)
            except CannotOpen as error:
                logger.warning("x a contact cannot be read: %s", error)
        return put

    async def would_tell(self, tx: Transaction, person_id: str, *, key: str, kind: Kind, now: float) -> bool:
        """Tell whether `put` would put in a new event: ask before a link is made for it."""
        return bool(await self._open(tx, person_id, key, kind, now))

    async def _open(self, tx: Transaction, person_id: str, key: str, kind: Kind, now: float) -> list[Contact]:
        """Return the contacts to which nothing about the same is on its way or unseen."""
        told = await store.covered(tx, person_id, key, kind, now)
        return [
            contact
            for contact in await self._contacts.of(tx, person_id, now)
            if contact.recipient not in told
            and not (contact.sink is Sink.PUSH and kind in BY_MAIL_ONLY)
            and not await self._is_flooded(tx, contact.recipient, now)
        ]

    async def mail_once(
        self, tx: Transaction, person_id: str, address: str, notice: Notice, *, event: str, now: float
    ) -> None:
        """Have one mail sent to an address that is not kept beyond it.

        Raises:
            Refusal: `BAD_ADDRESS`; `NOT_FOUND` when this server sends no mail; `TOO_MANY` for this address today.
        """
        checked = self._contacts.check_mail(address)
        if await self._is_flooded(tx, self._sealer.digest(Sink.MAIL, checked), now):
            raise Refusal(Code.TOO_MANY, f"one address gets at most {A_DAY_MOST} notices a day")
        about = _about(notice, person_id, event, now) | {"due_at": now}
        await self._add(tx, about, Sink.MAIL, checked, notice)

    async def drop(self, tx: Transaction, person_id: str, key: str) -> None:
        """Note that she has seen what notices with this key are about: none of them is sent any more."""
        await store.see(tx, person_id, key)

    async def _is_flooded(self, tx: Transaction, recipient: str, now: float) -> bool:
        if await store.told_today(tx, recipient, now) < A_DAY_MOST:
            return False
        logger.warning("x a notice is left out: one address has had %d today", A_DAY_MOST)
        return True

    async def _add(
        self, tx: Transaction, about: Mapping[str, object], sink: Sink, address: str, notice: Notice
    ) -> bool:
        letter = Letter(to=address)
        if sink is Sink.MAIL:
            link = f"{self._origin}{notice.link}"
            letter = Letter(to=address, service=notice.service, link=link, language=notice.language)
        notice_id = new_id()
        return await tx.insert_new(
            notices,
            **about,
            id=notice_id,
            recipient=self._sealer.digest(sink, address),
            sink=sink,
            sealed=self._sealer.seal(msgspec.json.encode(letter), notice_id),
        )

    # --- for the worker and the gateway -------------------------------------------------------------------------

    async def send(self, now: float) -> int:
        """Try to send some of what is due; return how many were tried."""
        return await self._sending.sweep(now)

    async def purge(self, now: float) -> int:
        """Delete some contacts and notices whose time has come; call again while it is not 0."""
        async with self._database.write() as tx:
            return await store.purge(tx, now)

    async def rewrap(self) -> int:
        """Seal addresses and letters with the first of the server's keys; returns how many were changed."""
        return await rewrap_all(self._database, self._sealer)

    def handlers(self) -> Mapping[type[Command], Callable[[SignedIn, Any], Awaitable[Done]]]:
        """Return what answers the commands of `signaling.notices.wire`, for everybody who is signed in."""
        return {SetMail: self._set_mail, AddPush: self._add_push, ForgetMe: self._forget_me}

    async def _set_mail(self, login: SignedIn, command: SetMail) -> Done:
        async with self._database.write() as tx:
            await self.set_mail(tx, login.person.id, command.address, now=self._clock())
        return Done()

    async def _add_push(self, login: SignedIn, command: AddPush) -> Done:
        async with self._database.write() as tx:
            await self.add_push(tx, login.person.id, command.endpoint, now=self._clock())
        return Done()

    async def _forget_me(self, login: SignedIn, _command: ForgetMe) -> Done:
        async with self._database.write() as tx:
            await self.forget(tx, login.person.id)
        return Done()


def _about(notice: Notice, person: str, event: str, now: float) -> dict[str, object]:
    """Return what all rows of one event have in common."""
    if not 0 < len(event) <= EVENT_LENGTH:
        raise ValueError(f"the event of a notice has 1 to {EVENT_LENGTH} characters")
    return {
        "app": notice.app,
        "person": person,
        "event": event,
        "key": notice.key,
        "kind": notice.kind,
        "state": State.DUE,
        "attempts": 0,
        "created_at": now,
        "purge_at": now + store.NOTICE_KEPT_S,
    }


def public_origin(settings: Settings) -> str:
    """Return where links lead: the first public origin, one with TLS when we serve TLS."""
    secure = [origin for origin in settings.public_origins if origin.startswith("https://")]
    origins: Sequence[str] = secure if settings.tls_cert and secure else settings.public_origins
    return origins[0] if origins else ""


def _operator(settings: Settings, origin: str) -> str:
    """Return whom a push service may write to (RFC 8292 section 2.1)."""
    if settings.mail is not None:
        return f"mailto:{settings.mail.address}"
    return origin if origin.startswith("https://") else ""
