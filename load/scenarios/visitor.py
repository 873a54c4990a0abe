"""Somebody who reads a page of the administration: the loader of the help comes with it, and now and then she opens the help."""

import asyncio
import re

import aiohttp
import msgspec

from helpdesk.wire import Welcome
from load.scenarios.helpdesk import AtHelpdesk
from load.scenarios.measuring import CheckFailed
from load.scenarios.outbox import insist
from load.steps import Step
from load.thresholds import WITHIN_S

PAGE = "/demo"
"""The administration's; where there is no demonstration it comes from elsewhere, and is not ours to judge."""
LOADER = "/aide.js"
HELP = "/aide/widget"
WELCOME = "/api/helpdesk/welcome?language=fr"
NAMED = re.compile(r'(?:src|href)="(/assets/[^"]+)"')
OPENS_HELP = 0.3
"""Share of the visits."""
READS_S = (0.5, 3.0)


class Visitor(AtHelpdesk):
    """A browser that has never been here; nobody signs in."""

    async def enter(self) -> None:
        """Nothing is open yet."""

    async def arrived(self, began: float) -> None:
        """Nothing more."""

    async def take_turn(self) -> bool:
        """Read one page, with an empty cache; what does not come while nobody answers is asked for again."""
        headers = {"X-Forwarded-For": self.plan.address} if self.plan.address else {}
        timeout = aiohttp.ClientTimeout(total=WITHIN_S)
        async with aiohttp.ClientSession(self.plan.base, headers=headers, timeout=timeout) as session:
            with self.measuring.failing(Step.LOADER):
                await insist(lambda: _page(session))
            with self.measuring.timed(Step.LOADER):
                await insist(lambda: _script(session, LOADER))
            await asyncio.sleep(self.chance.uniform(*READS_S))
            if self.chance.random() < OPENS_HELP:
                with self.measuring.timed(Step.HELP_PAGE):
                    await insist(lambda: _open_help(session))
        return True


async def _page(session: aiohttp.ClientSession) -> None:
    async with session.get(PAGE) as response:
        await response.read()


async def _open_help(session: aiohttp.ClientSession) -> None:
    """Fetch the page, then all it names at once, then what is told to everybody."""
    page = await _fetch(session, HELP, "text/html")
    names = NAMED.findall(page.decode())
    if not any(name.endswith(".js") for name in names):
        raise CheckFailed("the help's page names no script")
    await asyncio.gather(*(_asset(session, name) for name in names))
    welcome = await _fetch(session, WELCOME, "application/msgpack")
    if not msgspec.msgpack.decode(welcome, type=Welcome).topics:
        raise CheckFailed("the help offers no topic")


async def _asset(session: aiohttp.ClientSession, name: str) -> None:
    await (_script(session, name) if name.endswith(".js") else _fetch(session, name, "text/css"))


async def _script(session: aiohttp.ClientSession, path: str) -> None:
    await _fetch(session, path, "text/javascript")


async def _fetch(session: aiohttp.ClientSession, path: str, kind: str) -> bytes:
    """Fetch what is of this kind and not empty.

    Raises:
        CheckFailed: It is something else.
    """
    async with session.get(path) as response:
        body = await response.read()
        if response.status != 200 or response.content_type != kind or not body:
            raise CheckFailed(f"{path}: {response.status} {response.content_type}, {len(body)} octets")
        return body
