"""Where citizens and helpers of one driver meet: the telephone over which an invitation is told."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

LISTENERS_MOST = 1000


@dataclass(slots=True)
class Invitation:
    """One invitation to help, told by the citizen who made it."""

    token: str
    """Secret of its link."""
    conversation: str
    joined_at: float = 0.0
    """``time.monotonic()`` when the helper said that she comes; hers to set."""


class Invitations:
    """Each goes to one helper who listens at that moment; none waits here."""

    def __init__(self) -> None:
        self._listening: deque[asyncio.Future[Invitation]] = deque(maxlen=LISTENERS_MOST)

    @property
    def somebody_listens(self) -> bool:
        """Whether an invitation would be taken now."""
        return any(not listener.done() for listener in self._listening)

    def give(self, invitation: Invitation) -> bool:
        """Tell it to the helper who has listened longest; False when nobody does."""
        for listener in self._listening:
            if not listener.done():
                listener.set_result(invitation)
                return True
        return False

    async def take(self, within_s: float) -> Invitation | None:
        """Listen for so long; None when nobody asks for help."""
        listener: asyncio.Future[Invitation] = asyncio.get_running_loop().create_future()
        self._listening.append(listener)
        try:
            async with asyncio.timeout(within_s):
                return await listener
        except TimeoutError:
            # It may have been told in the very moment in which she stopped to listen.
            return None if listener.cancelled() or not listener.done() else listener.result()
        finally:
            with suppress(ValueError):  # who was told is no longer among them
                self._listening.remove(listener)
