"""What all messages between browser and server share, and the feed messages. docs/protocol.md is the text.

Structs only. Inbound unknown fields are refused; clients ignore fields that they do not know.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_:-]+$")]
"""An identifier that the server made."""
ClientId = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""Made once by the client for one act; a repeat with the same one returns the first answer."""


class Code(StrEnum):
    """Stable error codes. The client has a sentence for each, in every language."""

    BAD_MESSAGE = "bad_message"
    """Not a message of this protocol, or a field is out of bounds. Reload the page."""
    NOT_SIGNED_IN = "not_signed_in"
    """No login, or it ended. Use the personal link again."""
    BAD_LINK = "bad_link"
    """The personal link or code is unknown, expired or revoked. Ask for a new one."""
    FORBIDDEN = "forbidden"
    """This person may not do or see this."""
    NOT_FOUND = "not_found"
    """There is no such thing, or not for this person."""
    CONFLICT = "conflict"
    """Somebody was faster, or the state has moved on. The view shows how it is now."""
    REPEATED_DIFFERENTLY = "repeated_differently"
    """The client id was used before with other content."""
    TOO_MANY = "too_many"
    """A limit per address, login or connection. Wait a little."""
    TOO_LARGE = "too_large"
    """More bytes or characters than allowed."""
    BAD_FILE = "bad_file"
    """Of no kind that is taken, or it cannot be read."""
    NOT_SCANNED_YET = "not_scanned_yet"
    """The scanner for viruses has not called it clean yet. Wait a little."""
    INFECTED = "infected"
    """A virus was found in it and it was deleted."""
    BAD_ADDRESS = "bad_address"
    """Not a mail address, or not a push service, that can be used."""
    BAD_OFFER = "bad_offer"
    """The browser's offer cannot be served. Try another browser."""
    NO_MEDIA_SERVER = "no_media_server"
    """No SFU worker is free. The question stays in line."""
    CLOSED_NOW = "closed_now"
    """Outside opening hours."""
    NO_CONSENT = "no_consent"
    """No consent on file for this pupil."""
    NOT_ENROLLED = "not_enrolled"
    """This pupil is not enrolled at present."""
    NOT_VETTED = "not_vetted"
    """The volunteer's vetting is missing or has ended."""
    STALE = "stale"
    """A colleague has answered meanwhile; nothing was sent. Look, then send or change it."""
    TAKEN = "taken"
    """Another volunteer was faster."""
    ABSENT = "absent"
    """The person to whom this would go is not here, or pauses. Give it to the topic."""
    KEPT = "kept"
    """Kept for the person's own advisor for a moment; then anybody may take it."""
    BUSY = "busy"
    """The person is in another call."""
    UNAVAILABLE = "unavailable"
    """Database or Redis is away. Nothing was stored; the client tries again."""
    INTERNAL = "internal"
    """Our fault. Nothing is known to be stored; the client tries again."""


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that the server sends.

    Defaults are sent, so that an absent ``free`` is never mistaken for false; only ``None`` is left out.
    """


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of everything that a client asks; the tag is ``area.verb``."""


class Failure(Struct, frozen=True, kw_only=True):
    """The answer to a command that was not carried out."""

    code: Code
    text: str
    """English, for developers; the page has its own sentence for the code."""


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The acknowledgement of a command: exactly one of the two. ``ok`` comes after the commit."""

    ok: Any = None
    error: Failure | None = None


class Done(Struct, frozen=True, kw_only=True):
    """Carried out, nothing to tell."""


# --- feeds: what a client asks ----------------------------------------------------------------------------------


class OpenView(Command, frozen=True, kw_only=True, tag="view.open"):
    """Send me this view, now and at each change."""

    view: Id
    version: str | None = None
    """The version the client holds; the same one is not sent again."""


class CloseView(Command, frozen=True, kw_only=True, tag="view.close"):
    """Stop sending this view."""

    view: Id


class OpenLog(Command, frozen=True, kw_only=True, tag="log.open"):
    """Send me the events of this log after ``after``, and those that come."""

    log_id: Id
    after: Annotated[int, msgspec.Meta(ge=0)] = 0


class CloseLog(Command, frozen=True, kw_only=True, tag="log.close"):
    """Stop sending this log."""

    log_id: Id


class SetPresence(Command, frozen=True, kw_only=True, tag="presence.set"):
    """Tell whether the page is in sight."""

    visible: bool


# --- feeds: what the server sends ---------------------------------------------------------------------------------


class ServerMessage(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of what is sent without being asked each time."""


class ViewSnapshot(ServerMessage, frozen=True, kw_only=True, tag="view.snapshot"):
    """A view as a whole."""

    view: str
    version: str
    """A digest of the data: equal data, equal version, on every process."""
    data: Any


class ViewPatch(ServerMessage, frozen=True, kw_only=True, tag="view.patch"):
    """A change of a view. A client that does not hold ``base`` opens the view again."""

    view: str
    base: str
    version: str
    patch: Any
    """JSON merge patch (RFC 7396); views never contain null."""


class ViewEnded(ServerMessage, frozen=True, kw_only=True, tag="view.ended"):
    """The view is no longer open to this person."""

    view: str
    code: Code


class LogEvent(Struct, frozen=True, kw_only=True):
    """One event of a log."""

    seq: int
    """1, 2, 3 ... without holes."""
    kind: str
    payload: dict[str, Any]
    author: str
    """Person id; empty for the system."""
    at: float
    """Unix seconds, the server's clock."""
    client_id: str = ""
    """The author's own id of this act."""


class LogEnded(ServerMessage, frozen=True, kw_only=True, tag="log.ended"):
    """The log is no longer open to this person."""

    log_id: str
    code: Code


class LogEvents(ServerMessage, frozen=True, kw_only=True, tag="log.events"):
    """Events of a log, in order, the first following on what was sent before."""

    log_id: str
    events: tuple[LogEvent, ...]


class Heartbeat(ServerMessage, frozen=True, kw_only=True, tag="heartbeat"):
    """Every 20 s: what the client should hold. A difference means that something was missed."""

    logs: dict[str, int] = {}
    views: dict[str, str] = {}
    now: float
    """Unix seconds."""


class LoginEnded(ServerMessage, frozen=True, kw_only=True, tag="login.ended"):
    """Signed out elsewhere, link revoked or expired."""

    code: Code


# --- the same over plain HTTP ----------------------------------------------------------------------------------------


class Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /api/{login}/feed``: what the client holds. Answered at once when something is newer."""

    views: dict[Id, str] = {}
    """View to version, empty for none."""
    logs: dict[Id, Annotated[int, msgspec.Meta(ge=0)]] = {}
    """Log to last seq held."""
    visible: bool = True
    wait: Annotated[float, msgspec.Meta(ge=0, le=25)] = 20.0
    """Seconds to hold the request when nothing is newer."""


class FeedAnswer(Struct, frozen=True, kw_only=True):
    """What is newer; ``ViewPatch`` is never used here."""

    messages: tuple[ViewSnapshot | ViewEnded | LogEvents | LogEnded | LoginEnded, ...] = ()
    now: float


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /api/sign-in``."""

    token: Annotated[str, msgspec.Meta(min_length=4, max_length=128)]
    """The secret of a personal link, or a short code."""
    keep: Literal["cookie", "page"] = "cookie"
    """Who keeps the login's secret: a cookie, or the page itself where browsers refuse cookies, framed by
    another site."""


class ComeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of ``POST /api/guest/{app}``, for somebody without a link; answered with ``SignedIn``, as for a page."""

    language: Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,5})?\Z")]
    """BCP 47: ``fr``, ``en``."""


class SignedIn(Struct, frozen=True, kw_only=True):
    """Somebody is signed in; several persons may be in one browser."""

    login: str
    """Public handle of the login; part of page addresses, worthless without its secret."""
    home: str
    """Path of the person's page."""
    secret: str = ""
    """Of the login, when the page keeps it: sent as ``Authorization: Bearer``. Empty when the cookie is set."""
