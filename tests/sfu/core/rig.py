"""A control plane with a manual clock, and offers such as browsers make. For tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from sfu.control import (
    AnyCommand,
    AnyReply,
    Candidate,
    Codec,
    Extension,
    Fingerprint,
    Join,
    Joined,
    Offer,
    OfferedSection,
    PeerState,
    RoomState,
)
from sfu.core.contract import (
    Answered,
    Apply,
    Commanded,
    Happened,
    Identity,
    Input,
    Measured,
    OpenPeer,
    Output,
    PeerConnected,
    RoomChanged,
    Ticked,
)
from sfu.core.control_plane import ControlPlane
from sfu.core.negotiation import ABS_SEND_TIME, AUDIO_LEVEL, MID, REPAIRED_RID, RID, TRANSPORT_WIDE
from sfu.core.rtcp import Packet, parse
from sfu.dataplane.contract import (
    Collected,
    Event,
    Operation,
    SendRtcp,
    SlotReport,
    StreamReport,
    Switched,
    TransportId,
    TransportReport,
    UnknownSsrc,
)

FINGERPRINT = Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32))
IDENTITY = Identity(
    worker="w1",
    fingerprint=FINGERPRINT,
    candidates=(Candidate(protocol="udp", address="192.0.2.1", port=4000, priority=1, foundation="1"),),
)
WALL = 1_800_000_000.0
RIDS = ("q", "h", "f")

OPUS = Codec(
    payload_type=111,
    name="opus",
    clock_rate=48000,
    channels=2,
    parameters={"minptime": "10", "useinbandfec": "1", "stereo": "1"},
    feedback=("transport-cc",),
)
VIDEO_FEEDBACK = ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
VP8 = Codec(payload_type=96, name="vp8", clock_rate=90000, feedback=VIDEO_FEEDBACK)
VP8_RTX = Codec(payload_type=97, name="rtx", clock_rate=90000, parameters={"apt": "96"})
H264 = Codec(
    payload_type=102,
    name="h264",
    clock_rate=90000,
    parameters={"profile-level-id": "42e01f", "packetization-mode": "1", "level-asymmetry-allowed": "1"},
    feedback=VIDEO_FEEDBACK,
)
H264_RTX = Codec(payload_type=103, name="rtx", clock_rate=90000, parameters={"apt": "102"})
RED = Codec(payload_type=63, name="red", clock_rate=48000, channels=2, parameters={"": "111/111"})

ORIENTATION = Extension(id=13, uri="urn:3gpp:video-orientation")
AUDIO_EXTENSIONS = (
    Extension(id=1, uri=AUDIO_LEVEL),
    Extension(id=2, uri=ABS_SEND_TIME),
    Extension(id=3, uri=TRANSPORT_WIDE),
    Extension(id=4, uri=MID),
)
VIDEO_EXTENSIONS = (
    *AUDIO_EXTENSIONS[1:],
    ORIENTATION,
    Extension(id=10, uri=RID),
    Extension(id=11, uri=REPAIRED_RID),
)


def audio(mid: str, direction: str, **more: object) -> OfferedSection:
    """An audio section as Chromium offers it."""
    given: dict[str, object] = {"codecs": (RED, OPUS), "extensions": AUDIO_EXTENSIONS, "source": "microphone"}
    return OfferedSection(mid=mid, kind="audio", direction=direction, **(given | more))  # type: ignore[arg-type]  # free-form overrides


def video(mid: str, direction: str, source: str = "camera", **more: object) -> OfferedSection:
    """A video section as Chromium offers it."""
    codecs = (VP8, VP8_RTX, H264, H264_RTX)
    given: dict[str, object] = {"codecs": codecs, "extensions": VIDEO_EXTENSIONS, "source": source}
    return OfferedSection(mid=mid, kind="video", direction=direction, **(given | more))  # type: ignore[arg-type]  # free-form overrides


def offer(*sections: OfferedSection) -> Offer:
    """A whole offer."""
    return Offer(ice_ufrag="abcd", ice_pwd="p" * 24, fingerprints=(FINGERPRINT,), sections=sections)


def browser_offer(base: int = 1000, rids: Sequence[str] = RIDS, cameras: int = 8) -> Offer:
    """The offer of design 3: three sections sent, three voices, eight cameras and a screen received.

    The microphone has ssrc ``base``, the screen ``base + 2`` with repair ``base + 3``, the camera is announced by
    rids only, or without rids has ``base + 4`` with repair ``base + 5``.
    """
    announced = {"ssrcs": (base + 4, base + 5), "rtx": {base + 5: base + 4}}
    camera = {"rids": tuple(rids)} if rids else announced
    sent = [
        audio("0", "sendonly", ssrcs=(base,)),
        video("1", "sendonly", **camera),
        video("2", "sendonly", "screen", ssrcs=(base + 2, base + 3), rtx={base + 3: base + 2}),
    ]
    voices = [audio(str(3 + n), "recvonly") for n in range(3)]
    pictures = [video(str(6 + n), "recvonly") for n in range(cameras)]
    return offer(*sent, *voices, *pictures, video(str(6 + cameras), "recvonly", "screen"))


def report(stream: int, **more: float) -> StreamReport:
    """A stream's counters; only what a test names is not zero."""
    given: dict[str, float] = {
        "packets": 0,
        "octets": 0,
        "base_sequence": 0,
        "highest_sequence": 0,
        "jitter": 0.0,
        "last_timestamp": 0,
        "last_arrival": 0.0,
        "keyframes": 0,
        "audio_level": 127,
    }
    return StreamReport(stream=stream, **(given | more))  # type: ignore[arg-type]  # free-form overrides


def slot_report(slot: int, **more: float | None) -> SlotReport:
    """A slot's counters; only what a test names is not zero."""
    given: dict[str, float | None] = {
        "packets": 0,
        "octets": 0,
        "stream": None,
        "armed": None,
        "timestamp_offset": 0,
        "last_timestamp": 0,
        "last_sent": 0.0,
    }
    return SlotReport(slot=slot, **(given | more))  # type: ignore[arg-type]  # free-form overrides


OperationT = TypeVar("OperationT", bound=Operation)
OutputT = TypeVar("OutputT", bound=Output)


@dataclass
class Desk:
    """A control plane, its clock, and all that it said since the last input."""

    seed: int = 1
    now: float = 1000.0
    outputs: list[Output] = field(default_factory=list)
    transports: dict[str, TransportId] = field(default_factory=dict)
    """The last one of each peer."""
    states: dict[str, RoomState] = field(default_factory=dict)
    commands: int = 0

    def __post_init__(self) -> None:
        self.plane = ControlPlane(IDENTITY, Random(self.seed).randbytes)

    # --- inputs ---

    def give(self, given: Input) -> list[Output]:
        """Give an input now."""
        self.outputs = self.plane.handle(given, self.now)
        for output in self.outputs:
            if isinstance(output, RoomChanged):
                self.states[output.state.room] = output.state
        return self.outputs

    def command(self, command: AnyCommand) -> AnyReply:
        """Give a command; returns its only reply."""
        self.give(Commanded(command))
        (answered,) = self.said(Answered)
        assert answered.reply.id == command.id
        assert answered.reply_to == command.reply_to
        return answered.reply

    def join(self, peer: str, wanted: Offer | None = None, *, epoch: int = 1, room: str = "r") -> Joined:
        """Join and be answered."""
        reply = self.ask_to_join(peer, wanted, epoch=epoch, room=room)
        assert isinstance(reply, Joined), reply
        (opened,) = self.said(OpenPeer)
        self.transports[peer] = opened.transport
        return reply

    def ask_to_join(
        self, peer: str, wanted: Offer | None = None, *, epoch: int = 1, room: str = "r"
    ) -> AnyReply:
        """Join, perhaps in vain."""
        self.commands += 1
        wanted = wanted or browser_offer(1000 * (1 + len(self.transports)))
        return self.command(
            Join(id=str(self.commands), reply_to="k", room=room, peer=peer, epoch=epoch, offer=wanted)
        )

    def connect(self, peer: str) -> list[Operation]:
        """Finish DTLS of a peer that joined."""
        self.give(PeerConnected(self.transports[peer]))
        return self.operations()

    def enter(self, peer: str, wanted: Offer | None = None, *, epoch: int = 1) -> Joined:
        """Join and connect."""
        joined = self.join(peer, wanted, epoch=epoch)
        self.connect(peer)
        return joined

    def happen(self, *events: Event) -> list[Operation]:
        """Give events of the data plane."""
        self.give(Happened(events))
        return self.operations()

    def resolve(self, peer: str, ssrc: int, payload_type: int, **more: str) -> Sequence[Operation]:
        """Ask about an unknown ssrc."""
        given = {"mid": "", "rid": "", "repaired_rid": ""} | more
        return self.plane.resolve(UnknownSsrc(self.transports[peer], ssrc, payload_type, **given))

    def measure(
        self,
        *reports: StreamReport | SlotReport | TransportReport,
        after: float = 0.1,
        heard: Sequence[str] | None = None,
    ) -> list[Operation]:
        """Let time pass and give a collection; by default everybody was heard."""
        self.now += after
        collected = Collected(
            streams=[one for one in reports if isinstance(one, StreamReport)],
            slots=[one for one in reports if isinstance(one, SlotReport)],
            transports=[one for one in reports if isinstance(one, TransportReport)],
        )
        names = self.transports if heard is None else heard
        times = {self.transports[name]: self.now for name in names}
        self.give(Measured(collected, times, WALL + self.now))
        return self.operations()

    def tick(self) -> list[Operation]:
        """Let the deadline come."""
        deadline = self.plane.next_deadline()
        assert deadline is not None
        self.now = max(self.now, deadline)
        self.give(Ticked())
        return self.operations()

    # --- what was said ---

    def said(self, kind: type[OutputT]) -> list[OutputT]:
        """List the last outputs of one kind."""
        return [output for output in self.outputs if isinstance(output, kind)]

    def operations(self) -> list[Operation]:
        """List the last operations."""
        return [one for output in self.said(Apply) for one in output.operations]

    def did(self, kind: type[OperationT]) -> list[OperationT]:
        """List the last operations of one kind."""
        return [one for one in self.operations() if isinstance(one, kind)]

    def rtcp(self, peer: str) -> list[Packet]:
        """List the RTCP packets last sent to a peer, without transport-wide feedback."""
        transport = self.transports[peer]
        return [
            packet
            for sent in self.did(SendRtcp)
            if sent.transport == transport
            for packet in parse(sent.packet)
        ]

    def shown(self, peer: str, room: str = "r") -> PeerState:
        """Return the state of a peer as the room was last announced."""
        return next(state for state in self.states[room].peers if state.peer == peer)

    def switch(self, slot: int, stream: int, timestamp: int = 1) -> list[Operation]:
        """Let the data plane switch a slot."""
        return self.happen(Switched(slot=slot, stream=stream, timestamp=timestamp))  # type: ignore[arg-type]  # plain numbers
