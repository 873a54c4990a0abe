"""What an app (the classroom, the help desk) may use of the signaling server, and what it has to bring.

An app brings: commands and their handlers, views, pages, HTTP routes, a call policy, sweeps for its deadlines,
purge rules, migrations and a demonstration. It gets a ``Context``. Nothing else of signaling is visible to it, besides
the ``wire`` modules.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from aiohttp import web

from signaling.calls.service import Call, CallPolicy, Calls, Offer, Transition
from signaling.database import Database, Transaction, metadata
from signaling.errors import Refusal
from signaling.feeds.ephemeral import Ephemeral
from signaling.feeds.kept import Kept
from signaling.feeds.service import Feeds, View
from signaling.files.documents import Document, DocumentState, Follow, Share
from signaling.files.service import Files
from signaling.gateway.limits import Buckets
from signaling.hours import Opening, Timetable, Window, start_of_day
from signaling.identity.presence import Presence
from signaling.identity.service import Identity, Login, Person
from signaling.log.service import Log
from signaling.notices.contract import Notice
from signaling.notices.service import Notices
from signaling.parts import LOGIN_OF, Clock, Handler, Page, Sweep
from signaling.settings import BadSetting, Settings, demo_size
from signaling.wire import Command

__all__ = [
    "LOGIN_OF",
    "App",
    "BadSetting",
    "Buckets",
    "Call",
    "CallPolicy",
    "Calls",
    "Clock",
    "Context",
    "DemoPerson",
    "Document",
    "DocumentState",
    "Ephemeral",
    "Handler",
    "Kept",
    "Loads",
    "Login",
    "Notice",
    "Notices",
    "Offer",
    "Opening",
    "Page",
    "Part",
    "Person",
    "Refusal",
    "Sweep",
    "Timetable",
    "Transaction",
    "Transition",
    "View",
    "Window",
    "demo_size",
    "metadata",
    "start_of_day",
]


@dataclass(frozen=True, slots=True)
class Context:
    """The services of one process."""

    settings: Settings
    clock: Clock
    database: Database
    identity: Identity
    presence: Presence
    ephemeral: Ephemeral
    log: Log
    calls: Calls
    files: Files
    notices: Notices
    feeds: Feeds


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demonstration and the secret of her personal link, or a page to show and its path."""

    name: str
    role: str
    token: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What an app registers in a process, built once from the context."""

    handlers: Mapping[type[Command], Handler]
    views: Mapping[str, View]
    """By the part of the view's name before the colon."""
    call_policy: CallPolicy
    access_log: Callable[[Login, str], Awaitable[int]]
    """Raises Refusal unless this login may read the log; returns the seq after which it may, 0 for everything."""
    access_file: Callable[[Login, str], Awaitable[None]]
    """Raises Refusal unless this login may read the file."""
    routes: Sequence[web.RouteDef] = ()
    pages: Sequence[Page] = ()
    admit: Callable[[Transaction, str], Awaitable[Person]] | None = None
    """Makes the person of somebody who comes without a link, who speaks this language; None: nobody may."""
    sweeps: Sequence[Sweep] = ()
    """The app's own deadlines and purges."""
    on_document: Follow | None = None
    """Told each new state of a document in the transaction that brings it; None: the app takes no documents."""
    upload_share: Share | None = None
    """Who may send documents, and how much of the disk is left to the others; None: everybody, all of it."""
    takes_photos: bool = False
    """Pictures that need no scanner, for they are drawn anew and nothing else of them is kept."""
    on_presence: Callable[[str], Awaitable[None]] | None = None
    """Told the person id when presence changed (on every process that hears it)."""


class App(Protocol):
    """A dotted name on the command line, such as ``classroom.app:app``, leads to one of these."""

    name: str
    """Also the prefix of its tables and of its pages."""
    migrations: Path
    """Folder of Alembic revisions."""

    def build(self, context: Context) -> Part:
        """Make the app's part of this process."""
        ...

    def home(self, person: Person, login: str) -> str:
        """Path of the page where this person lands."""
        ...

    async def seed(self, context: Context) -> list[DemoPerson]:
        """Make the demonstration if it is not there; always return its persons with working links."""
        ...


@runtime_checkable
class Loads(Protocol):
    """An app that takes what the operator decides from a file: ``python -m signaling.admin load APP FILE``."""

    async def load(self, context: Context, text: str) -> list[DemoPerson]:
        """Bring the app to what the file says; return new persons with their links.

        Raises:
            BadSetting: With the sentence for the operator; nothing has changed.
        """
        ...
