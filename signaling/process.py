"""What web and worker processes have in common: read the settings, run on uvloop, stop when asked."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvloop

from signaling.api import App
from signaling.composition import load_app
from signaling.gateway.privacy import configure_logging
from signaling.settings import BadSetting, Settings


class CannotStart(Exception):  # noqa: N818 - told to the operator, not an error of ours
    """One sentence: what is wrong, and the remedy."""


def main(argv: Sequence[str], serve: Callable[[Settings, list[App]], Awaitable[None]]) -> int:
    """Run a process until it is asked to stop; return its exit code.

    Args:
        argv: Dotted names of the apps.
        serve: What it does.
    """
    configure_logging()
    if not argv:
        sys.stderr.write("Name the apps to run, such as classroom.app:app.\n")
        return 2
    try:
        settings = Settings.from_environment(os.environ)
        apps = [load_app(dotted) for dotted in argv]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(serve, settings, apps))
    except (BadSetting, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _run(
    serve: Callable[[Settings, list[App]], Awaitable[None]], settings: Settings, apps: list[App]
) -> None:
    await serve(settings, apps)


@asynccontextmanager
async def until_asked() -> AsyncIterator[asyncio.Event]:
    """Yield an event that is set when the process is asked to stop (SIGTERM, Ctrl-C)."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    try:
        yield asked
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def first_of(asked: asyncio.Event, services: "asyncio.Future[None]") -> None:
    """Wait until asked to stop, or until the services of the process fail.

    Raises:
        Exception: What the services failed with.
    """
    stop = asyncio.ensure_future(asked.wait())
    either: list[asyncio.Future[Any]] = [stop, services]
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
    if services.done():
        services.result()
