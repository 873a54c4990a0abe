"""Somebody who writes and reads in one conversation, as the browser's page does.

The outbox is the browser's storage: it outlives the page. A message gets its client id once, waits until it is
acknowledged, is sent again under the same id after any failure, and one is on its way at a time. The page may die at any
moment; the next one knows the login and the outbox, and reads everything anew.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from load.client import Client, Refused
from load.line import DEAD_LINE, OPEN_WITHIN_S, PASSING
from load.soak.judge import Reader, Seen, Words
from load.soak.ledger import Ledger
from load.soak.link import Link
from signaling.wire import Code, Command, LogEvent

ANSWER_WITHIN_S = 3.0
"""Without an answer for so long the line is taken for dead."""
POLL_S = 5.0
AGAIN_FIRST_S, AGAIN_MOST_S = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in a conversation, as the app made it."""

    name: str
    log_id: str
    link: Link
    login: str
    secret: str
    say: Callable[[Words], Command]
    """Makes the command that stores these words; answered with ``{"seq": ...}``."""
    shown: Callable[[str, dict[str, Any]], str | None]
    """From an event's kind and payload to the words on the screen; None for what is no message."""
    floor: int = 0
    http: bool = False
    """Whether WebSockets are blocked here."""
    set_right: Callable[[Client], Awaitable[None]] | None = None
    """What the person does after ``conflict``, before she sends again."""

    def see(self, seq: int, kind: str, payload: dict[str, Any], client_id: str) -> Seen:
        """What an event is to the judge."""
        text = self.shown(kind, payload)
        return Seen(seq) if text is None else Seen(seq, client_id, text)

    def reads(self, name: str, events: Iterable[LogEvent]) -> Reader:
        """What these events are to the judge, on the screen of `name`."""
        seen = [self.see(event.seq, event.kind, event.payload, event.client_id) for event in events]
        return Reader(name, self.log_id, seen, self.floor)


class Talker:
    """One person at one conversation.

    Args:
        seat: Where.
        ledger: Told what is sent and acknowledged.
        chance: Makes the choices.
        acknowledged: Awaited after each acknowledgement, before anything else is done.
    """

    def __init__(
        self,
        seat: Seat,
        ledger: Ledger,
        chance: random.Random,
        acknowledged: Callable[["Talker", Words], Awaitable[None]],
    ) -> None:
        self.seat = seat
        self.outbox: deque[list[Words]] = deque()
        """What was written and not yet acknowledged; the messages of one item are sent side by side."""
        self._ledger = ledger
        self._chance = chance
        self._delivered: deque[Words] = deque(maxlen=20)
        self._told = acknowledged
        self._rank = 0
        self._more = asyncio.Event()
        self._page: asyncio.Task[None] | None = None
        self._owner: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self._ending = False

    # --- the person -------------------------------------------------------------------------------------------------

    def write(self, messages: int = 1) -> None:
        """Press Send; more than once at the same moment when there are more messages."""
        self._rank += 1
        seat = self.seat
        self.outbox.append([self._ledger.write(seat.log_id, seat.name, self._rank) for _ in range(messages)])
        self._more.set()

    def sit_down(self) -> None:
        """Open the page, and open it again whenever it died, until `leave`."""
        self._owner = asyncio.ensure_future(self._keep_open())

    async def leave(self) -> None:
        """Close the page for good."""
        self._ending = True
        self.kill()
        if self._owner is not None:
            await self._owner

    def kill(self) -> None:
        """Let the browser die: the page is gone, nothing is said to the server."""
        self.seat.link.cut(server_knows=self._chance.random() < 0.5)
        if self._page is not None:
            self._page.cancel()

    def check(self) -> None:
        """Raise what went wrong for good, if anything did."""
        if self._owner is not None and self._owner.done():
            self._owner.result()

    def holds(self) -> Reader:
        """Tell what is on the screen."""
        events = self._client.logs.get(self.seat.log_id, []) if self._client else []
        return self.seat.reads(self.seat.name, events)

    async def read_afresh(self) -> Reader:
        """Tell what a new page of this person reads, over plain HTTP."""
        client = self._new_client()
        try:
            while await client.poll(logs=(self.seat.log_id,), wait=0):
                pass
            return self.seat.reads(f"{self.seat.name} afresh", client.logs[self.seat.log_id])
        finally:
            await client.close()

    async def look(self) -> None:
        """The browser says that the network is back: what is open is opened again, on a dead line too."""
        if self.seat.http or self._client is None:
            return
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._client.open_log(self.seat.log_id, self.seat.floor)
        except (*DEAD_LINE, Refused):
            self.seat.link.cut(server_knows=True)

    # --- pages ------------------------------------------------------------------------------------------------------

    async def _keep_open(self) -> None:
        while not self._ending:
            self._page = asyncio.ensure_future(self._live())
            await asyncio.wait((self._page,))
            if not self._page.cancelled():
                self._page.result()

    def _new_client(self) -> Client:
        headers = {"Origin": self.seat.link.base, "Authorization": f"Bearer {self.seat.secret}"}
        session = aiohttp.ClientSession(headers=headers)
        client = Client(self.seat.link.base, self.seat.login, session, self.seat.secret)
        client.logs[self.seat.log_id] = []
        client.floors[self.seat.log_id] = self.seat.floor
        return client

    async def _live(self) -> None:
        """Be one page, from its opening to its death."""
        self._client = client = self._new_client()
        reading = asyncio.ensure_future(
            self._poll(client) if self.seat.http else self._stay_connected(client)
        )
        try:
            while True:
                await self._wait_for_words()
                await self._send(client, self.outbox[0])
                self.outbox.popleft()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await client.close()

    async def _wait_for_words(self) -> None:
        while not self.outbox:
            self._more.clear()
            await self._more.wait()

    async def _stay_connected(self, client: Client) -> None:
        """Connect for the first time; the client does it again by itself, and opens the log."""
        wait_s = AGAIN_FIRST_S
        while True:
            try:
                async with asyncio.timeout(OPEN_WITHIN_S + ANSWER_WITHIN_S):
                    await client.connect()
                    return
            except (*DEAD_LINE, Refused) as error:
                self._ledger.notes[f"not connected: {type(error).__name__}"] += 1
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, AGAIN_MOST_S)

    async def _poll(self, client: Client) -> None:
        while True:
            try:
                async with asyncio.timeout(POLL_S + ANSWER_WITHIN_S):
                    await client.poll(logs=(self.seat.log_id,), wait=POLL_S)
            except (*DEAD_LINE, Refused):
                await asyncio.sleep(AGAIN_FIRST_S)

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _send(self, client: Client, together: list[Words]) -> None:
        """Send until all are acknowledged; sometimes over both paths at once, sometimes an older one once more."""
        twice = self._chance.random() < 0.04
        await asyncio.gather(*(self._deliver(client, words, twice=twice) for words in together))
        self._delivered.extend(together)
        if self._chance.random() < 0.08:
            self._ledger.notes["sent again after the acknowledgement"] += 1
            await self._deliver(client, self._chance.choice(self._delivered))

    async def _deliver(self, client: Client, words: Words, *, twice: bool = False) -> None:
        wait_s = AGAIN_FIRST_S
        while True:
            try:
                if twice:
                    self._ledger.notes["sent over both paths at once"] += 1
                    await asyncio.gather(
                        self._attempt(client, words, http=True),
                        self._attempt(client, words, http=self.seat.http),
                    )
                else:
                    await self._attempt(client, words, http=self.seat.http)
            except Refused as refused:
                await self._after_refusal(client, words, refused)
            except DEAD_LINE as error:
                self._ledger.notes[f"not answered: {type(error).__name__}"] += 1
                if isinstance(error, TimeoutError):
                    self.seat.link.cut(server_knows=True)
            else:
                return
            await asyncio.sleep(wait_s * (0.5 + self._chance.random()))
            wait_s = min(2 * wait_s, AGAIN_MOST_S)

    async def _attempt(self, client: Client, words: Words, *, http: bool) -> None:
        command = self.seat.say(words)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            answer = await (client.post(command) if http else client.send(command))
        self._ledger.acknowledge(words, answer["seq"])
        await self._told(self, words)

    async def _after_refusal(self, client: Client, words: Words, refused: Refused) -> None:
        self._ledger.notes[f"refused: {refused.code.value}"] += 1
        if refused.code is Code.CONFLICT and self.seat.set_right is not None:
            with contextlib.suppress(*DEAD_LINE, Refused):
                await self.seat.set_right(client)
        elif refused.code not in PASSING:
            self._ledger.refused.append(f"{words.author}'s {words.rank}: {refused}")
            raise RuntimeError(f"a message was refused: {refused}")
