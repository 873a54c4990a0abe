"""Where citizens and helpers of one driver meet: secrets of invitations that nobody has used yet."""

import asyncio

INVITATIONS_MOST = 100


class Invitations:
    """A bounded queue inside one process."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[str] = asyncio.Queue(INVITATIONS_MOST)

    def give(self, token: str) -> bool:
        """Offer an invitation; False when nobody takes any."""
        if self._waiting.full():
            return False
        self._waiting.put_nowait(token)
        return True

    async def take(self, within_s: float) -> str | None:
        """Wait for the oldest one; None when none comes in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._waiting.get()
        except TimeoutError:
            return None
