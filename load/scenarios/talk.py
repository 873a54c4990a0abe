"""One conversation on one person's page: its view, who writes, its log; what is written there, and what is read."""

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

from helpdesk.wire import Mark as MarkRead
from helpdesk.wire import Send, SetTyping
from load.scenarios.helpdesk import AtHelpdesk
from load.scenarios.measuring import FAILURES, CheckFailed
from load.scenarios.outbox import GIVES_UP_S, insist
from load.scenarios.words import Mark, Message, Reading, talk_of
from load.steps import Step
from signaling.wire import Command, LogEvent

ANSWERED_WITHIN_S = 3 * GIVES_UP_S
"""Another person's answer: she thinks, may be in a call with somebody else, and her connection may break."""
LOOKS_AGAIN_S = 60.0

Writes = Callable[[str, str], Command]
"""From client id and text to the command that stores them."""


class Talk:
    """``open``, then ``say`` and ``heard``, at last ``close``."""

    def __init__(self, person: AtHelpdesk, conversation: str) -> None:
        self.id = conversation
        self.person = person
        self.reading = Reading(talk_of(conversation), whole=True)
        self._client = person.client
        self._measuring = person.measuring
        self._lane = asyncio.Lock()
        """One message is on its way at a time; whoever pressed Send first is first."""
        self._log = ""
        self._me = ""
        self._rank = 0
        self._taken = 0
        self._marked = 0
        self._opened_at = 0.0
        self._listener: asyncio.Task[None] | None = None

    @property
    def view(self) -> dict[str, Any]:
        """The conversation as this person sees it now."""
        return dict(self._client.views.get(f"conversation:{self.id}") or {})

    @property
    def writing(self) -> dict[str, Any]:
        """What the others write at this moment, by person."""
        view = self._client.views.get(f"writing:{self.id}") or {}
        return dict(view.get("people") or {})

    @property
    def state(self) -> str:
        """``open``, ``closed``, ...; empty when it is no longer on the page."""
        return str(self.view.get("state", ""))

    async def open(self) -> None:
        """Open what the page shows of it.

        Raises:
            StepFailed: It is not shown.
        """
        with self._measuring.failing(Step.CHAT_SCREEN):
            view = await self.person.open_view(f"conversation:{self.id}")
            if view is None:
                raise CheckFailed("the conversation is not open to this person")
            self._log, self._me = view["log_id"], view["me"]
            self.reading.whole = view["role"] != "helper"  # who reads from where she came in
            await self.person.open_view(f"writing:{self.id}")
            floor = view.get("after", 0)
            await insist(lambda: self._client.open_log(self._log, floor), self._client)
        self._opened_at = time.time()
        self._listener = asyncio.ensure_future(self._listen())

    async def close(self) -> None:
        """Close it, and say what of one's own words does not stand where the server said."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        self._catch_up()
        for complaint in self.reading.complaints():
            self._measuring.check(Step.CHAT_ACKNOWLEDGEMENT, 0.0, complaint)
        if not self._client.connected:
            return
        try:
            await self._client.close_view(f"conversation:{self.id}")
            await self._client.close_view(f"writing:{self.id}")
            if self._log:
                await self._client.close_log(self._log)
        except FAILURES:
            return  # the server closes what a lost connection had open

    # --- writing ------------------------------------------------------------------------------------------------

    async def say(self, stamp: int = 0) -> None:
        """Think, type and press Send; done when it stands on the own screen as stored."""
        await self.person.quietly(SetTyping(conversation=self.id, typing=True))
        await asyncio.sleep(self.person.thinks_s())
        await self.write(Step.CHAT_ACKNOWLEDGEMENT, self.sends, stamp)

    def sends(self, client_id: str, text: str) -> Command:
        """Make a message."""
        return Send(conversation=self.id, client_id=client_id, text=text)

    async def write(self, step: Step, writes: Writes, stamp: int = 0) -> None:
        """Press Send for the next words.

        Raises:
            StepFailed: They were refused, or not acknowledged.
        """
        text = self.next_mark(stamp).text()
        await self.deliver(step, writes, text)

    def next_mark(self, stamp: int = 0) -> Mark:
        """Begin the next message of this person."""
        self._rank += 1
        return Mark(self.reading.talk, self._rank, time.monotonic_ns(), stamp)

    async def deliver(self, step: Step, writes: Writes, text: str) -> None:
        """Send a text under one client id until it is acknowledged, and see it on the own screen; as ``write``."""
        client_id = uuid.uuid4().hex
        with self._measuring.timed(step):
            async with self._lane:
                seq = int((await self.person.do(writes(client_id, text)))["seq"])
        self.reading.acknowledged[client_id] = seq
        if self._log:
            with self._measuring.failing(Step.CHAT_SCREEN):
                await self.sees(lambda: self._client.last(self._log) >= seq, "my own message")

    # --- reading ------------------------------------------------------------------------------------------------

    async def sees(
        self, condition: Callable[[], object], what: str, within_s: float = ANSWERED_WITHIN_S
    ) -> None:
        """Wait until the page shows something, all that has come taken in; as ``Person.see``."""

        def holds() -> object:
            self._catch_up()
            return condition()

        await self.person.see(holds, what, within_s)

    async def heard(self) -> None:
        """Wait until the desk has answered as often as it was written to, and tell the others that it was read.

        Raises:
            StepFailed: It did not.
        """
        with self._measuring.failing(Step.CHAT_SCREEN):
            await self.sees(lambda: self.unanswered() <= 0 or self.state == "closed", "an answer")
            if self.unanswered() > 0:
                raise CheckFailed("the desk has closed the conversation without an answer")
        await self.mark_read()

    def unanswered(self) -> int:
        """Count the messages that the desk has not answered, one by one."""
        return sum(1 if self._role(message) != "agent" else -1 for message in self.reading.messages)

    async def mark_read(self) -> None:
        """Tell that everything on the screen was read."""
        last = max((message.seq for message in self.reading.messages), default=0)
        if last > self._marked:
            self._marked = last
            await self.person.quietly(MarkRead(conversation=self.id, delivered=last, read=last))

    def of_others(self) -> list[Message]:
        """The others' messages."""
        return [message for message in self.reading.messages if message.author != self._me]

    def event(self, kind: str, call: str = "") -> LogEvent | None:
        """The latest event of this kind; of one call when that is named."""
        return next(
            (
                event
                for event in reversed(self._events())
                if event.kind == kind and event.payload.get("call", "") == call
            ),
            None,
        )

    def _role(self, message: Message) -> str:
        return str(self.view.get("people", {}).get(message.author, {}).get("role", ""))

    def _events(self) -> list[LogEvent]:
        return self._client.logs.get(self._log, [])

    async def _listen(self) -> None:
        """Read at once what comes: what counts is when it is shown, not when somebody waits for it."""
        while True:
            try:
                await self._client.wait_for(lambda: len(self._events()) > self._taken, LOOKS_AGAIN_S)
            except TimeoutError:
                continue
            self._catch_up()

    def _catch_up(self) -> None:
        shown_ns = time.monotonic_ns()
        new = self._events()[self._taken :]
        self._taken += len(new)
        for event in new:
            if event.kind == "message":
                self._read(event, shown_ns)

    def _read(self, event: LogEvent, shown_ns: int) -> None:
        try:
            message = self.reading.take(event)
        except CheckFailed as failure:
            self._measuring.check(Step.CHAT_SCREEN, 0.0, str(failure))
            return
        # What waited in the log, or was written long before it was sent, tells nothing of how late a screen is.
        if message.author != self._me and not message.drafted and message.at > self._opened_at:
            self._measuring.check(Step.CHAT_SCREEN, (shown_ns - message.mark.sent_ns) / 1e6, "")
