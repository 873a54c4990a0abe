"""Prepared answers: short texts that the whole desk shares."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from helpdesk import store, tables
from helpdesk.access import desk_only
from helpdesk.desk.wire import DeleteMacro, MacroRow, MacrosView, SavedMacro, SaveMacro
from signaling.api import Context, Login, Refusal, Transaction
from signaling.ids import new_id
from signaling.wire import Code, Done

MOST = 500
TOPIC = "macros"


@dataclass(frozen=True, slots=True)
class Macros:
    """Handlers, and the view ``macros``."""

    context: Context

    async def save(self, login: Login, command: SaveMacro) -> SavedMacro:
        """Add or change one; adding the same again is answered with the first one."""
        desk_only(login)
        values: dict[str, str] = {"title": command.title, "text": command.text, "topic": command.topic or ""}
        changed: dict[str, str | float] = {"changed_by": login.person.id, "changed_at": self.context.clock()}
        async with self.context.database.write() as tx:
            if command.topic and not await store.topic_exists(tx, command.topic):
                raise Refusal(Code.NOT_FOUND, "no such topic")
            macro = (
                command.macro or await self._same(tx, values) or await self._new(tx, {**values, **changed})
            )
            column = tables.macro.c
            same = update(tables.macro).where(column.id == macro).values(**values, **changed)
            if (await tx.execute(same)).rowcount == 0:
                raise Refusal(Code.NOT_FOUND, "no such prepared answer")
            tx.touch(TOPIC)
        return SavedMacro(macro=macro)

    async def remove(self, login: Login, command: DeleteMacro) -> Done:
        """Remove one; a second time is the same."""
        desk_only(login)
        async with self.context.database.write() as tx:
            await tx.execute(delete(tables.macro).where(tables.macro.c.id == command.macro))
            tx.touch(TOPIC)
        return Done()

    async def open(self, login: Login, key: str) -> None:
        """Let the desk in."""
        desk_only(login)

    async def snapshot(self, login: Login, key: str) -> tuple[MacrosView, frozenset[str]]:
        """All of them; the page searches."""
        column = tables.macro.c
        async with self.context.database.read() as tx:
            rows = await tx.execute(select(tables.macro).order_by(column.title, column.id).limit(MOST))
        macros = {row.id: MacroRow(title=row.title, text=row.text, topic=row.topic) for row in rows}
        return MacrosView(macros=macros), frozenset({TOPIC})

    async def _same(self, tx: Transaction, values: dict[str, str]) -> str | None:
        equal = [tables.macro.c[name] == value for name, value in values.items()]
        row = (await tx.execute(select(tables.macro.c.id).where(*equal).limit(1))).first()
        return None if row is None else str(row.id)

    async def _new(self, tx: Transaction, values: dict[str, str | float]) -> str:
        counted = await tx.execute(select(func.count()).select_from(tables.macro))
        if int(counted.scalar() or 0) >= MOST:
            raise Refusal(Code.TOO_MANY, f"more than {MOST} prepared answers: remove some")
        macro = new_id()
        await tx.insert_new(tables.macro, id=macro, **values)
        return macro
