"""People in the words of the product: pupils and volunteers at pages without a browser, with synthetic cameras.

They go through a running system (``load.system``) over the real protocol. A test makes the people that it
needs; they leave with it, so that many tests share one system.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from typing import Any

import sqlalchemy
from socketio.exceptions import SocketIOError

from classroom import tables
from classroom.app import app
from classroom.wire import Ask, Asked, Cancel, Checked, Say, SetFree, WriteNote
from load.client import Client, Refused
from load.peer.peer import SyntheticPeer
from load.peer.statistics import PeerStatistics
from load.system.whole import System
from signaling.api import Context
from signaling.calls.wire import Accept, HangUp, Join, Later, MediaLost, NotNow, Ready
from signaling.composition import compose
from signaling.settings import Settings
from signaling.wire import Code, Command, LogEvent

CLASSROOM = "classroom"
YEAR_S = 365 * 86400.0
WITHIN_S = 20.0
WAITING = ("queued", "offered")
_numbers = count(1)


class Person:
    """Somebody with a personal link. ``comes``, acts, sees, ``leaves``."""

    http = False
    """Whether her network blocks WebSockets and UDP: plain HTTP, and media over TCP."""

    def __init__(self, base: str, person_id: str, name: str, token: str) -> None:
        self.base = base
        self.id = person_id
        self.name = name
        self.token = token
        self.peer: SyntheticPeer | None = None
        self.epoch = 0
        """Of the placement with which she joined last."""
        self.call = ""
        """In which she is or waits."""
        self.lesson = ""
        self.log = ""
        self._client: Client | None = None
        self._opened: list[str] = []

    @property
    def client(self) -> Client:
        """Her page."""
        assert self._client is not None, f"{self.name} has not come"
        return self._client

    @property
    def room(self) -> dict[str, Any]:
        """The classroom as she sees it now."""
        return dict(self.client.views.get(CLASSROOM) or {})

    @property
    def seen_call(self) -> dict[str, Any]:
        """Her call as she sees it now."""
        return dict(self.client.views.get(f"call:{self.call}") or {})

    @property
    def events(self) -> list[LogEvent]:
        """The lesson's log as she has it."""
        return self.client.logs.get(self.log, [])

    def heard(self) -> list[str]:
        """The words of the lesson's chat, in order."""
        return [event.payload["text"] for event in self.events if event.kind == "said"]

    async def comes(self) -> None:
        """Use the link and open the page."""
        self._client = await Client.sign_in(self.base, self.token)
        if not self.http:
            await self.client.connect()
        await self.opens(CLASSROOM)

    async def opens(self, view: str) -> Any:
        """Open a view and give its data; None when it is not open to her."""
        if not self.http:
            return await self.client.open_view(view)
        self._opened.append(view)
        await self.sees(lambda: view in self.client.views or view in self.client.ended, f"the view {view}")
        return self.client.views.get(view)

    async def does(self, command: Command) -> Any:
        """Send a command.

        Raises:
            Refused: The server did.
        """
        return await (self.client.post(command) if self.http else self.client.send(command))

    async def sees(self, condition: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
        """Wait until her page shows something."""
        try:
            if self.http:
                async with asyncio.timeout(within_s):
                    while not condition():
                        logs = (self.log,) if self.log else ()
                        await self.client.poll(views=tuple(self._opened), logs=logs, wait=2.0)
            else:
                await self.client.wait_for(condition, within_s)
        except TimeoutError:
            raise AssertionError(f"{self.name} does not see {what}; her page: {self._shown()}") from None

    def _shown(self) -> dict[str, Any]:
        """What matters of her page, for a message."""
        parts = ("question", "line", "lesson", "call", "may_ask", "may_take")
        views = {name: data for name, data in self.client.views.items() if name != CLASSROOM}
        return {part: self.room.get(part) for part in parts} | views

    async def drops(self) -> None:
        """Lose page and media without a goodbye, as when a network goes; the page comes back with ``returns``."""
        self.peer_vanishes()
        socket = self.client._socket
        socket.reconnection = False
        websocket = socket.eio.ws
        websocket._response.connection.transport.abort()
        async with asyncio.timeout(WITHIN_S):
            await socket.wait()

    async def is_online(self) -> None:
        """Wait until the page, which tries again by itself, is connected."""
        await self.sees(lambda: "/" in self.client._socket.namespaces, "an open connection")

    async def returns(self) -> None:
        """Open the page again after ``drops``."""
        await self.client.connect()

    async def leaves(self) -> None:
        """End what is open, and close the page."""
        if self._client is None:
            return
        await self.puts_in_order()
        if self.peer is not None:
            await self.peer.close()
        client, self._client = self._client, None
        await client.close()

    async def puts_in_order(self) -> None:
        """Leave nothing for the next test."""
        if self.call:
            await self.quietly(HangUp(call=self.call))

    async def quietly(self, command: Command) -> None:
        """Send a command that may be refused; over plain HTTP, which works in any state."""
        with suppress(Refused, TimeoutError, SocketIOError, OSError):
            await self.client.post(command)

    # --- media --------------------------------------------------------------------------------------------------

    def peer_vanishes(self) -> None:
        """Lose the media connection without a goodbye."""
        if self.peer is not None:
            self.peer.vanish()
            self.peer = None

    async def joins(self, *, sending: bool = True) -> SyntheticPeer:
        """Negotiate and connect media; microphone and camera on unless told otherwise."""
        self.peer_vanishes()
        self.peer = peer = SyntheticPeer(tcp=self.http)
        joined = await self.does(Join(call=self.call, sdp=peer.offer_sdp()))
        self.epoch = joined["epoch"]
        await peer.connect_sdp(joined["sdp"])
        if sending:
            peer.publish(audio=True, video=["f"])
        return peer

    def shows_herself(self) -> None:
        """Microphone and camera on."""
        assert self.peer is not None
        self.peer.publish(audio=True, video=["f"])

    async def meets(self, other: "Person") -> None:
        """Wait until picture and sound of the other person arrive, and say so."""
        await self.receives(other)
        if not self.http:
            await self.does(Ready(call=self.call, epoch=self.epoch))

    async def receives(self, other: "Person", *, more: int = 5) -> None:
        """Wait until ``more`` frames and sound of the other person have arrived from now on."""
        assert self.peer is not None
        assert other.peer is not None
        stamp = other.peer.stamp_id
        before = frames(self.peer.statistics(), stamp)
        sounds = packets(self.peer.statistics(), "audio")
        try:
            await self.peer.until(
                lambda seen: frames(seen, stamp) >= before + more and packets(seen, "audio") > sounds
            )
        except TimeoutError:
            raise AssertionError(
                f"{self.name} does not see and hear {other.name}: {self.peer.statistics()}"
            ) from None

    async def misses_media(self) -> None:
        """Tell that no media comes."""
        await self.does(MediaLost(call=self.call, epoch=self.epoch))

    # --- the lesson ---------------------------------------------------------------------------------------------

    async def follows_call(self, call: str) -> None:
        """Open the view of a call."""
        self.call = call
        await self.opens(f"call:{call}")

    async def enters_lesson(self) -> dict[str, Any]:
        """Open the lesson that the classroom shows, and its chat; return the lesson's view."""
        await self.sees(lambda: self.room["lesson"], "the lesson")
        self.lesson = self.room["lesson"]
        lesson = await self.opens(f"lesson:{self.lesson}")
        self.log = lesson["log_id"]
        if not self.http:
            await self.client.open_log(self.log)
        return dict(lesson)

    async def says(self, text: str, client_id: str = "") -> Any:
        """Write in the lesson's chat."""
        return await self.does(Say(lesson=self.lesson, client_id=client_id or uuid.uuid4().hex, text=text))

    async def reads(self, *texts: str) -> None:
        """Wait until exactly these words stand in the chat, in this order."""
        await self.sees(lambda: self.heard() == [*texts], f"{texts} in the chat, but {self.heard()}")

    async def hangs_up(self) -> None:
        """End the call."""
        await self.does(HangUp(call=self.call))

    async def is_back(self) -> None:
        """Wait until she is where she was before the lesson."""
        await self.sees(lambda: self.room and not self.room["lesson"], "the classroom, without a lesson")

    async def sees_event(self, kind: str) -> None:
        """Wait until the newest event of the lesson's log is of this kind."""
        await self.sees(lambda: self.events and self.events[-1].kind == kind, f"the event {kind}")

    async def sees_call(self, *states: str, within_s: float = WITHIN_S) -> None:
        """Wait until the call is in one of these states."""
        await self.sees(lambda: self.seen_call.get("state") in states, f"a call that is {states}", within_s)


class Pupil(Person):
    """Asks questions."""

    question = ""

    async def comes(self) -> None:
        """As anybody; she has passed the check of her devices."""
        await super().comes()
        await self.does(Checked(camera=True, microphone=True))

    async def asks(
        self,
        words: str = "Je ne comprends pas.",
        *,
        subject: str = "maths",
        photo: str | None = None,
        of: "Volunteer | None" = None,
        client_id: str = "",
    ) -> Asked:
        """Ask, and watch the call that waits."""
        ask = Ask(
            client_id=client_id or uuid.uuid4().hex,
            subject=subject,
            words=words,
            photo=photo,
            volunteer=of.id if of else None,
        )
        asked = Asked(**await self.does(ask))
        self.question = asked.question
        await self.follows_call(asked.call)
        await self.sees(lambda: self.room.get("question"), "her own question")
        return asked

    async def cancels(self) -> None:
        """Take the question back."""
        await self.does(Cancel(question=self.question))

    async def waits(self, state: str, within_s: float = WITHIN_S) -> dict[str, Any]:
        """Wait until her question is in this state, and return it."""
        await self.sees(
            lambda: (self.room.get("question") or {}).get("state") == state, f"a question {state}", within_s
        )
        return dict(self.room["question"])

    async def puts_in_order(self) -> None:
        """Leave no question behind."""
        await super().puts_in_order()
        if self.question:
            await self.quietly(Cancel(question=self.question))


class Volunteer(Person):
    """Takes questions."""

    def row(self, pupil: Pupil) -> dict[str, Any]:
        """The pupil's question in the line, as she sees it; empty when there is none."""
        return dict(self.room.get("line", {}).get(pupil.question) or {})

    def pupil(self, pupil: Pupil) -> dict[str, Any]:
        """The pupil's row on the main screen."""
        return dict(self.room.get("pupils", {}).get(pupil.id) or {})

    async def sees_taken(self, pupil: Pupil, by: str) -> None:
        """Wait until the pupil's question is shown as taken by somebody."""
        await self.sees(lambda: self.row(pupil).get("taken_by") == by, f"that {by} took it")

    async def hears(self, pupil: Pupil, within_s: float = WITHIN_S) -> dict[str, Any]:
        """Wait until the pupil's question rings here, and return its row."""
        await self.sees(lambda: self.row(pupil).get("ringing"), f"{pupil.name}'s question ringing", within_s)
        return self.row(pupil)

    async def accepts(self, pupil: Pupil) -> None:
        """Take the pupil's question."""
        await self.takes(pupil.call)

    async def takes(self, call: str) -> None:
        """Take a call."""
        await self.does(Accept(call=call))
        await self.follows_call(call)

    async def promises(self, pupil: Pupil) -> None:
        """In five minutes."""
        await self.does(Later(call=pupil.call))

    async def declines(self, pupil: Pupil) -> None:
        """Not now."""
        await self.does(NotNow(call=pupil.call))

    async def rests(self) -> None:
        """Do not ring me."""
        await self.does(SetFree(free=False))

    async def is_free_again(self) -> None:
        """Ring me."""
        await self.does(SetFree(free=True))

    async def notes(self, text: str) -> None:
        """Two lines about the lesson."""
        await self.does(WriteNote(lesson=self.lesson, text=text))

    async def puts_in_order(self) -> None:
        """Be rung no more, though she is shown as here for some seconds."""
        await super().puts_in_order()
        await self.quietly(SetFree(free=False))


class Coordinator(Person):
    """Sees everything, takes no question."""


class School:
    """Makes people for one test, and changes what only the operator may."""

    def __init__(self, system: System, context: Context, stack: AsyncExitStack) -> None:
        self.system = system
        self.context = context
        self._stack = stack

    async def pupil(self, name: str = "", *, http: bool = False, **enrolment: float | None) -> Pupil:
        """Enrol a pupil and have her come; columns of ``classroom_pupil`` may be given."""
        pupil = Pupil(*await self._made("pupil", name or f"Lina {next(_numbers)}"))
        now = self.context.clock()
        columns = {"enrolled_until": now + YEAR_S, "consent_at": now - 1.0, **enrolment}
        async with self.context.database.write() as tx:
            await tx.insert_new(tables.pupil, person=pupil.id, level="6e", **columns)
            tx.touch(CLASSROOM)
        pupil.http = http
        await self._comes(pupil)
        return pupil

    async def volunteer(self, name: str = "", *, http: bool = False, **vetting: float | None) -> Volunteer:
        """Register a volunteer and have her come, free; columns of ``classroom_volunteer`` may be given."""
        volunteer = Volunteer(*await self._made("volunteer", name or f"Jeanne {next(_numbers)}"))
        columns = {"vetted_until": self.context.clock() + YEAR_S, **vetting}
        async with self.context.database.write() as tx:
            await tx.insert_new(
                tables.volunteer, person=volunteer.id, vetting_kind="b3", free=True, **columns
            )
            tx.touch(CLASSROOM)
        volunteer.http = http
        await self._comes(volunteer)
        return volunteer

    async def coordinator(self) -> Coordinator:
        """Have a coordinator come."""
        coordinator = Coordinator(*await self._made("coordinator", f"Claire {next(_numbers)}"))
        await self._comes(coordinator)
        return coordinator

    async def meet(self, pupil: Pupil, volunteer: Volunteer) -> None:
        """From the question to a lesson in which both see and hear each other."""
        await pupil.asks()
        await pupil.joins()
        await volunteer.accepts(pupil)
        await volunteer.joins()
        await asyncio.gather(pupil.meets(volunteer), volunteer.meets(pupil))
        await asyncio.gather(pupil.sees_call("live"), volunteer.sees_call("live"))
        await pupil.enters_lesson()
        await volunteer.enters_lesson()

    async def change(self, table: sqlalchemy.Table, where: Mapping[str, str], **values: Any) -> None:
        """Change columns of rows, as time or the operator would."""
        matching = [table.c[name] == value for name, value in where.items()]
        async with self.context.database.write() as tx:
            await tx.execute(sqlalchemy.update(table).where(*matching).values(**values))
            tx.touch(CLASSROOM, *(f"person:{value}" for name, value in where.items() if name == "person"))

    async def rows(self, table: sqlalchemy.Table, **where: str) -> list[dict[str, Any]]:
        """Read rows."""
        matching = [table.c[name] == value for name, value in where.items()]
        async with self.context.database.read() as tx:
            found = await tx.execute(sqlalchemy.select(table).where(*matching))
            return [dict(row) for row in found.mappings()]

    async def _made(self, role: str, name: str) -> tuple[str, str, str, str]:
        async with self.context.database.write() as tx:
            person = await self.context.identity.create_person(tx, app=CLASSROOM, role=role, name=name)
            token = await self.context.identity.make_link(
                tx, person.id, expires_at=self.context.clock() + YEAR_S
            )
        return self.system.base, person.id, name, token

    async def _comes(self, person: Person) -> None:
        self._stack.push_async_callback(person.leaves)
        await person.comes()


@asynccontextmanager
async def school_of(system: System) -> AsyncIterator[School]:
    """Open the school of a running system; everybody leaves at the end."""
    settings = Settings.from_environment(system.environment)
    async with compose(settings, [app]) as process, AsyncExitStack() as stack:
        yield School(system, process.context, stack)


def frames(seen: PeerStatistics, stamp: int) -> int:
    """Complete frames received in slots where this sender is now."""
    return sum(
        slot.frames for slot in seen.by_kind("video") if slot.occupants and slot.occupants[-1][0] == stamp
    )


def packets(seen: PeerStatistics, kind: str) -> int:
    """Packets received of one kind."""
    return sum(slot.packets for slot in seen.by_kind(kind))


async def refusal(act: Any) -> Code:
    """Await an act that has to be refused, and return the code."""
    try:
        done = await act
    except Refused as refused:
        return refused.code
    raise AssertionError(f"not refused, but answered {done}")
