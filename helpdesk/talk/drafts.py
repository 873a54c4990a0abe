"""What is written at this moment: typing, a helper's draft, who looks on. In Redis for some time, in no log."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.access import HELPER, Seat, access_conversation, desk_only
from helpdesk.wire import SetDraft, SetTyping, SetViewing, WritingRow, WritingView
from signaling.api import Context, Login, Refusal
from signaling.wire import Code, Done

TYPING_S = 6.0
VIEWING_S = 20.0
"""Said again every 15 s."""
DRAFT_S = 1800.0
"""A helper may think, or telephone, and the citizen still sees what she has written."""


def typing_topic(conversation: str) -> str:
    """Who is typing; for everybody."""
    return f"writing:{conversation}"


def draft_topic(conversation: str) -> str:
    """Helpers' drafts; for the citizen, and each helper her own."""
    return f"draft:{conversation}"


def viewing_topic(conversation: str) -> str:
    """Agents who have it on the screen; for agents."""
    return f"viewing:{conversation}"


@dataclass(frozen=True, slots=True)
class Drafts:
    """Handlers, and the view ``writing:{id}``. A person's right to look is checked at each change."""

    context: Context

    async def set_typing(self, login: Login, command: SetTyping) -> Done:
        """I am writing, or I stopped."""
        await self._check(login, command.conversation)
        await self._set(
            typing_topic(command.conversation), login, {"typing": True} if command.typing else None, TYPING_S
        )
        return Done()

    async def set_draft(self, login: Login, command: SetDraft) -> Done:
        """Show the citizen what the helper has written so far."""
        if login.person.role != HELPER:
            raise Refusal(Code.FORBIDDEN, "a helper's draft is shown, nobody else's")
        await self._check(login, command.conversation)
        value = {"text": command.text} if command.text else None
        await self._set(draft_topic(command.conversation), login, value, DRAFT_S)
        return Done()

    async def set_viewing(self, login: Login, command: SetViewing) -> Done:
        """Tell colleagues that I look at it."""
        desk_only(login)
        await self._check(login, command.conversation)
        value = {"viewing": True} if command.viewing else None
        await self._set(viewing_topic(command.conversation), login, value, VIEWING_S)
        return Done()

    async def drop(self, conversation: str, person: str) -> None:
        """Take away what somebody was writing, because it was sent or she helps no more."""
        for topic in (draft_topic(conversation), typing_topic(conversation)):
            await self.context.ephemeral.drop(topic, person)

    async def open(self, login: Login, key: str) -> None:
        """Pass the conversation's door."""
        await self._check(login, key)

    async def snapshot(self, login: Login, key: str) -> tuple[WritingView, frozenset[str]]:
        """Draw this moment, as far as it is for this person's eyes."""
        me = login.person
        topics = typing_topic(key), draft_topic(key), viewing_topic(key)
        # Read before the door: what is withdrawn in between is withdrawn by what the door says afterwards.
        typing, drafts, viewing = [await self.context.ephemeral.read(topic) for topic in topics]
        seat = await self._check(login, key)
        # Who was sent away while her words were on their way here has written nothing.
        here = {person for person, part in seat.parts.items() if part.present}
        eyes = here if me.role == "citizen" else here & {me.id} if me.role == HELPER else set[str]()
        shown = {who: draft for who, draft in drafts.items() if who in eyes}
        looking = viewing if me.role in ("agent", "supervisor") else {}
        writing = typing.keys() & here
        people = {
            who: WritingRow(
                typing=who in writing, draft=str(shown.get(who, {}).get("text", "")), viewing=who in looking
            )
            for who in writing | shown.keys() | looking.keys()
        }
        return WritingView(people=people), frozenset({*topics, f"person:{me.id}"})

    async def _check(self, login: Login, conversation: str) -> Seat:
        async with self.context.database.read() as tx:
            return await access_conversation(tx, login, conversation)

    async def _set(
        self, topic: str, login: Login, value: Mapping[str, str | bool] | None, lives_s: float
    ) -> None:
        if value is None:
            await self.context.ephemeral.drop(topic, login.person.id)
        else:
            await self.context.ephemeral.put(topic, login.person.id, dict(value), lives_s)
