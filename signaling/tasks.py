"""Runs services that never end by themselves side by side, and ends them for certain.

Why not `asyncio.TaskGroup`: on Python 3.11 `asyncio.wait_for`, which redis-py uses for each command, loses a
cancellation that comes at the moment of its result (python/cpython#86296). Such a task has to be cancelled again.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable
from typing import Any

AGAIN_AFTER_S = 0.2


async def run_together(*services: Coroutine[Any, Any, None]) -> None:
    """Run all until cancelled, or until one fails; the others end with it.

    Raises:
        Exception: What the first one failed with.
    """
    tasks = [asyncio.ensure_future(service) for service in services]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(tasks)


async def end(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel tasks until they are done. What they fail with meanwhile is nobody's concern."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):  # whoever cancels us waits for just this
            await asyncio.wait(pending, timeout=AGAIN_AFTER_S)
        for task in pending:
            if task.done() and not task.cancelled():
                task.exception()
        pending = {task for task in pending if not task.done()}
