"""Commands that signaling sends to an SFU worker, and the state that a worker shows.

Nothing here names a user, a role or SDP text: signaling translates. Messages travel as msgpack through Redis
(see docs/protocol.md, "Between signaling and a worker"). A command carries an id; a worker remembers the
replies of recent ids, so that a repeat is answered and not executed again.
"""

import msgspec

PROTOCOL = 1
"""Version of these messages. A worker and a web process that disagree refuse each other."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What all messages share."""


# --- what a browser offers, what a worker answers -----------------------------------------------------------


class Codec(Wire, frozen=True):
    """One payload type of a section (RFC 8866 section 6.6)."""

    payload_type: int
    """0 to 127."""
    name: str
    """Encoding name in lower case: ``opus``, ``vp8``, ``h264``, ``rtx``, ``red``."""
    clock_rate: int
    """Hz."""
    channels: int = 1
    parameters: dict[str, str] = {}
    """From ``a=fmtp``; for ``rtx`` the key ``apt`` names the payload type it repairs."""
    feedback: tuple[str, ...] = ()
    """From ``a=rtcp-fb``: ``nack``, ``nack pli``, ``transport-cc``, ``goog-remb``."""


class Extension(Wire, frozen=True):
    """One RTP header extension (RFC 8285)."""

    id: int
    uri: str


class OfferedSection(Wire, frozen=True):
    """One m-section as the client offered it. Directions are the client's."""

    mid: str
    kind: str
    """``audio``, ``video``, or anything else, which is answered as rejected."""
    direction: str
    """``sendonly``, ``recvonly``, ``sendrecv`` or ``inactive``."""
    rejected: bool = False
    """The client offered port 0 outside the bundle."""
    codecs: tuple[Codec, ...] = ()
    extensions: tuple[Extension, ...] = ()
    rids: tuple[str, ...] = ()
    """Simulcast layers the client wants to send (RFC 8853), smallest picture first."""
    ssrcs: tuple[int, ...] = ()
    """Announced with ``a=ssrc``; empty when the client relies on mid and rid."""
    rtx: dict[int, int] = {}
    """Repair ssrc to repaired ssrc, from ``a=ssrc-group:FID``."""
    stream: str = ""
    """First msid token: sections with the same one are kept in lip sync."""
    source: str = ""
    """What the section carries, as named by signaling: ``microphone``, ``camera`` or ``screen``; receiving
    sections of kind video say ``camera`` or ``screen`` for what may be put in them."""


class Fingerprint(Wire, frozen=True):
    """A certificate fingerprint (RFC 8122)."""

    algorithm: str
    value: str


class Offer(Wire, frozen=True):
    """A client's whole offer: one bundle, rtcp-mux, client is the full ICE agent and the DTLS client."""

    ice_ufrag: str
    ice_pwd: str
    fingerprints: tuple[Fingerprint, ...]
    sections: tuple[OfferedSection, ...]


class AnsweredSection(Wire, frozen=True):
    """The worker's answer to one section, in the order of the offer. Directions are the worker's."""

    mid: str
    kind: str
    accepted: bool = True
    direction: str = "inactive"
    codecs: tuple[Codec, ...] = ()
    extensions: tuple[Extension, ...] = ()
    rids: tuple[str, ...] = ()
    ssrc: int | None = None
    """The slot's ssrc when the worker sends in this section; it never changes."""
    rtx_ssrc: int | None = None
    cname: str = ""
    stream: str = ""
    """msid: the slots that are kept in lip sync share one."""


class Candidate(Wire, frozen=True):
    """One host candidate (RFC 8839). ``tcp`` candidates are passive (RFC 6544)."""

    protocol: str
    """``udp`` or ``tcp``."""
    address: str
    port: int
    priority: int
    foundation: str


class Answer(Wire, frozen=True):
    """ICE-lite, DTLS passive."""

    ice_ufrag: str
    ice_pwd: str
    fingerprint: Fingerprint
    candidates: tuple[Candidate, ...]
    sections: tuple[AnsweredSection, ...]


# --- commands -----------------------------------------------------------------------------------------------


class Command(Wire, frozen=True, tag_field="type"):
    """What every command carries."""

    id: str
    """Chosen by the sender, unique; repeats are answered from memory."""
    reply_to: str
    """Redis key of the list that takes the reply."""


class Join(Command, frozen=True, tag="join"):
    """Connect a peer to a room, which is made when it does not exist.

    A peer that is already there is replaced: its old transport is closed and its subscribers keep their slots.
    """

    room: str
    peer: str
    epoch: int
    """Given by signaling, grows with each join of this call; older ones are refused."""
    offer: Offer


class RestartIce(Command, frozen=True, tag="restart_ice"):
    """New credentials on a living transport: DTLS and SRTP go on (RFC 8445 section 9)."""

    room: str
    peer: str
    ice_ufrag: str
    ice_pwd: str


class Leave(Command, frozen=True, tag="leave"):
    """Disconnect one peer."""

    room: str
    peer: str


class CloseRoom(Command, frozen=True, tag="close_room"):
    """Disconnect everybody and forget the room."""

    room: str


class Drain(Command, frozen=True, tag="drain"):
    """Take no new room from now on; rooms that exist go on."""


AnyCommand = Join | RestartIce | Leave | CloseRoom | Drain


# --- replies ------------------------------------------------------------------------------------------------


class Reply(Wire, frozen=True, tag_field="type"):
    """What every reply carries."""

    id: str
    """The command's."""


class Joined(Reply, frozen=True, tag="joined"):
    """The answer to ``Join``."""

    answer: Answer


class IceRestarted(Reply, frozen=True, tag="ice_restarted"):
    """The answer to ``RestartIce``."""

    ice_ufrag: str
    ice_pwd: str
    candidates: tuple[Candidate, ...]


class Done(Reply, frozen=True, tag="done"):
    """``Leave``, ``CloseRoom``, ``Drain``: done, or there was nothing to do."""


class Refused(Reply, frozen=True, tag="refused"):
    """The command was understood and not carried out."""

    code: str
    """``bad_offer``, ``draining``, ``stale_epoch``, ``unknown_peer``, ``full``, ``bad_command``."""
    text: str
    """For the operator's log; says what to do."""


AnyReply = Joined | IceRestarted | Done | Refused


# --- what a worker shows in Redis, with a time to live -------------------------------------------------------


class SlotState(Wire, frozen=True):
    """What one receiving section of a peer shows at present."""

    mid: str
    source_peer: str
    source: str
    """``microphone``, ``camera`` or ``screen``."""
    timestamp: int
    """The first RTP timestamp of this occupant in the slot's own numbering."""


class PeerState(Wire, frozen=True):
    """One peer of a room, as the worker sees it."""

    peer: str
    epoch: int
    connection: str
    """``new``, ``connected``, ``silent`` (nothing heard for 5 s) or ``closed``."""
    sending: tuple[str, ...] = ()
    """Sources from which media arrived during the last two seconds."""
    receiving: bool = False
    """At least one packet was forwarded to this peer."""
    slots: tuple[SlotState, ...] = ()
    speaking: bool = False


class RoomState(Wire, frozen=True):
    """A room, written to ``sfu:room:{room}`` at each change and every 5 s with a time to live of 15 s."""

    room: str
    worker: str
    version: int
    """Grows with each change."""
    peers: tuple[PeerState, ...] = ()


class WorkerState(Wire, frozen=True):
    """A worker, written to ``sfu:worker:{worker}`` every 2 s with a time to live of 8 s."""

    protocol: int
    worker: str
    """New at each start."""
    rooms: int
    peers: int
    cpu: float
    """Share of one core during the last two seconds, 0 to 1."""
    loop_lag_ms: float
    draining: bool
    started_at: float
    """Unix seconds."""


WORKER_KEY = "sfu:worker:{worker}"
WORKERS_KEY = "sfu:workers"
"""A sorted set of worker ids by the Unix time of their last heartbeat."""
ROOM_KEY = "sfu:room:{room}"
ROOM_CHANNEL = "sfu:rooms"
"""Published at each change of a room: the room's id."""
COMMANDS_KEY = "sfu:commands:{worker}"
"""A list that the worker pops from; one msgpack ``AnyCommand`` an item."""
REPLY_KEY = "sfu:reply:{id}"
"""A list that the sender pops from; expires after 30 s."""
