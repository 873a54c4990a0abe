"""The same messages over plain HTTP, for networks that block WebSockets: post a command, ask what is newer.

Stateless: each request says what the client holds, and any process can answer it. A poll opens its views and logs
for as long as it waits, as a connection would, and so is told of changes the moment they happen.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.feeds.logs import OPEN_MOST as LOGS_MOST
from signaling.feeds.views import OPEN_MOST as VIEWS_MOST
from signaling.feeds.views import OpenViews
from signaling.gateway.dispatch import MESSAGE_MOST, Dispatcher
from signaling.gateway.edge import STATUS, Edge, read_message, reply
from signaling.gateway.limits import COMMANDS_BURST, COMMANDS_PER_S, POLLS_BURST, POLLS_PER_S, Buckets
from signaling.gateway.rights import Rights
from signaling.identity.presence import Presence
from signaling.identity.service import Login
from signaling.parts import Clock
from signaling.wire import (
    Code,
    Feed,
    FeedAnswer,
    LogEnded,
    LogEvents,
    LoginEnded,
    ServerMessage,
    ViewEnded,
    ViewSnapshot,
)

FEED_MOST = 8_000
"""Bytes of a ``Feed``."""
GATHER_S = 0.25
"""After the first message, what else comes at about the same time goes along: a lively class is no storm of polls."""
LOOK_EVERY_S = 1.0
"""Whether the client is still there; aiohttp tells nobody who waits."""


class Poll:
    """A `Sink` that lives for one request."""

    takes_patches = False

    def __init__(self, login: Login) -> None:
        self.login = login
        self.touches = 0
        self.held = False
        self.messages: list[ViewSnapshot | ViewEnded | LogEvents | LogEnded | LoginEnded] = []
        self.something = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether events of a log may be sent."""
        return not self.held

    async def end_login(self, code: Code) -> None:
        """Say that the login ended: the answer goes out with it."""
        await self.send(LoginEnded(code=code))

    async def send(self, message: ServerMessage) -> None:
        """Keep a message; of a view only the newest."""
        if isinstance(message, ViewSnapshot):
            self.messages = [m for m in self.messages if getattr(m, "view", None) != message.view]
        if isinstance(message, ViewSnapshot | ViewEnded | LogEvents | LogEnded | LoginEnded):
            self.messages.append(message)
            self.something.set()


class HttpPath:
    """``POST /api/{handle}/command`` and ``POST /api/{handle}/feed``."""

    def __init__(
        self,
        *,
        edge: Edge,
        dispatchers: Mapping[str, Dispatcher],
        presence: Presence,
        views: OpenViews,
        rights: Rights,
        clock: Clock,
    ) -> None:
        self._edge = edge
        self._dispatchers = dispatchers
        self._presence = presence
        self._views = views
        self._rights = rights
        self._clock = clock
        self._closing = asyncio.Event()
        self._commands = Buckets(COMMANDS_PER_S, COMMANDS_BURST)
        self._polls = Buckets(POLLS_PER_S, POLLS_BURST)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/{handle}/command", self._command),
            web.post("/api/{handle}/feed", self._feed),
        ]

    def close(self) -> None:
        """Answer all that wait, now: the process ends."""
        self._closing.set()

    async def _command(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        if not self._commands.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many commands")
        dispatcher = self._dispatchers[login.person.app]
        command = dispatcher.decode(await read_message(request, MESSAGE_MOST))
        answer = await dispatcher.carry_out(login, command)
        status = STATUS.get(answer.error.code, 409) if answer.error else 200
        return reply(answer, status)

    async def _feed(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        if not self._polls.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many polls")
        holds = msgspec.msgpack.decode(await read_message(request, FEED_MOST), type=Feed)
        if len(holds.views) > VIEWS_MOST or len(holds.logs) > LOGS_MOST:
            raise Refusal(Code.TOO_MANY, "too many views or logs")
        with contextlib.suppress(RedisError, OSError):
            await self._presence.announce(login.person, f"poll-{login.id}", visible=holds.visible)
        poll = Poll(login)
        self._rights.add(poll)
        try:
            await self._open(poll, holds)
            await self._wait(request, poll, holds.wait)
        finally:
            self._rights.remove(poll)
        return reply(FeedAnswer(messages=tuple(poll.messages), now=self._clock()))

    async def _open(self, poll: Poll, holds: Feed) -> None:
        for view, version in holds.views.items():
            try:
                await self._views.open(poll, view, version or None)
            except Refusal as refusal:
                if refusal.code is Code.UNAVAILABLE:
                    raise
                await poll.send(ViewEnded(view=view, code=refusal.code))
        for log_id, after in holds.logs.items():
            try:
                await self._rights.open_log(poll, log_id, after)
            except Refusal as refusal:
                if refusal.code is Code.UNAVAILABLE:
                    raise
                await poll.send(LogEnded(log_id=log_id, code=refusal.code))

    async def _wait(self, request: web.Request, poll: Poll, wait_s: float) -> None:
        """Wait for a message, the end of the client's patience, the client's going, or the end of the process."""
        until = time.monotonic() + wait_s
        waits = [asyncio.ensure_future(event.wait()) for event in (poll.something, self._closing)]
        try:
            while (left := until - time.monotonic()) > 0 and request.transport is not None:
                patience = min(left, LOOK_EVERY_S)
                done, _ = await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    break
        finally:
            for each in waits:
                each.cancel()
        if poll.messages and wait_s and not self._closing.is_set():
            await asyncio.sleep(GATHER_S)
