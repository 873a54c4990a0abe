"""Rooms, peers, what they publish and what they receive: the state that the other modules read and change.

Holds no policy. An object lives as long as what it stands for; ``Directory`` finds it by the ids that the data plane
uses, and is the only place where objects come and go.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from sfu.control import PeerState, SlotState
from sfu.core.clock import ClockOffset
from sfu.core.connection import Connection
from sfu.core.negotiation import Receiving, Sending
from sfu.core.speech import Speech
from sfu.dataplane.contract import ExtensionIds, SlotId, StreamId, StreamReport, TransportId

Occupant = tuple[str, str]
"""(peer, source)."""
NEVER = float("-inf")


@dataclass(slots=True, eq=False)
class Reception:
    """What receiver reports and sender reports need to remember about a layer."""

    expected: int = 0
    packets: int = 0
    """Both at the last report."""
    sender_ntp: int = 0
    """Of the publisher's last sender report, 32.32 fixed point; 0 before the first."""
    sender_timestamp: int = 0
    sender_at: float = 0.0
    """Its arrival, monotonic."""


@dataclass(slots=True, eq=False)
class Layer:
    """One ssrc of a publication."""

    id: StreamId
    publication: "Publication"
    ssrc: int
    rid: str
    rank: int
    """0 is the smallest picture."""
    last_arrival: float
    """Monotonic; the time it was added, before the first report."""
    rtx_ssrc: int = 0
    report: StreamReport | None = None
    bitrate: float = 0.0
    """bit/s of payload over about a second; 0 until known."""
    rated_at: float = NEVER
    rated_octets: int = 0
    reception: Reception = field(default_factory=Reception)


@dataclass(slots=True, eq=False)
class Publication:
    """A microphone, camera or screen that a peer may send."""

    peer: "Peer"
    agreed: Sending
    layers: dict[int, Layer] = field(default_factory=dict)
    """By rank."""
    replaced_at: float = NEVER
    """When an ssrc last took over from another one."""
    last_arrival: float = NEVER
    """When media last came, of any of its layers that the data plane has counted."""

    @property
    def occupant(self) -> Occupant:
        """How slots name it."""
        return self.peer.name, self.agreed.source


@dataclass(slots=True, eq=False)
class Slot:
    """A receiving section of a connected peer."""

    id: SlotId
    peer: "Peer"
    agreed: Receiving
    occupant: Occupant | None = None
    wanted: StreamId | None = None
    """Connected by us; armed while it is not ``current``."""
    current: StreamId | None = None
    """As the data plane switched."""
    shown: SlotState | None = None
    packets: int = 0
    octets: int = 0
    timestamp_offset: int = 0
    last_timestamp: int = 0
    last_sent: float = NEVER
    lost: int = 0
    """Of 256, as the subscriber reported."""
    lost_at: float = NEVER


@dataclass(slots=True, eq=False)
class Peer:
    """One join of one participant."""

    room: "Room"
    name: str
    epoch: int
    transport: TransportId
    extensions: ExtensionIds
    receiving: tuple[Receiving, ...]
    cname: str
    ssrc: int
    """The worker's own, in RTCP to this peer."""
    joined_at: float
    order: int
    """Grows with each first join of a name in the worker."""
    connection: Connection = Connection.NEW
    heard_at: float = NEVER
    closed_at: float = NEVER
    stopped: bool = False
    """No media is sent because nothing was heard."""
    publications: dict[str, Publication] = field(default_factory=dict)
    """By source."""
    slots: list[Slot] = field(default_factory=list)
    switched: list[Slot] = field(default_factory=list)
    """Those that owe a sender report at once."""
    sending: tuple[str, ...] = ()
    received: bool = False
    """A packet was forwarded to it."""
    speaking: bool = False
    speech: Speech = field(default_factory=Speech)
    clock: ClockOffset = field(default_factory=ClockOffset)
    rtt: float | None = None
    """Seconds, smoothed."""
    next_report_at: float = NEVER

    @property
    def alive(self) -> bool:
        """Its transport exists."""
        return self.connection is not Connection.CLOSED

    def layers(self) -> Iterator[Layer]:
        """List what it sends at present."""
        for publication in self.publications.values():
            yield from publication.layers.values()


@dataclass(slots=True, eq=False)
class Room:
    """Peers that hear and see each other."""

    name: str
    empty_since: float
    peers: dict[str, Peer] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    """The newest of each peer, also of those that left."""
    version: int = 0
    shown: tuple[PeerState, ...] = ()
    arranged_at: float = NEVER
    unsettled: bool = True
    """Slots have to be looked at anew."""
    changed: bool = True
    """What it shows may be different now."""
    armed: set[StreamId] = field(default_factory=set)
    """The video layers for whose keyframe a slot waits, since it was last arranged."""

    def publication(self, occupant: Occupant) -> Publication | None:
        """Find what a slot names."""
        peer = self.peers.get(occupant[0])
        return peer.publications.get(occupant[1]) if peer else None


@dataclass(slots=True)
class Directory:
    """Everything by its id."""

    rooms: dict[str, Room] = field(default_factory=dict)
    peers: dict[TransportId, Peer] = field(default_factory=dict)
    layers: dict[StreamId, Layer] = field(default_factory=dict)
    slots: dict[SlotId, Slot] = field(default_factory=dict)
    gone_layers: list[StreamId] = field(default_factory=list)
    gone_transports: list[TransportId] = field(default_factory=list)
    """Since ``RtcpExchange`` last forgot them."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add_layer(self, publication: Publication, ssrc: int, rank: int, now: float) -> Layer:
        """Begin a layer; the caller tells the data plane."""
        rids = publication.agreed.rids
        rid = rids[rank] if rank < len(rids) else ""
        layer = Layer(StreamId(next(self.numbers)), publication, ssrc, rid, rank, now)
        publication.layers[rank] = layer
        self.layers[layer.id] = layer
        publication.peer.room.unsettled = True
        return layer

    def add_slot(self, peer: Peer, agreed: Receiving) -> Slot:
        """Begin a slot; the caller tells the data plane."""
        slot = Slot(SlotId(next(self.numbers)), peer, agreed)
        peer.slots.append(slot)
        self.slots[slot.id] = slot
        return slot

    def remove_layer(self, layer: Layer) -> None:
        """End a layer: slots that showed it are empty."""
        publication = layer.publication
        publication.layers.pop(layer.rank, None)
        counted = (
            one.last_arrival for one in publication.layers.values() if one.report and one.report.packets
        )
        publication.last_arrival = max(counted, default=NEVER)
        self.layers.pop(layer.id, None)
        self.gone_layers.append(layer.id)
        room = publication.peer.room
        room.unsettled = True
        for peer in room.peers.values():
            for slot in peer.slots:
                if slot.current == layer.id:
                    slot.current = slot.shown = None
                if slot.wanted == layer.id:
                    slot.wanted = None

    def disconnect(self, peer: Peer) -> None:
        """End a peer's transport; what it published stays named, without layers."""
        for layer in list(peer.layers()):
            self.remove_layer(layer)
        for slot in peer.slots:
            self.slots.pop(slot.id, None)
        peer.slots.clear()
        peer.switched.clear()
        self.peers.pop(peer.transport, None)
        self.gone_transports.append(peer.transport)
        peer.room.unsettled = True
