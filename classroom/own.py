"""What the views show of one person's own rows, kept until something of hers changes (topic ``person:{id}``)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from classroom import store, tables
from classroom.access import Enrolment, Vetting
from signaling.api import Context, Kept

KEPT_S = 120.0
PEOPLE_MOST = 10_000


@dataclass(frozen=True, slots=True)
class PupilRows:
    """A pupil's own."""

    enrolment: Enrolment | None
    lessons_with: Mapping[str, int]
    """Lessons had with each volunteer."""
    last: store.Lesson | None
    """Her latest one that went well."""
    checked: Collection[str]
    """Logins on which the device check was passed."""


@dataclass(frozen=True, slots=True)
class VolunteerRows:
    """A volunteer's own."""

    vetting: Vetting | None
    met: Mapping[str, store.Met]
    last: store.Lesson | None
    """Her latest one."""


class OwnRows:
    """Of one process. Not to be asked inside a transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        feeds, clock, most = context.feeds, context.clock, PEOPLE_MOST
        self._pupils = Kept(feeds, clock, "person:", self._read_pupil, lives_s=KEPT_S, most=most)
        self._volunteers = Kept(feeds, clock, "person:", self._read_volunteer, lives_s=KEPT_S, most=most)

    async def of_pupil(self, person: str) -> PupilRows:
        """Return a pupil's rows."""
        return await self._pupils.get(person)

    async def of_volunteer(self, person: str) -> VolunteerRows:
        """Return a volunteer's rows."""
        return await self._volunteers.get(person)

    async def _read_pupil(self, person: str) -> PupilRows:
        lesson = tables.lesson.c
        async with self._context.database.read() as tx:
            last = await store.lessons(tx, lesson.pupil == person, lesson.outcome == "hung_up", limit=1)
            return PupilRows(
                enrolment=await store.enrolment(tx, person),
                lessons_with=await store.lessons_with(tx, person),
                last=last[0] if last else None,
                checked=await store.checked(tx, person),
            )

    async def _read_volunteer(self, person: str) -> VolunteerRows:
        async with self._context.database.read() as tx:
            last = await store.lessons(tx, tables.lesson.c.volunteer == person, limit=1)
            return VolunteerRows(
                vetting=await store.vetting(tx, person),
                met=await store.met(tx, person),
                last=last[0] if last else None,
            )
