"""A pupil: asks a question, is connected while she waits, is taken, learns, and is back on her page."""

import asyncio
import time
import uuid

from classroom.wire import Ask, Asked, Cancel, Checked
from load.scenarios.classroom import InClassroom
from load.scenarios.lesson import Lesson
from load.scenarios.measuring import CheckFailed, StepFailed
from load.scenarios.media import Media
from load.scenarios.outbox import insist
from load.scenarios.photo import NUMBERS, name, photo
from load.steps import Step
from load.thresholds import IN_LINE_S
from signaling.calls.wire import HangUp

WORDS = "Je ne comprends pas comment on additionne deux fractions."
WAITING = ("queued", "offered")
WITH_PHOTO = 0.25
"""Share of the questions. The server takes three photos a minute of one login."""


class Pupil(InClassroom):
    """As a pupil's page does it."""

    _asked = False

    async def arrived(self, began: float) -> None:
        """Say that the devices were checked; put away what is left of another day."""
        if question := self.view.get("question"):
            await self.quietly(HangUp(call=question["call"]), Cancel(question=question["id"]))
        with self.measuring.failing(Step.SIGN_IN, began):
            await self.do(Checked(camera=True, microphone=True))

    async def take_turn(self) -> bool:
        """Ask and have a lesson; as ``Person.turn``."""
        words, photo_id = await self._photograph()
        ask = Ask(client_id=uuid.uuid4().hex, subject="maths", words=words, photo=photo_id)
        with self.measuring.timed(Step.QUESTION) as asked_at:
            asked = Asked(**await self.do(ask))
        media = Media(self, asked.call)
        lesson = Lesson(self, asked.call, media)
        try:
            await self._wait_in_line(asked, asked_at, media)
            accepted_at = time.monotonic()
            media.send()
            await lesson.open()
            await lesson.share(accepted_at)
        except StepFailed:
            await self.quietly(HangUp(call=asked.call), Cancel(question=asked.question))
            raise
        finally:
            await media.close()
            await lesson.close()
        return True

    async def _photograph(self) -> tuple[str, str | None]:
        """Send a photo of the exercise with the first question and some others; give the words, and the file's id."""
        first, self._asked = not self._asked, True
        if not first and self.chance.random() >= WITH_PHOTO:
            return WORDS, None
        number = self.chance.randrange(NUMBERS)
        raw = await asyncio.to_thread(photo, number)
        with self.measuring.timed(Step.PHOTO):
            file_id = await insist(lambda: self.client.send_photo(raw))
        return f"{WORDS} {name(number)}", file_id

    async def _wait_in_line(self, asked: Asked, asked_at: float, media: Media) -> None:
        """Connect beforehand, so that the lesson begins at once."""
        view = f"call:{asked.call}"
        with self.measuring.failing(Step.JOIN):
            if await self.client.open_view(view) is None:
                raise CheckFailed("her own call is not open to the pupil")
        await media.join()
        with self.measuring.timed(Step.TAKEN, asked_at):
            await self.see(
                lambda: self.client.views[view]["state"] not in WAITING, "somebody who takes it", IN_LINE_S
            )
            if self.client.views[view]["state"] == "ended":
                raise CheckFailed("the call ended before somebody took it")
