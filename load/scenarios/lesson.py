"""What both persons do in a lesson, from the accepted question to being back where they were."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from classroom.wire import Say
from load.scenarios.calls import hangs_up, is_named
from load.scenarios.classroom import InClassroom
from load.scenarios.measuring import CheckFailed
from load.scenarios.media import Media
from load.steps import Step
from load.thresholds import WITHIN_S
from signaling.calls.wire import HangUp, Ready

MESSAGE = re.compile(r"^Bonjour ! \[(\d+) (\d+)\]$")
"""Stamp of the sender's media; CLOCK_MONOTONIC in nanoseconds, the same for all processes of a machine."""


def greeting(stamp: int, now_ns: int) -> str:
    """Write a message that tells whose media it goes with, and when it was sent."""
    return f"Bonjour ! [{stamp} {now_ns}]"


def read_greeting(text: str) -> tuple[int, int]:
    """Give stamp and time of a message.

    Raises:
        CheckFailed: It is not the one that was sent.
    """
    found = MESSAGE.match(text)
    if not found:
        raise CheckFailed("another text than was sent")
    return int(found[1]), int(found[2])


class Lesson:
    """One person's side of one lesson. ``open``, ``share``, ``close``."""

    def __init__(self, person: InClassroom, call: str, media: Media) -> None:
        self.id = ""
        """Empty until the page shows it."""
        self.words = self.photo = ""
        """The question, and the id of its photo if there is one."""
        self._person = person
        self._client = person.client
        self._measuring = person.measuring
        self._call = call
        self._media = media
        self._log = ""
        self._opened_at = 0.0

    async def open(self) -> None:
        """Open the lesson's page, with its chat.

        Raises:
            StepFailed: It is not shown.
        """
        with self._measuring.failing(Step.CHAT_ACKNOWLEDGEMENT):
            await self._person.see(lambda: self._person.view.get("lesson"), "the lesson")
            self.id = self._person.view["lesson"]
            lesson = await self._client.open_view(f"lesson:{self.id}")
            if lesson is None:
                raise CheckFailed("the lesson is not open to this person")
            self.words, self.photo = lesson.get("words", ""), lesson.get("photo", "")
            self._log = lesson["log_id"]
            await self._client.open_log(self._log)
        self._opened_at = time.time()

    async def share(self, since: float) -> None:
        """See, hear and write to each other for a while, then end it; one of the two hangs up.

        Args:
            since: When Accept was pressed, or shown (``time.monotonic()``).

        Raises:
            StepFailed: A step failed.
        """
        async with self._listening() as heard:
            await self._media.first_keyframe(since)
            until = time.monotonic() + self._person.plan.talk_s
            with self._measuring.timed(Step.NAME, since):
                await self._person.do(Ready(call=self._call, epoch=self._media.epoch))
                await self._person.see(
                    lambda: is_named(self.seen_call()), "a live call with the other's name"
                )
            await self._say()
            with self._measuring.failing(Step.CHAT_SCREEN):
                other = await heard
            if hangs_up(self.seen_call()):
                await asyncio.sleep(max(0.0, until - time.monotonic()))
                self._media.judge(other)
                await self._hang_up()
            else:
                await self._be_hung_up()
                self._media.judge(other, over=True)

    async def close(self) -> None:
        """Close what was opened."""
        await self._client.close_view(f"call:{self._call}")
        if self.id:
            await self._client.close_view(f"lesson:{self.id}")
        if self._log:
            await self._client.close_log(self._log)

    def seen_call(self) -> dict[str, Any]:
        """The call as this person sees it now."""
        return dict(self._client.views.get(f"call:{self._call}") or {})

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator["asyncio.Task[int]"]:
        """Read the chat from the beginning: what counts is when the other's message is shown."""
        heard = asyncio.ensure_future(self._hear())
        try:
            yield heard
        finally:
            heard.cancel()
            await asyncio.gather(heard, return_exceptions=True)

    async def _hear(self) -> int:
        """Return the stamp that the other's message tells."""
        await self._person.see(self._others_words, "the other's message", 3 * WITHIN_S)
        shown_ns = time.monotonic_ns()
        event = self._others_words()[0]
        stamp, sent_ns = read_greeting(event.payload["text"])
        if event.at > self._opened_at:  # else it was waiting in the log, and nobody's screen was late
            self._measuring.check(Step.CHAT_SCREEN, (shown_ns - sent_ns) / 1e6, "")
        return stamp

    def _others_words(self) -> list[Any]:
        events = self._client.logs.get(self._log, [])
        return [event for event in events if event.kind == "said" and event.author != self._person.id]

    async def _say(self) -> None:
        text = greeting(self._media.stamp_id, time.monotonic_ns())
        command = Say(lesson=self.id, client_id=uuid.uuid4().hex, text=text)
        await self._measuring.acknowledged(Step.CHAT_ACKNOWLEDGEMENT, self._person.do(command))

    async def _hang_up(self) -> None:
        with self._measuring.timed(Step.HANG_UP):
            await self._person.do(HangUp(call=self._call))
            await self._see_end()

    async def _be_hung_up(self) -> None:
        patience_s = self._person.plan.talk_s + 2 * WITHIN_S
        with self._measuring.failing(Step.HANG_UP_SCREEN):
            await self._person.see(self._is_over, "the end of the call", patience_s)
            shown_at = time.time()
            await self._see_end()
            ended_at = self._client.views[f"lesson:{self.id}"]["ended_at"]
        self._measuring.check(Step.HANG_UP_SCREEN, (shown_at - ended_at) * 1e3, "")

    def _is_over(self) -> bool:
        return self.seen_call().get("state") == "ended"

    async def _see_end(self) -> None:
        """Both views end, and the classroom shows no lesson."""
        await self._person.see(self._is_over, "the end of the call")
        outcome = self.seen_call()["outcome"]
        if outcome != "hung_up":
            raise CheckFailed(f"the call ended as {outcome}")
        await self._person.see(self._lesson_is_over, "the end of the lesson")
        await self._person.see(lambda: self._person.view.get("lesson") == "", "the classroom without lesson")

    def _lesson_is_over(self) -> bool:
        return (self._client.views.get(f"lesson:{self.id}") or {}).get("ended_at") is not None
