"""Reading and writing the classroom's tables. No rules here: who may do what is decided by the callers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, and_, func, select, update
from sqlalchemy.sql import ColumnElement

from classroom import tables
from classroom.access import Enrolment, Vetting
from signaling.api import Timetable, Transaction, Window

OPEN, TAKEN, DONE, CANCELLED = "open", "taken", "done", "cancelled"
Value = str | float | bool | None
"""What a column holds."""

COUNTED_OUTCOMES = ("", "hung_up")
"""Lessons that count as had: running ones and those that one of the two ended."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of ``classroom_question``."""

    id: str
    pupil: str
    client_id: str
    subject: str
    words: str
    photo: str
    wanted: str
    state: str
    call: str
    asked_at: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """One row of ``classroom_lesson``."""

    id: str
    question: str
    pupil: str
    volunteer: str
    call: str
    log_id: str
    subject: str
    started_at: float
    ended_at: float | None
    outcome: str
    note: str
    note_at: float | None


@dataclass(frozen=True, slots=True)
class Met:
    """What a volunteer and a pupil share."""

    lessons: int
    last_at: float
    last_subject: str
    note: str


def _question(row: RowMapping) -> Question:
    return Question(**{name: row[name] for name in Question.__slots__})


def _lesson(row: RowMapping) -> Lesson:
    return Lesson(**{name: row[name] for name in Lesson.__slots__})


async def enrolment(tx: Transaction, person: str) -> Enrolment | None:
    """What the class knows of this pupil; None for somebody who is not one."""
    row = (await tx.execute(select(tables.pupil).where(tables.pupil.c.person == person))).mappings().first()
    if row is None:
        return None
    return Enrolment(row["enrolled_until"], row["consent_at"], row["consent_until"])


async def vetting(tx: Transaction, person: str) -> Vetting | None:
    """Until when this volunteer is vetted; None for somebody who is not one."""
    found = await tx.execute(
        select(tables.volunteer.c.vetted_until).where(tables.volunteer.c.person == person)
    )
    row = found.first()
    return None if row is None else Vetting(row[0])


async def enrolled(tx: Transaction, now: float) -> dict[str, str]:
    """Pupils enrolled at ``now``: person to school class."""
    columns = select(tables.pupil.c.person, tables.pupil.c.level)
    rows = await tx.execute(columns.where(tables.pupil.c.enrolled_until > now))
    return {row["person"]: row["level"] for row in rows.mappings()}


async def volunteers(tx: Transaction) -> dict[str, tuple[bool, Vetting]]:
    """All volunteers: person to (free, vetting)."""
    table = tables.volunteer.c
    rows = await tx.execute(select(table.person, table.free, table.vetted_until))
    return {row["person"]: (row["free"], Vetting(row["vetted_until"])) for row in rows.mappings()}


async def set_free(tx: Transaction, person: str, *, free: bool) -> None:
    """Ring this volunteer, or let her rest."""
    table = tables.volunteer
    await tx.execute(update(table).where(table.c.person == person).values(free=free))


async def timetable(tx: Transaction, zone: ZoneInfo) -> Timetable:
    """The opening hours."""
    windows = await tx.execute(select(tables.hours))
    closures = await tx.execute(select(tables.closure.c.day))
    return Timetable(
        tuple(Window(row["weekday"], row["opens"], row["closes"]) for row in windows.mappings()),
        frozenset(date.fromisoformat(day) for (day,) in closures),
        zone,
    )


async def checked(tx: Transaction, person: str) -> frozenset[str]:
    """Logins of a person on which the device check was passed."""
    found = await tx.execute(select(tables.check.c.login).where(tables.check.c.person == person))
    return frozenset(login for (login,) in found)


async def remember_check(tx: Transaction, **values: Value) -> None:
    """Keep the latest device check of a login."""
    if not await tx.insert_new(tables.check, **values):
        table = tables.check
        await tx.execute(update(table).where(table.c.login == values["login"]).values(**values))


async def questions(tx: Transaction, *conditions: ColumnElement[bool]) -> list[Question]:
    """Questions that satisfy all conditions, oldest first."""
    table = tables.question
    rows = await tx.execute(select(table).where(and_(*conditions)).order_by(table.c.asked_at))
    return [_question(row) for row in rows.mappings()]


async def question(tx: Transaction, question_id: str, *, lock: bool = False) -> Question | None:
    """One question, with its row locked when it is going to be changed."""
    statement = select(tables.question).where(tables.question.c.id == question_id)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).mappings().first()
    return None if row is None else _question(row)


async def change_question(tx: Transaction, question_id: str, **values: Value) -> None:
    """Set columns of one question."""
    await tx.execute(update(tables.question).where(tables.question.c.id == question_id).values(**values))


async def lessons(tx: Transaction, *conditions: ColumnElement[bool], limit: int = 1000) -> list[Lesson]:
    """Lessons that satisfy all conditions, latest first."""
    table = tables.lesson
    rows = await tx.execute(
        select(table).where(and_(*conditions)).order_by(table.c.started_at.desc()).limit(limit)
    )
    return [_lesson(row) for row in rows.mappings()]


async def change_lesson(tx: Transaction, lesson_id: str, **values: Value) -> None:
    """Set columns of one lesson."""
    await tx.execute(update(tables.lesson).where(tables.lesson.c.id == lesson_id).values(**values))


async def lessons_since(tx: Transaction, since: float) -> dict[str, int]:
    """How many lessons each pupil has had since a moment: the first key of the line's order."""
    table = tables.lesson.c
    rows = await tx.execute(
        select(table.pupil, func.count().label("lessons"))
        .where(table.started_at >= since, table.outcome.in_(COUNTED_OUTCOMES))
        .group_by(table.pupil)
    )
    return {row["pupil"]: row["lessons"] for row in rows.mappings()}


async def met(tx: Transaction, volunteer: str, pupils: Iterable[str] | None = None) -> dict[str, Met]:
    """What a volunteer shares with each pupil she has met, from lessons that ended well."""
    table = tables.lesson.c
    conditions = [table.volunteer == volunteer, table.outcome == "hung_up"]
    if pupils is not None:
        conditions.append(table.pupil.in_(list(pupils)))
    found: dict[str, Met] = {}
    for lesson in await lessons(tx, *conditions, limit=5000):
        known = found.get(lesson.pupil)
        if known is None:
            found[lesson.pupil] = Met(1, lesson.started_at, lesson.subject, lesson.note)
        else:
            note = known.note or lesson.note
            found[lesson.pupil] = Met(known.lessons + 1, known.last_at, known.last_subject, note)
    return found


async def lessons_with(tx: Transaction, pupil: str) -> dict[str, int]:
    """How many lessons a pupil has had with each volunteer."""
    table = tables.lesson.c
    rows = await tx.execute(
        select(table.volunteer, func.count().label("lessons"))
        .where(table.pupil == pupil, table.outcome == "hung_up")
        .group_by(table.volunteer)
    )
    return {row["volunteer"]: row["lessons"] for row in rows.mappings()}
