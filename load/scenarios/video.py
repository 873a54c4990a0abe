"""One person's side of a call beside a conversation, from the accepted proposal to the chat that goes on."""

import asyncio
import time
from typing import Any

from load.scenarios.calls import hangs_up, is_named
from load.scenarios.measuring import FAILURES, CheckFailed
from load.scenarios.media import Media
from load.scenarios.talk import Talk
from load.steps import Step
from load.thresholds import WITHIN_S
from signaling.calls.wire import HangUp, Ready

WAITING = ("queued", "offered")


class Video:
    """``open``, ``share``, ``close``."""

    def __init__(self, talk: Talk, call: str) -> None:
        self.media = Media(talk.person, call)
        self._talk = talk
        self._person = talk.person
        self._client = talk.person.client
        self._measuring = talk.person.measuring
        self._call = call

    @property
    def view(self) -> dict[str, Any]:
        """The call as this person sees it now."""
        return dict(self._client.views.get(f"call:{self._call}") or {})

    async def open(self) -> None:
        """Open the call on the page, and connect.

        Raises:
            StepFailed: It is not shown, or no way was found.
        """
        with self._measuring.failing(Step.JOIN):
            if await self._person.open_view(f"call:{self._call}") is None:
                raise CheckFailed("the call is not open to this person")
        await self.media.join()

    async def accepted(self, within_s: float) -> float:
        """Wait until the other one has accepted; return when that was shown (``time.monotonic()``).

        Raises:
            StepFailed: He did not.
        """
        with self._measuring.failing(Step.PROPOSAL):
            await self._talk.sees(lambda: self.view.get("state") not in WAITING, "that it is taken", within_s)
            if self.view.get("state") == "ended":
                raise CheckFailed("the call ended before somebody took it")
        return time.monotonic()

    async def share(self, since: float) -> None:
        """See and hear each other for a while, write whose picture this is, and end it; one of the two hangs up.

        Args:
            since: When Accept was pressed, or shown (``time.monotonic()``).

        Raises:
            StepFailed: A step failed.
        """
        await self.media.first_keyframe(since)
        until = time.monotonic() + self._person.plan.talk_s
        with self._measuring.timed(Step.NAME, since):
            await self._person.do(Ready(call=self._call, epoch=self.media.epoch))
            await self._person.see(lambda: is_named(self.view), "a live call with the other's name")
        other = await self._exchange_stamps()
        if hangs_up(self.view):
            await asyncio.sleep(max(0.0, until - time.monotonic()))
            self.media.judge(other)
            with self._measuring.timed(Step.HANG_UP):
                await self._person.do(HangUp(call=self._call))
                await self._see_end()
        else:
            await self._be_hung_up()
            self.media.judge(other, over=True)

    async def close(self) -> None:
        """Leave it."""
        await self.media.close()
        try:
            await self._client.close_view(f"call:{self._call}")
        except FAILURES:
            return  # the server closes what a lost connection had open

    async def _exchange_stamps(self) -> int:
        """Write which media is one's own, and read the same of the other."""
        await self._talk.say(self.media.stamp_id)
        with self._measuring.failing(Step.CHAT_SCREEN):
            await self._talk.sees(self._stamps, "the other's message", 3 * WITHIN_S)
        await self._talk.mark_read()
        return self._stamps()[0]

    def _stamps(self) -> list[int]:
        began = self._talk.event("call_began", self._call)
        after = began.seq if began else 0
        return [
            message.mark.stamp
            for message in self._talk.of_others()
            if message.seq > after and message.mark.stamp
        ]

    async def _be_hung_up(self) -> None:
        with self._measuring.failing(Step.HANG_UP_SCREEN):
            patience_s = self._person.plan.talk_s + 2 * WITHIN_S
            await self._talk.sees(
                lambda: self.view.get("state") == "ended", "the end of the call", patience_s
            )
            shown_at = time.time()
            await self._see_end()
            ended = self._talk.event("call_ended", self._call)
        if ended is not None:
            self._measuring.check(Step.HANG_UP_SCREEN, (shown_at - ended.at) * 1e3, "")

    async def _see_end(self) -> None:
        """The call has ended well, the log says so, and the conversation is as it was before."""
        await self._talk.sees(lambda: self.view.get("state") == "ended", "the end of the call", WITHIN_S)
        if self.view["outcome"] != "hung_up":
            raise CheckFailed(f"the call ended as {self.view['outcome']}")
        await self._talk.sees(self._is_over, "the conversation without call", WITHIN_S)

    def _is_over(self) -> bool:
        return self._talk.view.get("call") == "" and self._talk.event("call_ended", self._call) is not None
