"""A volunteer: sees who is here, takes what rings, helps, hangs up, writes two lines."""

import asyncio
import time
from http import HTTPStatus
from typing import Any

from classroom.wire import WriteNote
from load.client import Refused
from load.scenarios.classroom import InClassroom
from load.scenarios.lesson import Lesson
from load.scenarios.measuring import CheckFailed, StepFailed
from load.scenarios.media import Media
from load.scenarios.outbox import insist
from load.scenarios.photo import check, named
from load.steps import Step
from signaling.calls.wire import Accept, HangUp
from signaling.wire import Code

LISTENS_S = 2.0
"""How long one act waits for a ring."""
FASTER = (Code.TAKEN, Code.CONFLICT)
"""Another volunteer was: the ordinary end of a race."""
NOTE = "Les fractions : elle comprend mieux avec un dessin.\nÀ revoir : le dénominateur commun."


class Volunteer(InClassroom):
    """As a volunteer's page does it."""

    async def arrived(self, began: float) -> None:
        """See herself among those who are here."""
        with self.measuring.timed(Step.PRESENCE, began):
            await self.see(self._is_here, "her own name as here")

    async def take_turn(self) -> bool:
        """Take what rings; False when nothing did for a while, or another one was faster."""
        listening_at = time.time()
        ringing = await self._ringing()
        if ringing is None:
            return False
        rung_at = time.monotonic()
        if listening_at < ringing["asked_at"]:
            self.measuring.check(Step.RING, (time.time() - ringing["asked_at"]) * 1e3, "")
        if self.view["pupils"][ringing["pupil"]]["presence"] != "here":
            self.measuring.check(Step.PRESENCE, 0.0, "the pupil whose question rings is not shown as here")
        with self.measuring.failing(Step.ACCEPT, rung_at):
            try:
                await self.do(Accept(call=ringing["call"]))
            except Refused as refused:
                if refused.code not in FASTER:
                    raise
                await self._gone(ringing["call"])
                return False
        self.measuring.check(Step.ACCEPT, (time.monotonic() - rung_at) * 1e3, "")
        await self._teach(ringing["call"], rung_at)
        return True

    async def _teach(self, call: str, accepted_at: float) -> None:
        media = Media(self, call)
        lesson = Lesson(self, call, media)
        opening = asyncio.ensure_future(self._open(call, lesson))
        try:
            await media.join()
            media.send()
            await media.first_packet(accepted_at)
            await opening
            await lesson.share(accepted_at)
            note = WriteNote(lesson=lesson.id, text=NOTE)
            await self.measuring.acknowledged(Step.NOTE, self.do(note))
        except StepFailed:
            await self.quietly(HangUp(call=call))
            raise
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await media.close()
            await lesson.close()

    async def _open(self, call: str, lesson: Lesson) -> None:
        with self.measuring.failing(Step.NAME):
            if await self.client.open_view(f"call:{call}") is None:
                raise CheckFailed("the call is not open to the volunteer who took it")
        await lesson.open()
        await self._see_photo(lesson.words, lesson.photo)

    async def _see_photo(self, words: str, file_id: str) -> None:
        """Look at the photo that goes with the question."""
        number = named(words)
        if number is None and not file_id:
            return
        with self.measuring.failing(Step.PHOTO_SEEN) as began:
            if number is None or not file_id:
                raise CheckFailed("the photo and the words do not belong together")
            status, data = await insist(lambda: self.client.fetch_file(file_id))
            came_at = time.monotonic()
            if status != HTTPStatus.OK:
                raise CheckFailed(f"status {status}")
            await asyncio.to_thread(check, data, number)
        self.measuring.check(Step.PHOTO_SEEN, (came_at - began) * 1e3, "")

    async def _ringing(self) -> dict[str, Any] | None:
        """Wait a while for a question that rings here; the first in line."""
        try:
            await self.client.wait_for(self._rows, LISTENS_S)
        except TimeoutError:
            return None
        return min(self._rows(), key=lambda row: int(row["rank"]))

    def _rows(self) -> list[dict[str, Any]]:
        return [row for row in self.view["line"].values() if row["ringing"] and not row["taken_by"]]

    async def _gone(self, call: str) -> None:
        """Wait until the page shows that it is taken."""
        with self.measuring.failing(Step.ACCEPT):
            await self.see(lambda: all(row["call"] != call for row in self._rows()), "that it is taken")

    def _is_here(self) -> bool:
        row = self.view["volunteers"].get(self.id)
        return bool(row) and row["presence"] == "here"
