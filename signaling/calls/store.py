"""Rows of calls, offers and seats, read and written. Decides nothing."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from signaling.calls.contract import Call, Offer
from signaling.calls.table import State
from signaling.calls.tables import call as calls
from signaling.calls.tables import call_offer as offers
from signaling.calls.tables import call_seat as seats
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.wire import Code

_NAMES = tuple(field.name for field in fields(Call))
BATCH = 200
"""Rows that a sweep reads at once."""


def _call(row: Row[Any]) -> Call:
    values = {name: getattr(row, name) for name in _NAMES}
    values["state"] = State(values["state"])
    return Call(**values)


async def add(tx: Transaction, call: Call) -> None:
    """Store a new call."""
    await tx.execute(insert(calls).values({name: getattr(call, name) for name in _NAMES}))


async def find(tx: Transaction, call_id: str, *, lock: bool = False) -> Call | None:
    """Return a call, None when there is none. `lock` holds its row to the end of the transaction."""
    query = select(calls).where(calls.c.id == call_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).first()
    return _call(row) if row else None


async def lock(tx: Transaction, call_id: str) -> Call:
    """Return a call and hold its row.

    Raises:
        Refusal: ``NOT_FOUND``.
    """
    call = await find(tx, call_id, lock=True)
    if call is None:
        raise Refusal(Code.NOT_FOUND, "no such call")
    return call


async def select_calls(tx: Transaction, *conditions: ColumnElement[bool], limit: int = BATCH) -> list[Call]:
    """Return the oldest calls that meet the conditions."""
    query = select(calls).where(*conditions).order_by(calls.c.created_at, calls.c.id).limit(limit)
    return [_call(row) for row in await tx.execute(query)]


async def count_by_worker(tx: Transaction) -> dict[str, int]:
    """Count the calls that each worker has been given and that have not ended."""
    counted = select(calls.c.worker, func.count().label("calls")).where(
        calls.c.state != State.ENDED, calls.c.worker != ""
    )
    rows = await tx.execute(counted.group_by(calls.c.worker))
    return {row["worker"]: row["calls"] for row in rows.mappings()}


async def pages(database: Database, *conditions: ColumnElement[bool]) -> AsyncIterator[list[Call]]:
    """Yield all calls that meet the conditions, a batch at a time, each read in a transaction of its own."""
    after = ""
    while True:
        query = select(calls).where(*conditions, calls.c.id > after).order_by(calls.c.id).limit(BATCH)
        async with database.read() as tx:
            page = [_call(row) for row in await tx.execute(query)]
        if page:
            yield page
        if len(page) < BATCH:
            return
        after = page[-1].id


async def change(tx: Transaction, call: Call, **changes: Any) -> Call:  # noqa: ANN401 - columns
    """Compare the version, set the changes, and return the call as it is now.

    Raises:
        Refusal: ``CONFLICT``: the row has moved on since `call` was read.
    """
    changes["version"] = call.version + 1
    same = (calls.c.id == call.id, calls.c.version == call.version)
    result = await tx.execute(update(calls).where(*same).values(changes))
    if result.rowcount != 1:
        raise Refusal(Code.CONFLICT, "the call has moved on")
    return replace(call, **changes)


async def forget(tx: Transaction, now: float) -> int:
    """Delete calls whose purge date has come."""
    due = select(calls.c.id).where(calls.c.purge_at <= now).limit(BATCH)
    ids = [row.id for row in await tx.execute(due)]
    if ids:
        # Offers and seats went when the call ended.
        await tx.execute(delete(calls).where(calls.c.id.in_(ids)))
    return len(ids)


# --- offers -----------------------------------------------------------------------------------------------------


async def read_offers(tx: Transaction, call_ids: Iterable[str]) -> dict[str, dict[str, Offer]]:
    """Return call to person to offer; calls without one are left out."""
    found: dict[str, dict[str, Offer]] = {}
    query = select(offers).where(offers.c.call.in_(list(call_ids)))
    for row in await tx.execute(query):
        found.setdefault(row.call, {})[row.person] = Offer(row.answer, row.until)
    return found


async def rung_at(tx: Transaction, person: str, answer: str) -> list[str]:
    """Return the calls that have this answer of this person."""
    query = select(offers.c.call).where(offers.c.person == person, offers.c.answer == answer).limit(BATCH)
    return [row.call for row in await tx.execute(query)]


async def write_offers(
    tx: Transaction, call_id: str, before: Mapping[str, Offer], after: Mapping[str, Offer]
) -> set[str]:
    """Make the offers of a call, whose row is held, as `after` says; return the persons concerned."""
    concerned = {person for person in {*before, *after} if before.get(person) != after.get(person)}
    gone = sorted(person for person in concerned if person in before)
    if gone:
        await tx.execute(delete(offers).where(offers.c.call == call_id, offers.c.person.in_(gone)))
    for person in sorted(concerned):
        if person in after:
            offer = after[person]
            values = {"call": call_id, "person": person, "answer": offer.answer, "until": offer.until}
            await tx.execute(insert(offers).values(values))
    return concerned


async def close_offers(tx: Transaction, call_id: str) -> list[str]:
    """Delete the offers of a call that waits no more; return whose they were."""
    query = select(offers.c.person).where(offers.c.call == call_id)
    persons = [row.person for row in await tx.execute(query)]
    await tx.execute(delete(offers).where(offers.c.call == call_id))
    return persons


# --- seats ------------------------------------------------------------------------------------------------------


async def sit(tx: Transaction, call_id: str, persons: Sequence[str]) -> bool:
    """Seat persons in a call; False, and the transaction is to be undone, when one sits in another already."""
    # Always in the same order: two transactions that want the same two seats must not wait for each other.
    for person in sorted(persons):
        if not await tx.insert_new(seats, person=person, call=call_id):
            return False
    return True


async def seat_of(tx: Transaction, person: str) -> str:
    """Return the call in which a person is; empty for none."""
    row = (await tx.execute(select(seats.c.call).where(seats.c.person == person))).first()
    return str(row.call) if row else ""


async def stand_up(tx: Transaction, call_id: str) -> None:
    """Free the persons of a call that is over."""
    await tx.execute(delete(seats).where(seats.c.call == call_id))
