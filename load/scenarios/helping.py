"""Somebody who helps a citizen to write: comes by the invitation, writes a draft, and is gone when the matter is settled."""

import asyncio
import time

from helpdesk.wire import JoinHelp, SetDraft
from load.client import Client
from load.scenarios.helpdesk import AtHelpdesk
from load.scenarios.invitations import Invitation
from load.scenarios.outbox import insist
from load.scenarios.talk import ANSWERED_WITHIN_S, Talk
from load.scenarios.words import Mark
from load.steps import Step

LISTENS_S = 2.0
"""How long one turn waits for somebody who asks for help."""
SHOWN_EVERY_S = 0.4
"""While she writes, her page shows the draft so often."""
GROWS = (0.3, 0.6, 1.0)
"""How much of it stands there each time."""


class Helper(AtHelpdesk):
    """As the help's window does it for who was invited."""

    _token = ""

    async def enter(self) -> None:
        """Be at home: there is no page before an invitation."""

    async def arrived(self, began: float) -> None:
        """Nothing more."""

    async def sign_in(self) -> Client:
        """Use the invitation."""
        return await insist(
            lambda: Client.sign_in(self.plan.base, self._token, "page", address=self.plan.address)
        )

    async def take_turn(self) -> bool:
        """Help once; False when nobody asked for it."""
        invitation = await self.plan.invitations.take(LISTENS_S)
        if invitation is None:
            return False
        self._token = invitation.token
        try:
            await super().enter()
            await self._help(invitation)
        finally:
            await self.leave()
        return True

    async def _help(self, invitation: Invitation) -> None:
        with self.measuring.failing(Step.HELPER_HERE):
            invitation.joined_at = time.monotonic()
            await self.do(JoinHelp(conversation=invitation.conversation, name=""))
        talk = Talk(self, invitation.conversation)
        await talk.open()
        try:
            mark = talk.next_mark()
            await self._draft(talk, mark)
            with self.measuring.failing(Step.DRAFT_SCREEN):
                await talk.sees(lambda: self._is_decided(talk), "what becomes of the draft")
            if self._may_send(talk):
                await talk.deliver(Step.CHAT_ACKNOWLEDGEMENT, talk.sends, mark.now().text())
                await self.quietly(SetDraft(conversation=talk.id, text=""))
            await self._stay(talk)
        finally:
            await talk.close()

    async def _draft(self, talk: Talk, mark: Mark) -> None:
        """Write, seen by the citizen."""
        for share in GROWS:
            await asyncio.sleep(SHOWN_EVERY_S)
            with self.measuring.failing(Step.DRAFT_SCREEN):
                await self.do(SetDraft(conversation=talk.id, text=mark.now().text(share)))

    async def _stay(self, talk: Talk) -> None:
        """Read along until the conversation is closed: then her link, her login and her views end."""
        with self.measuring.failing(Step.CLOSING):
            await talk.sees(lambda: self._is_over(talk), "the end of the help", 2 * ANSWERED_WITHIN_S)

    def _is_over(self, talk: Talk) -> bool:
        return self.client.login_ended is not None or talk.state in ("", "closed")

    def _may_send(self, talk: Talk) -> bool:
        return bool(talk.view.get("people", {}).get(self.id, {}).get("may_send"))

    def _is_decided(self, talk: Talk) -> bool:
        return self._may_send(talk) or self._is_sent(talk) or self._is_over(talk)

    def _is_sent(self, talk: Talk) -> bool:
        return any(message.drafted for message in talk.reading.messages)
