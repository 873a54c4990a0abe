"""What a notice is, and what may become of one."""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Literal

import msgspec

Kind = Literal["answer", "turn", "transcript"]
KEY_LENGTH = 64
EVENT_LENGTH = 100
SERVICE_LENGTH = 80
PATH = re.compile(r"/(?!/)[!-\[\]-~]{0,499}", re.ASCII)
"""A path on our own site, perhaps with a query and a fragment; no backslash, which browsers take for a slash."""


class Sink(StrEnum):
    """A way to tell somebody who is not here."""

    MAIL = "mail"
    PUSH = "push"


class State(StrEnum):
    """Of a notice in the outbox."""

    DUE = "due"
    """Waits for its time, or for another try."""
    CLAIMED = "claimed"
    """A worker is sending it; due again when the claim has run out."""
    SENT = "sent"
    FAILED = "failed"
    """Given up, or refused for good."""
    SEEN = "seen"
    """The person has seen what it was about."""


class Outcome(Enum):
    """What came of one attempt to send."""

    SENT = "sent"
    LATER = "later"
    """Our network, our settings or their server: try again."""
    REFUSED = "refused"
    """This notice is not taken, now or ever."""
    GONE = "gone"
    """The subscription does not exist any more: forget it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is told: that there is something, where, and from whom. Never what was said, nor by whom.

    Raises:
        ValueError: a field is out of bounds, which is the app's mistake.
    """

    app: str
    key: str
    """What it is about, such as a conversation: notices about the same are not heaped."""
    kind: Kind
    service: str
    """Name of the service as the person knows it, on one line."""
    link: str
    """Path on our own site; a secret belongs behind ``#``."""
    language: str = "fr"

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= KEY_LENGTH:
            raise ValueError(f"the key of a notice has 1 to {KEY_LENGTH} characters")
        if not 0 < len(self.service) <= SERVICE_LENGTH or not self.service.isprintable():
            raise ValueError(f"the service of a notice is one line of 1 to {SERVICE_LENGTH} characters")
        if not PATH.fullmatch(self.link):
            raise ValueError("the link of a notice is a path on our own site")


class Letter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sealed in the outbox until the notice is sent: to whom, and what may hold a secret."""

    to: str
    """Mail address or push endpoint."""
    service: str = ""
    link: str = ""
    """The whole address."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed notice, opened, ready for its sink."""

    id: str
    key: str
    kind: Kind
    letter: Letter
