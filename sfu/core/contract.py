"""What the driver tells the control plane, and what the control plane asks of the driver. Types only.

One entry, one way out: ``ControlPlane.handle(input, now)`` returns all outputs, in the order in which they have
to be carried out. Time is monotonic seconds; ``wall`` is Unix seconds where a protocol needs it (NTP).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sfu.control import AnyCommand, AnyReply, Candidate, Fingerprint, RoomState
from sfu.dataplane.contract import (
    EVERYTHING,
    Collected,
    Event,
    ExtensionIds,
    Operation,
    Part,
    TransportId,
    UnknownSsrc,
)

Entropy = Callable[[int], bytes]
"""``os.urandom`` in production, a seeded source in tests."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """ICE ufrag and pwd of one side (RFC 8445 section 5.3)."""

    ufrag: str
    pwd: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What this worker puts in every answer."""

    worker: str
    fingerprint: Fingerprint
    candidates: tuple[Candidate, ...]


# --- inputs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command arrived that was not answered before."""

    command: AnyCommand


@dataclass(frozen=True, slots=True)
class PeerConnected:
    """DTLS is done; the driver has already given OpenTransport and the address to the data plane."""

    transport: TransportId


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The transport is gone: DTLS failed, timed out or was closed by the peer."""

    transport: TransportId
    reason: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Events of the data plane, in order."""

    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Measured:
    """A collection; feedback, reports and retries are driven by it. Every peer's turn comes each 100 ms.

    ``heard`` holds the last valid STUN, DTLS or SRTP packet of each transport, in monotonic seconds.
    """

    collected: Collected
    heard: dict[TransportId, float]
    wall: float
    part: Part = EVERYTHING
    """Whose turn it is: not all at once, for meanwhile no packet is forwarded."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """The deadline that ``next_deadline`` named has come."""


Input = Commanded | PeerConnected | PeerClosed | Happened | Measured | Ticked


# --- outputs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apply:
    """Operations for the data plane, in order."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to a command."""

    reply: AnyReply
    reply_to: str


@dataclass(frozen=True, slots=True)
class OpenPeer:
    """Listen for this peer: ICE-lite with these credentials, then DTLS passive, then SRTP."""

    transport: TransportId
    local: Credentials
    remote: Credentials
    fingerprints: tuple[Fingerprint, ...]
    extensions: ExtensionIds


@dataclass(frozen=True, slots=True)
class RenewPeer:
    """ICE restart: accept the new credentials beside the old ones, drop the old after a minute."""

    transport: TransportId
    local: Credentials
    remote: Credentials


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """Close the transport and forget its addresses and keys."""

    transport: TransportId


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Show this state in Redis."""

    state: RoomState


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """Take the room out of Redis."""

    room: str


Output = Apply | Answered | OpenPeer | RenewPeer | ClosePeer | RoomChanged | RoomClosed


class Control(Protocol):
    """What the driver holds."""

    def resolve(self, unknown: UnknownSsrc) -> Sequence[Operation]:
        """Turn an unknown ssrc into a stream, or nothing; given to the data plane (``Resolve``)."""
        ...

    def handle(self, given: Input, now: float) -> list[Output]:
        """Take one input; return everything that has to be done, in order."""
        ...

    def next_deadline(self) -> float | None:
        """When the driver should give ``Ticked``, in monotonic seconds."""
        ...

    def rooms(self) -> list[RoomState]:
        """All rooms as they are, for the periodic announcement."""
        ...
