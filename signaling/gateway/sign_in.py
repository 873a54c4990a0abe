"""Signing in by a personal link or a short code, and signing out.

Guessing is what is limited: failures of one address, counted in Redis for all processes. A class that comes at
once from the school's one address is let in.
"""

import logging
import time
from collections.abc import Mapping
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
from signaling.parts import Clock
from signaling.wire import Code, Done, SignedIn, SignIn

FAILURES_MOST = 20
FAILURES_WINDOW_S = 120
"""Twenty failures of one address in two minutes: ten a minute, in the long run."""
BODY_MOST = 1000
COOKIES_MOST = 40
"""Logins that one browser keeps: without an end the header outgrows what servers take (8 kB), and nothing works."""

logger = logging.getLogger(__name__)


class FailedSignIns:
    """Counts failures by address, across processes. While Redis is away, each process counts its own."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its types allow text and bytes at once
        self._own = Buckets(FAILURES_MOST / FAILURES_WINDOW_S, FAILURES_MOST)

    async def check(self, address: str) -> None:
        """Refuse an address that failed too often.

        Raises:
            Refusal: ``TOO_MANY``.
        """
        try:
            refused = int(await self._redis.get(_key(address)) or 0) >= FAILURES_MOST
        except (RedisError, OSError):
            refused = self._own.is_empty(address, time.monotonic())
        if refused:
            raise Refusal(Code.TOO_MANY, "too many failed sign-ins from this address")

    async def count(self, address: str) -> None:
        """Count one failure."""
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.incr(_key(address))
                both.expire(_key(address), FAILURES_WINDOW_S, nx=True)
                await both.execute()
        except (RedisError, OSError):
            self._own.take(address, time.monotonic())


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
        await self._failures.check(address)
        try:
            login, secret = await self._identity.sign_in(asked.token, now=self._clock())
        except Refusal as refusal:
            if refusal.code is Code.BAD_LINK:
                await self._failures.count(address)
            raise
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
