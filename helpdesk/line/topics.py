"""Topics and when they are open."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk import tables
from signaling.api import Timetable, Transaction, Window

ZONE = ZoneInfo("Europe/Paris")
LANGUAGE = "fr"
"""The language of names that have no translation."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What people come for."""

    id: str
    names: Mapping[str, str]
    """By language."""
    position: int
    timetable: Timetable

    def name(self, language: str) -> str:
        """Its name for somebody who reads this language."""
        return self.names.get(language) or self.names.get(LANGUAGE, self.id)


async def read_topics(tx: Transaction) -> dict[str, Topic]:
    """All topics, by id, in their order."""
    windows: defaultdict[str, list[Window]] = defaultdict(list)
    for row in (await tx.execute(select(tables.hours))).mappings():
        windows[row["topic"]].append(Window(row["weekday"], row["opens"], row["closes"]))
    closures = frozenset(
        date.fromisoformat(row.day) for row in await tx.execute(select(tables.closure.c.day))
    )
    table = tables.topic
    rows = await tx.execute(select(table).order_by(table.c.position, table.c.id))
    return {
        row["id"]: Topic(
            row["id"], row["names"], row["position"], Timetable(tuple(windows[row["id"]]), closures, ZONE)
        )
        for row in rows.mappings()
    }
