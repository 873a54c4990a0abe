"""How a page gets its commands to the server: as often as it takes, as the web client's outbox does."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from load.client import Client, Refused
from load.line import DEAD_LINE, PASSING
from load.scenarios.measuring import CheckFailed
from load.thresholds import WITHIN_S

T = TypeVar("T")
GIVES_UP_S = 4 * WITHIN_S
"""Without an answer for so long, reconnections included, a person takes the help for broken."""
AGAIN_FIRST_S, AGAIN_MOST_S = 0.1, 1.0


async def insist(act: Callable[[], Awaitable[T]], client: Client | None = None) -> T:
    """Try until it is done. Only for what finds the first time done when it is repeated.

    Args:
        act: Tries once.
        client: Whose connection it needs; None: one of its own.

    Raises:
        Refused: For good.
        CheckFailed: It was not done within ``GIVES_UP_S``.
    """
    last, wait_s = "", AGAIN_FIRST_S
    try:
        async with asyncio.timeout(GIVES_UP_S):
            while True:
                try:
                    return await act()
                except Refused as refused:
                    if refused.code not in PASSING:
                        raise
                    last = str(refused)
                except DEAD_LINE as trouble:
                    last = str(trouble) or type(trouble).__name__
                await asyncio.sleep(wait_s * (0.5 + random.random()))
                wait_s = min(2 * wait_s, AGAIN_MOST_S)
                if client is not None:
                    await client.wait_for(lambda: client.connected, GIVES_UP_S)
    except TimeoutError:
        raise CheckFailed(f"not done within {GIVES_UP_S:.0f} s: {last}") from None
