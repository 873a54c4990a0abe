"""What the processes of the signaling server are told by their environment, read once at the start.

A value that cannot be used raises `BadSetting` with one sentence that names the variable and the remedy.
"""

import base64
import contextlib
import json
import os
import re
import secrets
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self

from signaling.database import sqlite_file_url
from signaling.files.clamd import Clamd
from signaling.notices.server import MailServer, mail_server

KEY_BYTES = 32
KEY_REMEDY = "make one with: python -c 'import base64,os; print(base64.b64encode(os.urandom(32)).decode())'"
EMBED_ORIGIN = re.compile(
    r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?", re.ASCII
)
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with what the operator chose, not bound


class BadSetting(Exception):  # noqa: N818 - told to the operator, who is not at fault for an error of ours
    """One sentence for the operator: what is missing or wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it. Keys are left out of the repr, so that no log shows them."""

    database_url: str
    """SQLAlchemy URL; by default the file ``permanence.sqlite3`` in ``data_dir``."""
    redis_url: str
    """Redis protocol: presence, notifications, SFU registry."""
    secret_key: bytes = field(repr=False)
    """32 bytes: what is derived or digested with a key of the server."""
    files_keys: tuple[bytes, ...] = field(repr=False)
    """32 bytes each: the first wraps the keys of new files, the others still open older ones."""
    demo: bool = False
    """The demonstration: seeded persons, keys made by itself."""
    host: str = "127.0.0.1"
    port: int = 8080
    tls_cert: Path | None = None
    tls_key: Path | None = None
    public_origins: tuple[str, ...] = ()
    """What a browser may send as its Origin: scheme, host, port; no path."""
    embed_origins: tuple[str, ...] = ()
    """Sites that may frame the pages made for it, beside this server itself: ``https://*.example.org`` too."""
    data_dir: Path = Path("data")
    trusted_proxy: tuple[IPv4Network | IPv6Network, ...] = ()
    """Neighbours whose X-Forwarded-For is believed."""
    clamd: str = ""
    """Scanner for viruses: ``unix:/path`` or ``tcp:host:port``; empty: documents are marked as not scanned."""
    mail: MailServer | None = None
    """Where mail is handed over; None: no mail is offered."""
    vapid_key: bytes = field(default=b"", repr=False)
    """32 bytes from which the key for push services is made; empty: from ``secret_key``."""
    push_private: bool = False
    """For tests: push services without TLS, in our own networks."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """Read and check the environment; in the demonstration, make the keys in ``data_dir`` once.

        Raises:
            BadSetting: with the sentence for the operator.
        """
        demo = env.get("PERMANENCE_DEMO", "") == "1"
        data_dir = Path(env.get("DATA_DIR") or "data")
        host = env.get("HOST") or "127.0.0.1"
        port = _port(env.get("PORT") or "8080")
        cert, key = _tls(env)
        keys = {name: value for name, value in env.items() if value}
        keys = _demo_keys(data_dir) | keys if demo else keys
        return cls(
            redis_url=_redis_url(env),
            secret_key=_key("SECRET_KEY", keys.get("SECRET_KEY", "")),
            files_keys=tuple(_key("FILES_KEY", each) for each in keys.get("FILES_KEY", "").split(",")),
            database_url=env.get("DATABASE_URL") or sqlite_file_url(data_dir / "permanence.sqlite3"),
            demo=demo,
            host=host,
            port=port,
            tls_cert=cert,
            tls_key=key,
            public_origins=_origins(env.get("PUBLIC_ORIGIN", ""), host, port),
            embed_origins=_embed_origins(env.get("EMBED_ORIGINS", "")),
            data_dir=data_dir,
            trusted_proxy=_networks(env.get("TRUSTED_PROXY", "")),
            clamd=_clamd(env.get("CLAMD", "")),
            mail=_mail(env),
            vapid_key=_key("VAPID_KEY", env["VAPID_KEY"]) if env.get("VAPID_KEY") else b"",
            push_private=env.get("PUSH_PRIVATE", "") == "1",
        )


def demo_size(name: str, least: int, most: int) -> int:
    """Read how many persons of a kind the demonstration has, for load tests: ``least`` unless the environment says more.

    Raises:
        BadSetting: No number, or more than ``most``.
    """
    text = os.environ.get(name, "").strip() or str(least)
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise BadSetting(f"{name} is {text!r}: set it to a number of persons, at most {most}.")
    return max(least, int(text))


def _redis_url(env: Mapping[str, str]) -> str:
    url = env.get("REDIS_URL", "")
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting(
            "REDIS_URL is missing or not a Redis address: set it, for instance to redis://127.0.0.1:6379/0, "
            "or start everything with `make run`, which brings its own server."
        )
    return url


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        wrong = "is not 32 bytes in base64" if text else "is missing"
        raise BadSetting(f"{name} {wrong}: {KEY_REMEDY}")
    return key


def _demo_keys(data_dir: Path) -> dict[str, str]:
    """Read the demonstration's own keys, made by whichever process comes first."""
    path = data_dir / "demo-keys.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = {
            name: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            for name in ("SECRET_KEY", "FILES_KEY")
        }
        with tempfile.NamedTemporaryFile("w", dir=data_dir, suffix=".tmp") as file:  # mode 0600
            json.dump(made, file)
            file.flush()
            with contextlib.suppress(FileExistsError):  # for all but the first: everybody reads the same keys
                os.link(file.name, path)
    keys = json.loads(path.read_text())
    return {name: str(keys[name]) for name in ("SECRET_KEY", "FILES_KEY")}


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise BadSetting(f"PORT is {text!r}: set it to a number from 0 to 65535.")
    return int(text)


def _tls(env: Mapping[str, str]) -> tuple[Path | None, Path | None]:
    cert, key = env.get("TLS_CERT"), env.get("TLS_KEY")
    if bool(cert) != bool(key):
        raise BadSetting("TLS_CERT and TLS_KEY go together: set both to PEM files, or none.")
    if not cert or not key:
        return None, None
    for name, path in (("TLS_CERT", cert), ("TLS_KEY", key)):
        if not os.access(path, os.R_OK):
            raise BadSetting(f"{name} names {path}, which cannot be read: check the path and its rights.")
    return Path(cert), Path(key)


def _clamd(text: str) -> str:
    if not text:
        return ""
    try:
        Clamd(text)
    except ValueError as error:
        raise BadSetting(f"CLAMD: {error}. For instance CLAMD=unix:/run/clamav/clamd.ctl.") from error
    return text


def _mail(env: Mapping[str, str]) -> MailServer | None:
    try:
        return mail_server(env.get("MAIL_URL", ""), env.get("MAIL_FROM", ""))
    except ValueError as error:
        raise BadSetting(str(error)) from error


def _origins(text: str, host: str, port: int) -> tuple[str, ...]:
    if text:
        given = tuple(each.strip().rstrip("/") for each in text.split(","))
        for origin in given:
            scheme, _, rest = origin.partition("://")
            if scheme not in ("http", "https") or not rest or "/" in rest:
                raise BadSetting(
                    f"PUBLIC_ORIGIN holds {origin!r}: write it as https://class.example.org, no path."
                )
        return given
    hosts = {"localhost", "127.0.0.1", "[::1]"}
    if host in ANY_ADDRESS:
        hosts |= {socket.gethostname(), *_own_addresses()}
    else:
        hosts.add(f"[{host}]" if ":" in host else host)
    ends = {scheme: "" if port == usual else f":{port}" for scheme, usual in (("http", 80), ("https", 443))}
    return tuple(sorted(f"{scheme}://{name}{end}" for scheme, end in ends.items() for name in hosts))


def _embed_origins(text: str) -> tuple[str, ...]:
    """Check what becomes a part of a header: host sources of CSP (level 3, section 2.3.1) and nothing else."""
    given = tuple(each.rstrip("/") for each in text.split())
    for origin in given:
        if not EMBED_ORIGIN.fullmatch(origin):
            raise BadSetting(
                f"EMBED_ORIGINS holds {origin!r}: write sites with spaces between, such as "
                "https://www.example.org https://*.example.net, no path."
            )
    return given


def _own_addresses() -> set[str]:
    """Return the address by which neighbours reach this machine: connecting UDP chooses it and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: documentation only
        except OSError:
            return set()
        return {str(probe.getsockname()[0])}


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError as error:
        raise BadSetting(
            f"TRUSTED_PROXY: {error}. Write addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8."
        ) from error
