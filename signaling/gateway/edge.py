"""What all HTTP requests have in common: who asks, from where, how much they send, how they are answered."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Network, ip_address

import msgspec
from aiohttp import hdrs, web

from signaling.errors import Refusal
from signaling.gateway.dispatch import failure_of
from signaling.identity.service import Identity, Login
from signaling.parts import Clock
from signaling.settings import Settings
from signaling.wire import Answer, Code

MSGPACK = "application/msgpack"
BODY_WITHIN_S = 15.0
CHUNK = 65_536
STATUS = {
    Code.BAD_MESSAGE: 400,
    Code.NOT_SIGNED_IN: 401,
    Code.BAD_LINK: 403,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.BAD_FILE: 415,
    Code.TOO_MANY: 429,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
}
"""HTTP status of a failure; 409 for the codes that speak of the state of things."""
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}; connect-src 'self'{socket}"
)
EMBEDDABLE = web.RequestKey("EMBEDDABLE", bool)
"""Set in a request whose answer the sites of ``EMBED_ORIGINS`` may frame."""
CROSS_ORIGIN = web.RequestKey("CROSS_ORIGIN", bool)
"""Set in a request whose answer any site may include."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SOCKET_PATH = "/socket.io/"

logger = logging.getLogger(__name__)

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def cookie_name(handle: str) -> str:
    """Return the name of a login's cookie: each login has its own, so that several persons share a browser."""
    return f"perm_{handle}"


def hashed(address: str) -> str:
    """Return what stands for an address in Redis."""
    return hashlib.sha256(address.encode()).hexdigest()[:24]


def secret_of(request: web.Request, handle: str) -> str:
    """Return the secret of a login as this request carries it, empty when it does not.

    A page that keeps it sends it along by itself (RFC 6750 section 2.1); otherwise it is in the login's cookie.
    """
    scheme, _, secret = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    return request.cookies.get(cookie_name(handle), "")


def reply(body: object, status: int = 200) -> web.Response:
    """Answer with a struct."""
    headers = {hdrs.CACHE_CONTROL: "no-store"}
    return web.Response(
        body=msgspec.msgpack.encode(body), status=status, content_type=MSGPACK, headers=headers
    )


def refuse(error: Exception) -> web.Response:
    """Answer with a failure."""
    failure = failure_of(error)
    return reply(Answer(error=failure), STATUS.get(failure.code, 409))


async def read_body(request: web.Request, most: int, within_s: float = BODY_WITHIN_S) -> bytes:
    """Return the body.

    Raises:
        Refusal: ``TOO_LARGE``, or it does not come.
    """
    if (request.content_length or 0) > most:
        raise Refusal(Code.TOO_LARGE, f"at most {most} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.content.iter_chunked(CHUNK):
                body += chunk
                if len(body) > most:
                    raise Refusal(Code.TOO_LARGE, f"at most {most} bytes")
    except TimeoutError:
        raise Refusal(Code.BAD_MESSAGE, "the body does not come") from None
    return bytes(body)


async def read_message(request: web.Request, most: int) -> bytes:
    """Return the body of a message.

    Raises:
        Refusal: It is not msgpack or too large. (A form of another site could not send this content type.)
    """
    if request.content_type != MSGPACK:
        raise Refusal(Code.BAD_MESSAGE, f"send {MSGPACK}")
    return await read_body(request, most)


class Edge:
    """Knows the settings of this process.

    Args:
        settings: Origins, proxies, TLS.
        identity: Knows the logins.
        clock: Unix seconds.
    """

    def __init__(self, settings: Settings, identity: Identity, clock: Clock) -> None:
        self._identity = identity
        self._clock = clock
        self._origins = frozenset(settings.public_origins)
        self._proxies = settings.trusted_proxy
        self._tls = settings.tls_cert is not None
        self._ancestors = " ".join(("'self'", *settings.embed_origins))

    async def login(self, request: web.Request) -> Login:
        """Return the login that the path names.

        Raises:
            Refusal: ``NOT_SIGNED_IN``.
        """
        handle = request.match_info["handle"]
        return await self._identity.login(handle, secret_of(request, handle), now=self._clock())

    def address(self, request: web.Request) -> str:
        """Return whom limits count: the neighbour, or whom a trusted proxy names last; of IPv6 the /64, one household's."""
        neighbour = request.remote or ""
        # A proxy may add a line of its own below one that the client made up: the last line counts.
        named = ",".join(request.headers.getall("X-Forwarded-For", [])).rpartition(",")[2].strip()
        try:
            address = ip_address(named if named and self._is_trusted(neighbour) else neighbour)
        except ValueError:
            return neighbour
        if isinstance(address, IPv4Address):
            return str(address)
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))

    def secure(self, request: web.Request) -> bool:
        """Whether the browser speaks TLS, to us or to a trusted proxy."""
        if self._tls or request.secure:
            return True
        return request.headers.get("X-Forwarded-Proto") == "https" and self._is_trusted(request.remote or "")

    def _is_trusted(self, neighbour: str) -> bool:
        try:
            return any(ip_address(neighbour) in network for network in self._proxies)
        except ValueError:
            return False

    @web.middleware
    async def guard(self, request: web.Request, handler: Handle) -> web.StreamResponse:
        """Refuse what another site has a browser send, and name the failures of handlers."""
        sends = request.method not in ("GET", "HEAD", "OPTIONS") or request.path == SOCKET_PATH
        if sends and request.headers.get(hdrs.ORIGIN) not in self._origins:
            return refuse(Refusal(Code.FORBIDDEN, "this origin is not served: see PUBLIC_ORIGIN"))
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except ConnectionResetError:
            raise  # the client went: there is nobody to answer
        except Exception as error:  # noqa: BLE001 - the one map from exceptions to codes
            return refuse(error)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Protect whatever is answered; a signal of aiohttp, before the headers go out."""
        response.headers["Server"] = "Permanence"  # and not which versions of what
        if isinstance(response, web.WebSocketResponse):
            return  # shows no page, and keeps its headers as long as it lives
        response.headers.update(HEADERS)
        if request.get(CROSS_ORIGIN):
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        secure = self.secure(request)
        # 'self' means the page's own scheme in older Safaris, which do not count wss: as one.
        own = f"{'https' if secure else 'http'}://{request.host}"
        socket = f" {own.replace('http', 'ws', 1)}" if own in self._origins else ""
        ancestors = self._ancestors if request.get(EMBEDDABLE) else "'none'"
        policy = POLICY.format(ancestors=ancestors, socket=socket)
        response.headers.setdefault("Content-Security-Policy", policy)  # a document has a stricter one
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
