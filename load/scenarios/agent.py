"""An agent: sees herself at the desk, takes what rings, answers several people side by side, is in video with one of them."""

import asyncio
import time
from typing import Any, ClassVar

from helpdesk.desk.wire import Claim
from helpdesk.wire import CloseConversation, SetViewing
from load.client import Refused
from load.scenarios.helpdesk import AtHelpdesk
from load.scenarios.measuring import CheckFailed, Measuring, StepFailed
from load.scenarios.person import Plan
from load.scenarios.talk import Talk
from load.scenarios.video import Video
from load.scenarios.words import read_mark
from load.steps import Step
from load.thresholds import WITHIN_S
from signaling.calls.wire import Accept, HangUp
from signaling.wire import Code

LISTENS_S = 2.0
"""How long one turn waits for a ring."""
TAKES_FOR_S = 90.0
"""How long one turn goes on taking what rings, that it may end; what rings then is taken by the next, and rings for 45 s."""
FASTER = (Code.TAKEN, Code.CONFLICT, Code.KEPT)
"""A colleague was, or the citizen has taken it back: the ordinary end of a race."""


class Agent(AtHelpdesk):
    """As the desk's page does it."""

    main: ClassVar[str] = "desk"

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        super().__init__(plan, measuring)
        self._camera = asyncio.Lock()
        self._talks: list[tuple[str, asyncio.Task[None]]] = []
        """Conversation, and what she does in it; those of this turn."""
        self._idle_since_ns = 0
        """Since when, by CLOCK_MONOTONIC, she waits for a ring; while nothing is under way."""

    async def arrived(self, began: float) -> None:
        """See herself among those who are here; put away what is left of another day."""
        with self.measuring.timed(Step.PRESENCE, began):
            await self.see(self._is_here, "her own name as here")
        left = [id_ for id_, row in self.view["mine"].items() if row["state"] != "closed"]
        await self.quietly(*(CloseConversation(conversation=id_) for id_ in left))

    async def take_turn(self) -> bool:
        """Take what rings, and whatever rings meanwhile; False when nothing did for a while."""
        self._idle_since_ns = time.monotonic_ns()
        takes_until, taken = time.monotonic() + TAKES_FOR_S, 0
        try:
            while time.monotonic() < takes_until and (found := await self._ringing()) is not None:
                conversation, row = found
                if not self._under_way():
                    self._check_offer(row)
                taken += 1
                talk = asyncio.ensure_future(self._advise(conversation, row, time.monotonic()))
                talk.add_done_callback(self._talk_ended)
                self._talks.append((conversation, talk))
            await self._finish()
        finally:
            await self._drop_all()
        return taken > 0

    # --- what rings ---------------------------------------------------------------------------------------------

    async def _ringing(self) -> tuple[str, dict[str, Any]] | None:
        """Wait for what rings here; None when nothing does for a while and nobody is talked with any more."""
        while True:
            try:
                await self.client.wait_for(self._offered, LISTENS_S)
            except TimeoutError:
                if not self._under_way():
                    return None
                continue
            offered = self._offered()
            return min(offered.items(), key=lambda item: float(item[1]["since"]))

    def _offered(self) -> dict[str, dict[str, Any]]:
        line, under_way = self.view.get("line", {}), self._under_way()
        return {id_: row for id_, row in line.items() if row.get("offered") and id_ not in under_way}

    def _under_way(self) -> set[str]:
        return {conversation for conversation, talk in self._talks if not talk.done()}

    def _talk_ended(self, _talk: asyncio.Task[None]) -> None:
        self._idle_since_ns = time.monotonic_ns()

    def _check_offer(self, row: dict[str, Any]) -> None:
        """Time the ring of somebody who pressed Send while she had nothing else to do."""
        try:
            mark, _ = read_mark(row.get("excerpt", ""))
        except CheckFailed:
            return  # somebody else's words: only those of this run tell when they were sent
        if mark.rank == 1 and mark.sent_ns > self._idle_since_ns:
            self.measuring.check(Step.OFFER, (time.monotonic_ns() - mark.sent_ns) / 1e6, "")

    async def _finish(self) -> None:
        """Wait for all conversations; a fault of ours is raised, a step that failed was reported."""
        tasks = [talk for _, talk in self._talks]
        for end in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(end, BaseException) and not isinstance(end, StepFailed):
                raise end

    async def _drop_all(self) -> None:
        tasks = [talk for _, talk in self._talks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._talks.clear()

    # --- a conversation -----------------------------------------------------------------------------------------

    async def _advise(self, conversation: str, row: dict[str, Any], rung_at: float) -> None:
        with self.measuring.failing(Step.CLAIM, rung_at):
            try:
                await self.do(Claim(conversation=conversation, version=row["version"]))
            except Refused as refused:
                if refused.code not in FASTER:
                    raise
                await self._gone(conversation)
                return
        self.measuring.check(Step.CLAIM, (time.monotonic() - rung_at) * 1e3, "")
        talk = Talk(self, conversation)
        try:
            await talk.open()
            await self.quietly(SetViewing(conversation=conversation, viewing=True))
            await self._answer(talk)
            await self.quietly(SetViewing(conversation=conversation, viewing=False))
        except StepFailed:
            await self.quietly(CloseConversation(conversation=conversation))
            raise
        finally:
            await talk.close()

    async def _answer(self, talk: Talk) -> None:
        """Answer each message, and go over to video when asked to, until the citizen has what she needs."""

        def has_work() -> bool:
            return talk.state == "closed" or talk.unanswered() > 0 or bool(talk.view.get("call"))

        while True:
            with self.measuring.failing(Step.CHAT_SCREEN):
                try:
                    await talk.sees(has_work, "anything of the citizen")
                except CheckFailed:
                    if self._is_present(talk):
                        raise
                    await self.quietly(CloseConversation(conversation=talk.id))
                    return  # who has gone without a word is no fault of the help
            if talk.state == "closed":
                return
            if talk.unanswered() > 0:
                await talk.mark_read()
                await talk.say()
            else:
                await self._see_each_other(talk, talk.view["call"])

    def _is_present(self, talk: Talk) -> bool:
        people = talk.view.get("people", {}).values()
        return any(row["role"] == "citizen" and row.get("presence") != "gone" for row in people)

    async def _see_each_other(self, talk: Talk, call: str) -> None:
        rung_at = time.time()
        with self.measuring.failing(Step.PROPOSAL):
            await talk.sees(lambda: talk.event("call_proposed", call), "the proposal in the talk", WITHIN_S)
        if proposed := talk.event("call_proposed", call):
            self.measuring.check(Step.PROPOSAL, (rung_at - proposed.at) * 1e3, "")
        async with self._camera:  # there is one: who comes second waits until she has hung up
            pressed_at = time.monotonic()
            with self.measuring.failing(Step.ACCEPT):
                try:
                    await self.do(Accept(call=call))
                except Refused as refused:
                    if refused.code is not Code.CONFLICT:
                        raise
                    return  # taken back while she was in a call with somebody else
            self.measuring.check(Step.ACCEPT, (time.monotonic() - pressed_at) * 1e3, "")
            video = Video(talk, call)
            try:
                await video.open()
                video.media.send()
                await video.media.first_packet(pressed_at)
                await video.share(pressed_at)
            except StepFailed:
                await self.quietly(HangUp(call=call))
                raise
            finally:
                await video.close()

    async def _gone(self, conversation: str) -> None:
        """Wait until the page shows that it rings here no more."""
        await self.see(lambda: not self.view["line"].get(conversation, {}).get("offered"), "that it is taken")

    def _is_here(self) -> bool:
        row = self.view["colleagues"].get(self.id)
        return bool(row) and row["presence"] == "here"
