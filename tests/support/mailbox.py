"""A real mail server (aiosmtpd) and a real push service (aiohttp) on loopback, which keep what they are given."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


class Mailbox:
    """Handler of aiosmtpd; `answers` are what RCPT is answered next, before it takes everything again."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.senders: list[str | None] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.answers: list[str] = []
        self.final: list[str] = []
        """What DATA is answered next."""
        self.port = 0
        self.came = asyncio.Event()
        """A mail was taken."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.final:
            return self.final.pop(0)
        message = message_from_bytes(envelope.content or b"", EmailMessage, policy=POLICY)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.recipients += envelope.rcpt_tos
        self.senders.append(envelope.mail_from)
        self.came.set()
        return "250 OK"

    def check(self, server: SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"right", handled=False)


@asynccontextmanager
async def mail_server(box: Mailbox, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve the box; yields the port."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            box,
            hostname="localhost",
            tls_context=tls,
            require_starttls=tls is not None,
            authenticator=box.check if tls else None,
            loop=loop,
        )

    server = await loop.create_server(session, "127.0.0.1", port)
    try:
        box.port = server.sockets[0].getsockname()[1]
        yield box.port
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Pushed:
    """One request of an application server, its signature verified."""

    path: str
    headers: dict[str, str]
    body: bytes
    claims: dict[str, Any]
    key: str


@dataclass
class PushService:
    """Answers `status`; keeps what came with a valid token (RFC 8292)."""

    base: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    pushed: list[Pushed] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        assert scheme == "vapid"
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        claims = verified(given["t"], given["k"])
        self.pushed.append(
            Pushed(request.path, dict(request.headers), await request.read(), claims, given["k"])
        )
        return web.Response(status=self.status, headers=self.headers)


def verified(token: str, key: str) -> dict[str, Any]:
    """Return the claims of an ES256 token (RFC 7515); raises when the signature is not the key's."""
    head, claims, signature = token.split(".")
    raw = _decode(signature)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(key))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert json.loads(_decode(head)) == {"typ": "JWT", "alg": "ES256"}
    found = json.loads(_decode(claims))
    assert isinstance(found, dict)
    return found


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """Serve a push service."""
    service = PushService()
    application = web.Application()
    application.add_routes([web.post("/{rest:.*}", service.take)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()
