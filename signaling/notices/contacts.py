"""By what a person can be told: at most one mail address and a few browsers, sealed, until she takes them back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from signaling.database import Transaction
from signaling.errors import Refusal
from signaling.notices import store
from signaling.notices.addresses import mail_address, push_endpoint
from signaling.notices.contract import Sink
from signaling.notices.sealing import Sealer
from signaling.wire import Code

BROWSERS_MOST = 5
"""Push subscriptions of one person; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One of them, still sealed."""

    sink: Sink
    recipient: str
    """Digest of the address."""
    person: str
    sealed: bytes


class Contacts:
    """Contacts of persons.

    Args:
        sealer: Seals and digests addresses.
        offers: Tells whether this server uses a sink.
        private: For tests: push services in networks of ours.
    """

    def __init__(self, sealer: Sealer, offers: Callable[[str], bool], *, private: bool) -> None:
        self._sealer = sealer
        self._offers = offers
        self._private = private

    async def of(self, tx: Transaction, person: str, now: float = 0.0) -> Sequence[Contact]:
        """Return those by which this server can tell her."""
        return [
            Contact(sink=Sink(row.sink), recipient=row.recipient, person=person, sealed=row.sealed)
            for row in await store.contacts(tx, person)
            if row.purge_at > now and self._offers(row.sink)
        ]

    def address(self, contact: Contact) -> str:
        """Open one.

        Raises:
            CannotOpen: its key is not ours any more.
        """
        return self._sealer.open(
            contact.sealed, store.contact_name(contact.person, contact.recipient)
        ).decode()

    def check_mail(self, address: str) -> str:
        """Return the address in the form in which it is known again.

        Raises:
            Refusal: `BAD_ADDRESS`, or `NOT_FOUND` when this server sends no mail.
        """
        if not self._offers(Sink.MAIL):
            raise Refusal(Code.NOT_FOUND, "this server sends no mail")
        return mail_address(address)

    async def set_mail(self, tx: Transaction, person: str, address: str, now: float) -> None:
        """Keep one mail address, instead of any other."""
        kept = await self._keep(tx, person, Sink.MAIL, self.check_mail(address), now)
        before = {row.recipient for row in await store.contacts(tx, person, Sink.MAIL)}
        await store.remove_contacts(tx, person, before - {kept})

    async def add_push(self, tx: Transaction, person: str, endpoint: str, now: float) -> None:
        """Keep one more browser."""
        await self._keep(tx, person, Sink.PUSH, push_endpoint(endpoint, private=self._private), now)
        known = [row.recipient for row in await store.contacts(tx, person, Sink.PUSH)]
        await store.remove_contacts(tx, person, known[:-BROWSERS_MOST])

    async def _keep(self, tx: Transaction, person: str, sink: Sink, address: str, now: float) -> str:
        recipient = self._sealer.digest(sink, address)
        sealed = self._sealer.seal(address.encode(), store.contact_name(person, recipient))
        await store.keep_contact(tx, person, recipient, sink=sink, sealed=sealed, now=now)
        tx.touch(f"person:{person}")
        return recipient
