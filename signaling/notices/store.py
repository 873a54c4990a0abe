"""The rows of notices: contacts of persons, and the outbox with its claims."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, update

from signaling.database import Transaction
from signaling.notices.contract import Sink, State
from signaling.notices.delivery import ATTEMPTS, CLAIM_S, Next
from signaling.notices.tables import contact, notice

QUIET_S = 3600.0
"""After a notice was sent, others about the same wait for this long, unless the person has seen it."""
PURGE_BATCH = 500
DAY_S = 86400.0
CONTACT_KEPT_S = 90 * DAY_S
NOTICE_KEPT_S = 30 * DAY_S
"""For as long the same event is not told again."""

Found = Row[tuple[Any, ...]]
EMPTY = b""

# --- contacts -----------------------------------------------------------------------------------------------------


def contact_name(person: str, recipient: str) -> str:
    """Return the name under which an address is sealed."""
    return f"{person}:{recipient}"


async def contacts(tx: Transaction, person: str, sink: Sink | None = None) -> Sequence[Found]:
    """Return a person's contacts, the oldest first."""
    column = contact.c
    hers = select(contact).where(column.person == person)
    if sink is not None:
        hers = hers.where(column.sink == sink)
    return (await tx.execute(hers.order_by(column.created_at, column.recipient))).all()


async def keep_contact(
    tx: Transaction, person: str, recipient: str, *, sink: Sink, sealed: bytes, now: float
) -> None:
    """Add a contact, or keep the one that is there for longer."""
    values = {"sink": sink, "sealed": sealed, "created_at": now, "purge_at": now + CONTACT_KEPT_S}
    same = (contact.c.person == person, contact.c.recipient == recipient)
    if (await tx.execute(update(contact).where(*same).values(values))).rowcount == 0:
        await tx.insert_new(contact, person=person, recipient=recipient, **values)


async def remove_contacts(tx: Transaction, person: str, recipients: Iterable[str]) -> None:
    """Forget some contacts, and what was still to be told there."""
    given = list(recipients)
    await tx.execute(delete(contact).where(contact.c.person == person, contact.c.recipient.in_(given)))
    await _end(tx, notice.c.person == person, notice.c.recipient.in_(given), state=State.FAILED)


async def forget(tx: Transaction, person: str) -> None:
    """Forget all contacts of a person, and what was still to be told to her."""
    await tx.execute(delete(contact).where(contact.c.person == person))
    await _end(tx, notice.c.person == person, state=State.FAILED)


# --- what is put in ------------------------------------------------------------------------------------------------


async def covered(tx: Transaction, person: str, key: str, kind: str, now: float) -> set[str]:
    """Return the recipients to whom the same is being told, or was told and not seen since."""
    column = notice.c
    recently = and_(column.state == State.SENT, column.sent_at > now - QUIET_S)
    same = select(column.recipient).where(
        column.person == person,
        column.key == key,
        column.kind == kind,
        or_(column.state.in_([State.DUE, State.CLAIMED]), recently),
    )
    return {row.recipient for row in await tx.execute(same)}


async def told_today(tx: Transaction, recipient: str, now: float) -> int:
    """Count the notices to one address in the last day, whoever they were for."""
    column = notice.c
    recent = select(func.count()).where(column.recipient == recipient, column.created_at > now - DAY_S)
    return int((await tx.execute(recent)).scalar_one())


async def see(tx: Transaction, person: str, key: str) -> None:
    """Note that the person has seen what these notices are about; a claimed one is not tried again."""
    column = notice.c
    await tx.execute(
        update(notice)
        .where(column.person == person, column.key == key)
        .where(column.state.in_([State.DUE, State.CLAIMED, State.SENT]))
        .values(state=State.SEEN, sealed=EMPTY, claimed_until=None)
    )


async def _end(tx: Transaction, *which: ColumnElement[bool], state: State) -> None:
    waiting = notice.c.state.in_([State.DUE, State.CLAIMED])
    await tx.execute(
        update(notice).where(waiting, *which).values(state=state, sealed=EMPTY, claimed_until=None)
    )


# --- what is taken out -----------------------------------------------------------------------------------------------


def _ready(now: float) -> ColumnElement[bool]:
    column = notice.c
    lapsed = and_(column.state == State.CLAIMED, column.claimed_until <= now)
    return or_(and_(column.state == State.DUE, column.due_at <= now), lapsed)


async def anything_ready(tx: Transaction, now: float) -> bool:
    """Tell whether there is something to claim, without a lock."""
    return (await tx.execute(select(notice.c.id).where(_ready(now)).limit(1))).first() is not None


async def claim(tx: Transaction, now: float, limit: int) -> Sequence[Found]:
    """Claim notices that nobody else has claimed; the claim lapses by itself (`CLAIM_S`).

    Returns:
        Their rows, ``attempts`` with this one counted: the number that `settle` compares.
    """
    column = notice.c
    ready = select(column.id, column.attempts).where(_ready(now)).order_by(column.due_at).limit(limit)
    found = (await tx.execute(ready.with_for_update(skip_locked=True))).all()
    # One whose workers died each time may be what kills them.
    deadly = [row.id for row in found if row.attempts >= ATTEMPTS]
    if deadly:
        await _end(tx, column.id.in_(deadly), state=State.FAILED)
    claimed = (
        update(notice)
        .where(column.id.in_([row.id for row in found if row.attempts < ATTEMPTS]))
        .values(state=State.CLAIMED, claimed_until=now + CLAIM_S, attempts=column.attempts + 1)
        .returning(notice)
    )
    return (await tx.execute(claimed)).all()


async def settle(tx: Transaction, row: Found, then: Next) -> bool:
    """Write what follows from an attempt, unless the claim has lapsed or the person has seen it meanwhile."""
    column, over = notice.c, then.state is not State.DUE
    mine = (column.id == row.id, column.state == State.CLAIMED, column.attempts == row.attempts)
    values: dict[str, object] = {"state": then.state, "due_at": then.due_at, "claimed_until": None}
    if over:
        values["sealed"] = EMPTY
    if then.state is State.SENT:
        values["sent_at"] = then.due_at
    return (await tx.execute(update(notice).where(*mine).values(values))).rowcount == 1


async def purge(tx: Transaction, now: float) -> int:
    """Delete some of the rows whose time has come; return how many."""
    gone = await tx.execute(delete(contact).where(contact.c.purge_at <= now))
    old = select(notice.c.id).where(notice.c.purge_at <= now).order_by(notice.c.purge_at).limit(PURGE_BATCH)
    ids = [row.id for row in await tx.execute(old)]
    if ids:
        await tx.execute(delete(notice).where(notice.c.id.in_(ids)))
    return gone.rowcount + len(ids)
