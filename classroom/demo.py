"""The demonstration class: a dozen pupils, three volunteers and a coordinator, open all day.

Its links are ordinary rows. Their secrets are derived from the demonstration's own key, so that the links on the
screen stay the same from one start to the next.
"""

import hashlib
import hmac
from collections.abc import Sequence
from itertools import cycle

from classroom import store, tables
from signaling.api import Context, DemoPerson, Person, Transaction, demo_size
from signaling.ids import new_id

YEAR_S = 365 * 86400.0
DAY_S = 86400.0

PUPILS = (
    ("Lina B.", "6e"),
    ("Adam K.", "CM2"),
    ("Inès M.", "4e"),
    ("Malo R.", "CE2"),
    ("Yasmine T.", "3e"),
    ("Noé P.", "5e"),
    ("Awa D.", "2de"),
    ("Gabriel S.", "CM1"),
    ("Chloé V.", "1re"),
    ("Ibrahim L.", "6e"),
    ("Manon G.", "Terminale"),
    ("Tom H.", "CE1"),
)
VOLUNTEERS = ("Jeanne M.", "Paul L.", "Monique H.")
PUPILS_MOST, VOLUNTEERS_MOST = 5000, 1000
COORDINATOR = "Claire (coordination)"
REMEMBERED = (
    # volunteer, pupil, days ago, subject, note
    (0, 0, 5, "maths", "Les fractions : elle comprend mieux avec un dessin."),
    (0, 0, 12, "maths", "Un peu timide au début."),
    (0, 4, 3, "french", "Dictée : accord du participe passé à revoir."),
    (1, 1, 2, "science", "Très curieux. Lui parler des volcans."),
)


async def seed(context: Context) -> list[DemoPerson]:
    """Make the demonstration unless it is there; return its persons with working links."""
    now = context.clock()
    async with context.database.write() as tx:
        people = await _people(tx, context, now)
        await _open_all_day(tx)
        return [
            DemoPerson(name=person.name, role=person.role, token=await _link(tx, context, person, now))
            for person in people
        ]


async def _people(tx: Transaction, context: Context, now: float) -> list[Person]:
    named = [name for name, _ in PUPILS]
    more = demo_size("DEMO_PUPILS", len(PUPILS), PUPILS_MOST) - len(PUPILS)
    pupils = await _persons(tx, context, "pupil", [*named, *_numbered("Élève", len(PUPILS), more)])
    more = demo_size("DEMO_VOLUNTEERS", len(VOLUNTEERS), VOLUNTEERS_MOST) - len(VOLUNTEERS)
    helping = [*VOLUNTEERS, *_numbered("Bénévole", len(VOLUNTEERS), more)]
    volunteers = await _persons(tx, context, "volunteer", helping)
    (coordinator,) = await _persons(tx, context, "coordinator", [COORDINATOR])
    for person, (_, level) in zip(pupils, cycle(PUPILS)):
        await tx.insert_new(
            tables.pupil, person=person.id, level=level, enrolled_until=now + YEAR_S, consent_at=now
        )
    for person in volunteers:
        await tx.insert_new(
            tables.volunteer, person=person.id, vetting_kind="b3", vetted_until=now + YEAR_S, free=True
        )
    for volunteer, pupil, days, subject, note in REMEMBERED:
        await _remember(
            tx, context, pupils[pupil], volunteers[volunteer], now - days * DAY_S, (subject, note)
        )
    return [coordinator, *volunteers, *pupils]


def _numbered(word: str, named: int, more: int) -> list[str]:
    """Names for those of a load test: "Élève 13"."""
    return [f"{word} {number}" for number in range(named + 1, named + more + 1)]


async def _persons(tx: Transaction, context: Context, role: str, names: Sequence[str]) -> list[Person]:
    """Find or make persons, in the order of their names."""
    known = {
        person.name: person
        for person in await context.identity.everybody(tx, "classroom")
        if person.role == role
    }
    return [
        known.get(name) or await context.identity.create_person(tx, app="classroom", role=role, name=name)
        for name in names
    ]


async def _remember(
    tx: Transaction, context: Context, pupil: Person, volunteer: Person, at: float, what: tuple[str, str]
) -> None:
    """One lesson of the past, so that the volunteer finds what she would find after some weeks."""
    subject, note = what
    question = new_id()
    fresh = await tx.insert_new(
        tables.question,
        id=question,
        pupil=pupil.id,
        client_id=f"demo-{volunteer.name}-{note}"[:64],
        subject=subject,
        state=store.DONE,
        asked_at=at,
        closed_at=at,
        purge_at=at + YEAR_S,
    )
    if not fresh:
        return
    await tx.insert_new(
        tables.lesson,
        id=new_id(),
        question=question,
        pupil=pupil.id,
        volunteer=volunteer.id,
        call=f"demo-{question}",
        log_id=await context.log.create(tx, app="classroom", purge_at=at + YEAR_S),
        subject=subject,
        started_at=at,
        ended_at=at + 900,
        outcome="hung_up",
        note=note,
        note_at=at + 960,
        purge_at=at + YEAR_S,
    )


async def _open_all_day(tx: Transaction) -> None:
    for weekday in range(7):
        await tx.insert_new(tables.hours, weekday=weekday, opens=0, closes=1440)


async def _link(tx: Transaction, context: Context, person: Person, now: float) -> str:
    secret = hmac.new(context.settings.secret_key, f"demo link {person.id}".encode(), hashlib.sha256)
    return await context.identity.make_link(
        tx, person.id, expires_at=now + YEAR_S, token=secret.hexdigest()[:32]
    )
