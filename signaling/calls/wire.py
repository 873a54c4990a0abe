"""Messages of calls: accept, decline, join with an offer, hang up; and the view of one call."""

from typing import Annotated

import msgspec

from signaling.wire import Command, Id, Struct

Sdp = Annotated[str, msgspec.Meta(min_length=20, max_length=120_000)]


class Accept(Command, frozen=True, kw_only=True, tag="call.accept"):
    """Take a call that is in line or ringing; the first one wins. Answered with ``Accepted``."""

    call: Id


class Accepted(Struct, frozen=True, kw_only=True):
    """The call is yours; join it."""

    call: str


class Later(Command, frozen=True, kw_only=True, tag="call.later"):
    """Take it in five minutes: stop ringing here, remind me, tell the caller."""

    call: Id


class NotNow(Command, frozen=True, kw_only=True, tag="call.not_now"):
    """Do not ring me for this call any more."""

    call: Id


class Join(Command, frozen=True, kw_only=True, tag="call.join"):
    """Negotiate media. The caller may join while waiting (prewarm), the callee after accepting.

    Answered with ``Joined``. Joining again replaces the former connection of this person.
    """

    call: Id
    sdp: Sdp
    """A complete offer: one bundle, the slots of docs/protocol.md."""


class Joined(Struct, frozen=True, kw_only=True):
    """The worker's answer."""

    epoch: int
    join: int
    """Number of this join; a higher one in the view means that another page of this person has the call."""
    sdp: str


class RestartIce(Command, frozen=True, kw_only=True, tag="call.restart_ice"):
    """New path, same keys. Answered with ``Joined``."""

    call: Id
    epoch: int
    sdp: Sdp


class Ready(Command, frozen=True, kw_only=True, tag="call.ready"):
    """The first picture or sound of the other person was shown here."""

    call: Id
    epoch: int


class MediaLost(Command, frozen=True, kw_only=True, tag="call.media_lost"):
    """No media arrives although the connection should be up. Answered with ``Done``; the view may show a new epoch."""

    call: Id
    epoch: int


class SetMedia(Command, frozen=True, kw_only=True, tag="call.set_media"):
    """What I send: shown to the other person in words."""

    call: Id
    microphone: bool
    camera: bool
    screen: bool = False


class HangUp(Command, frozen=True, kw_only=True, tag="call.hang_up"):
    """End the call for both. Ending an ended call is answered with ``Done``."""

    call: Id


class Party(Struct, frozen=True, kw_only=True):
    """One of the two persons of a call."""

    name: str
    peer: str
    """Name of this person's connection in ``slots``."""
    here: bool = False
    """Connected to the worker and heard."""
    microphone: bool = True
    camera: bool = True
    screen: bool = False
    speaking: bool = False


class Slot(Struct, frozen=True, kw_only=True):
    """Who is in one of my receiving sections; show the name from this RTP timestamp on, blank until then."""

    peer: str
    source: str
    """``microphone``, ``camera`` or ``screen``."""
    timestamp: int


class CallView(Struct, frozen=True, kw_only=True):
    """The view ``call:{id}``, for its two persons and a coordinator."""

    call: str
    state: str
    """``queued``, ``offered``, ``accepted``, ``connecting``, ``live``, ``interrupted``, ``ended``."""
    me: str = ""
    """``caller``, ``callee`` or empty."""
    caller: Party
    callee: Party | None = None
    epoch: int = 0
    """Of the worker's room; a higher one than the client joined with means: join again."""
    join: int = 0
    """Number of my join that counts; 0 for none."""
    slots: dict[str, Slot] = {}
    """mid of my offer to its occupant."""
    live_since: float | None = None
    """Unix seconds; absent until live."""
    grace_until: float | None = None
    """While interrupted: until when the place is kept."""
    outcome: str = ""
    """When ended: ``hung_up``, ``cancelled``, ``lost``, ``failed``, ``revoked``."""
    ended_by: str = ""
    """``caller`` or ``callee`` when one of them hung up or is signed in nowhere any more."""
