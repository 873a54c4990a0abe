"""An app that has persons told, for tests of notices: on a real database, with the settings of a server."""

from typing import Any

import sqlalchemy as sa

from signaling.database import Database
from signaling.notices.contract import Kind, Notice
from signaling.notices.server import MailServer
from signaling.notices.service import Notices
from signaling.notices.tables import contact, notice
from signaling.settings import Settings

NOW = 1_800_000_000.0
ADDRESS = "aicha.benali@example.org"
SECRET = "s3cret-of-her-link"
LINK = f"/aide/reprendre#{SECRET}"


def settings(port: int = 0, **changes: Any) -> Settings:
    """Settings of a server that sends mail to this port of loopback."""
    mail = MailServer(
        host="127.0.0.1", port=port, tls="none", sender="Métropole de Test", address="desk@example.org"
    )
    given = {
        "database_url": "",
        "redis_url": "",
        "secret_key": b"s" * 32,
        "files_keys": (b"f" * 32,),
        "public_origins": ("https://desk.example.org",),
        "mail": mail if port else None,
        "push_private": True,
    }
    return Settings(**(given | changes))


class Desk:
    """What an app does with notices."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self.database = database
        self.notices = notices

    async def set_mail(self, person: str = "aicha", address: str = ADDRESS) -> None:
        async with self.database.write() as tx:
            await self.notices.set_mail(tx, person, address, now=NOW)

    async def add_push(self, endpoint: str, person: str = "aicha", now: float = NOW) -> None:
        async with self.database.write() as tx:
            await self.notices.add_push(tx, person, endpoint, now=now)

    async def answer(
        self,
        seq: int = 1,
        *,
        person: str = "aicha",
        key: str = "talk",
        kind: Kind = "answer",
        now: float = NOW,
    ) -> int:
        """Put in what an answer of an agent puts in: due a minute later."""
        about = Notice(app="helpdesk", key=key, kind=kind, service="Métropole de Test", link=LINK)
        async with self.database.write() as tx:
            return await self.notices.put(
                tx, person, about, event=f"{key}:{seq}", not_before=now + 60, now=now
            )

    async def read(self, person: str = "aicha", key: str = "talk") -> None:
        async with self.database.write() as tx:
            await self.notices.drop(tx, person, key)

    async def rows(self) -> list[Any]:
        async with self.database.read() as tx:
            return list((await tx.execute(sa.select(notice).order_by(notice.c.created_at))).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def contacts(self) -> list[Any]:
        async with self.database.read() as tx:
            return list((await tx.execute(sa.select(contact).order_by(contact.c.created_at))).all())

    async def ways(self, person: str = "aicha") -> frozenset[str]:
        async with self.database.read() as tx:
            return await self.notices.ways(tx, person)
