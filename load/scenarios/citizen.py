"""A citizen: comes in without a link, asks, writes with an advisor, is helped to write, goes over to video, says how it was."""

import time
import uuid

from helpdesk.wire import (
    AllowHelper,
    CloseConversation,
    DeclineCall,
    EndHelp,
    Invite,
    Invited,
    ProposeCall,
    Rate,
    SendDraft,
    StartConversation,
    Submit,
)
from load.client import Client
from load.scenarios.helpdesk import HELPDESK, AtHelpdesk
from load.scenarios.invitations import Invitation
from load.scenarios.measuring import StepFailed
from load.scenarios.outbox import insist
from load.scenarios.talk import ANSWERED_WITHIN_S, Talk
from load.scenarios.video import Video
from load.scenarios.words import read_mark
from load.steps import Step
from load.thresholds import IN_LINE_S, WITHIN_S
from signaling.calls.wire import HangUp
from signaling.wire import Command

TALKS_EACH = 3
"""Conversations of one guest; then somebody else is at this page."""
LOOKS_S = 2.0
"""How long one turn waits for an advisor to be there for some topic."""
HELPED, IN_VIDEO = 0.4, 0.4
"""Shares of the conversations after the first, which has everything."""
HELPER_NAME = "Nora"
PAGE = {"page_title": "Demander une aide au logement", "page_url": "https://valmont.example/demo/logement"}


class Citizen(AtHelpdesk):
    """As the help's window does it."""

    _talks = 0
    """Conversations so far."""
    _talks_left = 0
    """Of this guest."""

    async def sign_in(self) -> Client:
        """Come in as a guest."""
        return await insist(lambda: Client.come_in(self.plan.base, HELPDESK, "fr", address=self.plan.address))

    async def arrived(self, began: float) -> None:
        """Nothing more: topics and former conversations are in the first view."""
        self._talks_left = TALKS_EACH

    async def take_turn(self) -> bool:
        """Have one conversation; False when no advisor is there to have it with."""
        if not self._talks_left:
            await self.leave()
            await self.enter()
        topic = await self._topic()
        if not topic:
            return False
        self._talks += 1
        self._talks_left -= 1
        helped, in_video = (self._talks == 1 or self.chance.random() < share for share in (HELPED, IN_VIDEO))
        talk = await self._ask(topic)
        try:
            await self._be_taken(talk)
            if helped:
                await self._be_helped(talk)
            await self._write(talk)
            if in_video:
                await self._go_over_to_video(talk)
            await self._write(talk)
            await self._settle(talk)
        except StepFailed:
            await self.quietly(CloseConversation(conversation=talk.id))
            raise
        finally:
            await talk.close()
        return True

    async def _topic(self) -> str:
        """Choose what it is about, of that for which somebody is there."""

        def live() -> list[str]:
            return sorted(topic for topic, row in self.view.get("topics", {}).items() if row.get("live"))

        try:
            await self.client.wait_for(live, LOOKS_S)
        except TimeoutError:
            return ""
        return self.chance.choice(live())

    async def _ask(self, topic: str) -> Talk:
        """From the first click to the place in line."""
        with self.measuring.failing(Step.SUBMIT):
            start = StartConversation(client_id=uuid.uuid4().hex, language="fr", **PAGE)
            started = await self.do(start)
        talk = Talk(self, started["conversation"])

        def submits(client_id: str, text: str) -> Command:
            return Submit(conversation=talk.id, client_id=client_id, topic=topic, words=text)

        try:
            await talk.open()
            await talk.write(Step.SUBMIT, submits)
        except StepFailed:
            await talk.close()
            raise
        return talk

    async def _be_taken(self, talk: Talk) -> None:
        """Wait in line for an advisor and her first words."""
        with self.measuring.timed(Step.TAKEN):
            await talk.sees(lambda: talk.state == "open", "an advisor who takes it", IN_LINE_S)
        await talk.heard()

    async def _write(self, talk: Talk) -> None:
        """Write one message or two in a row, and read the answers."""
        for _ in range(self.chance.randint(1, 2)):
            await talk.say()
        await talk.heard()

    async def _settle(self, talk: Talk) -> None:
        """It is settled: say so, and how it was."""
        with self.measuring.timed(Step.CLOSING):
            await self.do(CloseConversation(conversation=talk.id))
            await talk.sees(lambda: talk.state == "closed" and talk.event("closed"), "that it is closed")
        with self.measuring.failing(Step.CLOSING):
            await self.do(Rate(conversation=talk.id, rating=3))
            await talk.sees(lambda: talk.view.get("rating") == 3, "my answer to how it was")

    # --- somebody helps to write -------------------------------------------------------------------------------

    async def _be_helped(self, talk: Talk) -> None:
        """Have somebody write a message, who listens just now; nobody may."""
        invitations = self.plan.invitations
        if not invitations.somebody_listens:
            return
        with self.measuring.timed(Step.INVITE):
            invited = Invited(**await self.do(Invite(conversation=talk.id, name=HELPER_NAME)))
        invitation = Invitation(invited.path.partition("#")[2], talk.id)
        if not invitations.give(invitation):
            await self.quietly(EndHelp(conversation=talk.id, helper=invited.helper))
            return
        with self.measuring.failing(Step.HELPER_HERE):
            await talk.sees(lambda: self._is_here(talk, invited.helper), "the helper", 3 * WITHIN_S)
        self.measuring.check(Step.HELPER_HERE, (time.monotonic() - invitation.joined_at) * 1e3, "")
        draft = await self._read_draft(talk, invited.helper)
        if self.chance.random() < 0.5:
            await self._send_draft(talk, invited.helper, draft)
        else:
            await self._let_send(talk, invited.helper)
        await talk.heard()

    def _is_here(self, talk: Talk, helper: str) -> bool:
        row = talk.view.get("people", {}).get(helper, {})
        return bool(row) and not row.get("invited") and row.get("presence") == "here"

    async def _read_draft(self, talk: Talk, helper: str) -> str:
        """Watch it grow until it is whole."""

        def drafted() -> str:
            return str(talk.writing.get(helper, {}).get("draft", ""))

        shown, whole = "", False
        with self.measuring.failing(Step.DRAFT_SCREEN):
            while not whole:
                before = shown
                await talk.sees(lambda: drafted() not in ("", before), "what the helper writes", 3 * WITHIN_S)  # noqa: B023 - waited for here
                shown = drafted()
                mark, whole = read_mark(shown)
                self.measuring.check(Step.DRAFT_SCREEN, (time.monotonic_ns() - mark.sent_ns) / 1e6, "")
        return shown

    async def _send_draft(self, talk: Talk, helper: str, draft: str) -> None:
        def sends(client_id: str, text: str) -> Command:
            return SendDraft(conversation=talk.id, client_id=client_id, helper=helper, text=text)

        await talk.deliver(Step.CHAT_ACKNOWLEDGEMENT, sends, draft)

    async def _let_send(self, talk: Talk, helper: str) -> None:
        """Let the helper press Send, and read it under her own name."""
        with self.measuring.failing(Step.CHAT_SCREEN):
            await self.do(AllowHelper(conversation=talk.id, helper=helper, may_send=True))
            await talk.sees(
                lambda: any(message.author == helper for message in talk.reading.messages),
                "what the helper sends",
            )

    # --- video --------------------------------------------------------------------------------------------------

    async def _go_over_to_video(self, talk: Talk) -> None:
        """Propose it, be connected while it rings, see each other; the chat goes on."""
        with self.measuring.failing(Step.PROPOSAL):
            proposed = await self.do(ProposeCall(conversation=talk.id))
        call = str(proposed["call"])
        video = Video(talk, call)
        try:
            await video.open()
            accepted_at = await video.accepted(ANSWERED_WITHIN_S)
            video.media.send()
            await video.share(accepted_at)
        except StepFailed:
            await self.quietly(HangUp(call=call), DeclineCall(conversation=talk.id, call=call))
            raise
        finally:
            await video.close()
