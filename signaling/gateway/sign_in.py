"""Signing in by a personal link or a short code, and signing out.

Guessing is what is limited: failures, counted in Redis for all processes. A class that comes at once from the
school's one address is let in.
"""

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from signaling.api import App
from signaling.errors import Refusal
from signaling.gateway.edge import Edge, cookie_name, hashed, read_message, reply
from signaling.gateway.limits import SIGN_INS_BURST, SIGN_INS_PER_S, Buckets
from signaling.identity.service import LOGIN_S, Identity, Login
from signaling.identity.tokens import short_code
from signaling.parts import Clock
from signaling.wire import Code, Done, SignedIn, SignIn

FAILURES_MOST = 20
FAILURES_WINDOW_S = 120
"""Twenty failures of one address in two minutes: ten a minute, in the long run."""
CODES_FAILED_MOST = 600
"""Of all addresses in as long: 432,000 a day against 2^40 codes. Beyond it codes are refused, links are not."""
CODES_KEY = "sign-in:failed-codes"
BODY_MOST = 1000
COOKIES_MOST = 40
"""Logins that one browser keeps: without an end the header outgrows what servers take (8 kB), and nothing works."""

# KEYS: counters. ARGV: seconds that they live, then the most of each. Counts in each, or in none when one is full.
COUNT = """
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i + 1]) then return 0 end
end
for _, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[1]) end
end
return 1
"""
TAKE_BACK = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
end
"""

logger = logging.getLogger(__name__)


class FailedSignIns:
    """Counts failures across processes: of each address, and those with short codes of all addresses together.

    A code has 40 bits, so a try with one counts as failed from its beginning until it has succeeded: else all that are
    under way at once would pass. A link has 128; a class may come with theirs at once. While Redis is away each
    process counts its own, and does not take back.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its types allow text and bytes at once
        self._count: Any = redis.register_script(COUNT)
        self._take_back: Any = redis.register_script(TAKE_BACK)
        self._own = Buckets(FAILURES_MOST / FAILURES_WINDOW_S, FAILURES_MOST)
        self._own_codes = Buckets(CODES_FAILED_MOST / FAILURES_WINDOW_S, CODES_FAILED_MOST)

    @asynccontextmanager
    async def counted(self, address: str, token: str) -> AsyncIterator[None]:
        """Let one try through; what is raised inside tells whether it failed.

        Raises:
            Refusal: ``TOO_MANY``: this address failed too often, or too many guess codes at present.
        """
        is_code = short_code(token) is not None
        if not await (self._begin_code(address) if is_code else self._may_try(address)):
            raise Refusal(Code.TOO_MANY, "too many failed sign-ins: wait two minutes, or use the link")
        try:
            yield
        except Refusal as refusal:
            if refusal.code is not Code.BAD_LINK and is_code:
                await self._end_code(address)
            elif refusal.code is Code.BAD_LINK and not is_code:
                await self._add(address)
            raise
        if is_code:
            await self._end_code(address)

    async def _may_try(self, address: str) -> bool:
        try:
            return int(await self._redis.get(_key(address)) or 0) < FAILURES_MOST
        except (RedisError, OSError):
            return not self._own.is_empty(address, time.monotonic())

    async def _add(self, address: str) -> None:
        try:
            await self._count(keys=[_key(address)], args=[FAILURES_WINDOW_S, FAILURES_MOST])
        except (RedisError, OSError):
            self._own.take(address, time.monotonic())

    async def _begin_code(self, address: str) -> bool:
        limits = [FAILURES_WINDOW_S, FAILURES_MOST, CODES_FAILED_MOST]
        try:
            return bool(await self._count(keys=[_key(address), CODES_KEY], args=limits))
        except (RedisError, OSError):
            now = time.monotonic()
            return self._own.take(address, now) and self._own_codes.take("", now)

    async def _end_code(self, address: str) -> None:
        with suppress(RedisError, OSError):
            await self._take_back(keys=[_key(address), CODES_KEY])


class SignInRoutes:
    """``POST /api/sign-in`` and ``POST /api/{handle}/sign-out``."""

    def __init__(
        self, edge: Edge, identity: Identity, failures: FailedSignIns, apps: Mapping[str, App], clock: Clock
    ) -> None:
        self._edge = edge
        self._identity = identity
        self._failures = failures
        self._apps = apps
        self._clock = clock
        self._tries = Buckets(SIGN_INS_PER_S, SIGN_INS_BURST)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/sign-in", self._sign_in),
            web.post("/api/{handle}/sign-out", self._sign_out),
        ]

    async def _sign_in(self, request: web.Request) -> web.Response:
        asked = msgspec.msgpack.decode(await read_message(request, BODY_MOST), type=SignIn)
        address = self._edge.address(request)
        if not self._tries.take(address, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many sign-ins from this address")
        async with self._failures.counted(address, asked.token):
            login, secret = await self._identity.sign_in(asked.token, now=self._clock())
        app = self._apps.get(login.person.app)
        if app is None:
            raise Refusal(Code.NOT_FOUND, "this person's app does not run here")
        home = app.home(login.person, login.id)
        if asked.keep == "page":
            return reply(SignedIn(login=login.id, home=home, secret=secret))
        response = reply(SignedIn(login=login.id, home=home))
        self._set_cookie(request, response, login, secret)
        return response

    def _set_cookie(self, request: web.Request, response: web.Response, login: Login, secret: str) -> None:
        known = [name for name in request.cookies if name.startswith(cookie_name(""))]
        for name in known[: -(COOKIES_MOST - 1)]:  # browsers send the oldest first (RFC 6265 section 5.4)
            response.del_cookie(name, path="/")
        response.set_cookie(
            cookie_name(login.id),
            secret,
            max_age=int(LOGIN_S),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._edge.secure(request),
        )

    async def _sign_out(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        await self._identity.sign_out(login.id)
        response = reply(Done())
        if cookie_name(login.id) in request.cookies:
            response.del_cookie(cookie_name(login.id), path="/")
        return response


def _key(address: str) -> str:
    return f"sign-in:failed:{hashed(address)}"
