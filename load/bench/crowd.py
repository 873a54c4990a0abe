"""Hundreds of people at a help desk: citizens with a conversation each, and the agents who have some of them."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import msgspec

from helpdesk.desk.wire import Claim
from helpdesk.wire import Send, StartConversation, Submit
from load.bench.light_page import LightPage
from load.client import MSGPACK, Client
from load.system.whole import System
from signaling.wire import ComeIn, OpenLog, OpenView, SignedIn

CONVERSATIONS_EACH = 8
"""A guest has this many pages open, each at a conversation: the server lets one address in only so often."""
PAGES_PER_AGENT = 8
LOGS_PER_PAGE = 16
AT_ONCE = 8
"""People who come in side by side."""
VERSIONS_MOST = 9
TOPIC = "logement"
FIRST_WORDS = "Bonjour, je cherche le formulaire."


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who may write in a conversation, on a page that shows it."""

    page: LightPage
    conversation: str

    async def say(self) -> None:
        """Write a message and wait until it is stored."""
        text = "Il me manque la quittance du mois de mai : puis-je envoyer une autre, plus ancienne ?"
        await self.page.send(Send(conversation=self.conversation, client_id=uuid.uuid4().hex, text=text))


@dataclass
class Crowd:
    """Everybody who is connected."""

    citizens: list[Voice] = field(default_factory=list)
    agents: list[Voice] = field(default_factory=list)
    pages: list[LightPage] = field(default_factory=list)

    def received(self) -> int:
        """Messages that came to all pages."""
        return sum(page.received for page in self.pages)


@asynccontextmanager
async def guests(system: System, logins: int) -> AsyncIterator[tuple[aiohttp.ClientSession, list[SignedIn]]]:
    """Let guests in, each from an address of their own, and give a session for their pages."""
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    try:
        yield session, [await _come_in(session, system.base, number) for number in range(logins)]
    finally:
        await session.close()


async def _come_in(session: aiohttp.ClientSession, base: str, number: int) -> SignedIn:
    # The desk under test trusts 127.0.0.1 as its proxy.
    address = {"Origin": base, "X-Forwarded-For": f"10.1.{number // 250}.{number % 250}"}
    body = msgspec.msgpack.encode(ComeIn(language="fr"))
    async with session.post(f"{base}/api/guest/helpdesk", data=body, headers=MSGPACK | address) as response:
        return msgspec.msgpack.decode(await response.read(), type=SignedIn)


@asynccontextmanager
async def crowd(system: System, pages: int) -> AsyncIterator[Crowd]:
    """Connect this many pages: some of each agent's, with as many logs as one may open; each other one is a citizen's.

    Every conversation is taken by an agent as soon as it is in line. A citizen's page has the log and the view of its
    conversation open, as the widget has; an agent's has logs only.
    """
    the = Crowd()
    people = system.of_role("agent")
    citizens = pages - PAGES_PER_AGENT * len(people)
    async with guests(system, -(-citizens // CONVERSATIONS_EACH)) as (session, logins):
        try:
            desk = [
                page for person in people for page in await _agent_pages(session, system.base, person.token)
            ]
            the.pages += desk
            turn = asyncio.Semaphore(AT_ONCE)
            opening = _Opening(the, session, system.base, len(desk))
            await asyncio.gather(
                *(
                    opening.take_part(logins[n // CONVERSATIONS_EACH], n, desk[n % len(desk)], turn)
                    for n in range(citizens)
                )
            )
            yield the
        finally:
            await asyncio.gather(*(page.close() for page in the.pages), return_exceptions=True)


async def _agent_pages(session: aiohttp.ClientSession, base: str, token: str) -> list[LightPage]:
    async with await Client.sign_in(base, token, keep="page") as agent:
        return [
            await LightPage.open(session, base, agent.login, agent.secret) for _ in range(PAGES_PER_AGENT)
        ]


@dataclass(frozen=True)
class _Opening:
    the: Crowd
    session: aiohttp.ClientSession
    base: str
    agent_pages: int

    async def take_part(
        self, person: SignedIn, number: int, agent: LightPage, turn: asyncio.Semaphore
    ) -> None:
        """Bring one citizen's page in, and have an agent take the conversation."""
        async with turn:
            page = await LightPage.open(self.session, self.base, person.login, person.secret)
            self.the.pages.append(page)
            started = await page.send(StartConversation(client_id=f"start-{number:08}", language="fr"))
            conversation, log_id = started["conversation"], started["log_id"]
            act = uuid.uuid4().hex
            await page.send(Submit(conversation=conversation, client_id=act, topic=TOPIC, words=FIRST_WORDS))
            await _claim(agent, conversation)
            await page.send(OpenView(view=f"conversation:{conversation}"))
            await page.send(OpenLog(log_id=log_id, after=0))
            self.the.citizens.append(Voice(page, conversation))
            if number < LOGS_PER_PAGE * self.agent_pages:
                await agent.send(OpenLog(log_id=log_id, after=0))
                self.the.agents.append(Voice(agent, conversation))


async def _claim(agent: LightPage, conversation: str) -> None:
    """Take it; its version is one of the first, since it has only just come.

    Raises:
        ConnectionError: It is none of them.
    """
    for version in range(1, VERSIONS_MOST):
        try:
            await agent.send(Claim(conversation=conversation, version=version))
        except ConnectionError:
            if version + 1 == VERSIONS_MOST:
                raise
        else:
            return
