"""The operator's mail server as the settings name it. Pure."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from signaling.errors import Refusal
from signaling.notices.addresses import mail_address

Tls = Literal["implicit", "starttls", "none"]
USUAL_PORT: dict[Tls, int] = {"implicit": 465, "starttls": 587, "none": 25}
REMEDY = "write it as smtp://user:password@mail.example.org:587 or smtps://user:password@mail.example.org"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and in whose name."""

    host: str
    port: int
    tls: Tls
    sender: str
    """Name in front of the address; may be empty."""
    address: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def mail_server(url: str, sender: str) -> MailServer | None:
    """Read MAIL_URL and MAIL_FROM; None when neither is set.

    Raises:
        ValueError: with a sentence for the operator, without the password.
    """
    if not url and not sender:
        return None
    if not url or not sender:
        raise ValueError("MAIL_URL and MAIL_FROM go together: set both, or none to send no mail.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"MAIL_URL cannot be read: {REMEDY}.") from error
    tls = _tls(parts)
    if parts.username and tls == "none":
        raise ValueError("MAIL_URL would send its password unprotected: take ?starttls=0 or the user away.")
    name, address = parseaddr(sender)
    try:
        address = mail_address(address)
    except Refusal as refusal:
        raise ValueError("MAIL_FROM holds no mail address: write it as Name <desk@example.org>.") from refusal
    if not sender.isprintable():
        raise ValueError("MAIL_FROM holds a line break: write it as Name <desk@example.org>.")
    return MailServer(
        host=parts.hostname or "",
        port=port or USUAL_PORT[tls],
        tls=tls,
        sender=name,
        address=address,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _tls(parts: SplitResult) -> Tls:
    known = parts.query in ("", "starttls=1", "starttls=0") and parts.path in ("", "/")
    if parts.scheme == "smtps" and not parts.query and known and parts.hostname:
        return "implicit"
    if parts.scheme == "smtp" and known and parts.hostname:
        return "none" if parts.query == "starttls=0" else "starttls"
    raise ValueError(f"MAIL_URL cannot be read: {REMEDY}.")
