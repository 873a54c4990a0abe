"""The control plane of one worker: commands, connections, events and measurements in; operations and replies out.

Theory of operation: each input changes the directory of rooms, peers, publications and slots; rooms that were
touched are then arranged anew, keyframes and missing packets asked for, and what a room shows is announced when it
changed. Knows no socket, clock, randomness or log: the driver (``sfu.service``) carries everything out in order.
"""

from collections.abc import Collection, Sequence
from itertools import islice

from sfu.control import RoomState
from sfu.core import forwarding, room_state, streams
from sfu.core.connection import (
    CONNECT_WITHIN_S,
    MEDIA_STOPS_AFTER_S,
    SILENT_AFTER_S,
    Connection,
    Sign,
    after,
    sign_of,
)
from sfu.core.contract import (
    Apply,
    Commanded,
    Entropy,
    Happened,
    Identity,
    Input,
    Measured,
    Output,
    PeerClosed,
    PeerConnected,
    RoomChanged,
    Ticked,
)
from sfu.core.feedback import RtcpExchange
from sfu.core.rooms import Directory, Peer, Room, Slot
from sfu.core.seats import Seats
from sfu.dataplane.contract import (
    AddSlot,
    Event,
    Filled,
    Gap,
    Hold,
    Operation,
    RtcpReceived,
    Switched,
    TransportId,
    UnknownSsrc,
)

ARRANGE_S = 0.5
"""A room is looked at again after so long, for layers that stopped or began."""
ARRANGE_PARTS = 10
"""In so many collections, which is as long: two in 100 ms."""


class ControlPlane:
    """Implements ``sfu.core.contract.Control``."""

    def __init__(self, identity: Identity, entropy: Entropy) -> None:
        """Begin without rooms.

        Args:
            identity: what every answer carries.
            entropy: gives as many random octets as asked for.
        """
        self._identity = identity
        self._entropy = entropy
        self._directory = Directory()
        self._seats = Seats(self._directory, identity, entropy)
        self._rtcp = RtcpExchange(self._directory)
        self._now = 0.0
        self._operations: list[Operation] = []

    # --- the protocol ---

    def handle(self, given: Input, now: float) -> list[Output]:
        """Take one input; return everything that has to be done, in order."""
        self._now = now
        outputs: list[Output] = []
        match given:
            case Commanded(command):
                outputs = self._seats.carry_out(command, now)
            case PeerConnected(transport):
                self._on_connected(transport)
            case PeerClosed(transport):
                self._on_closed(transport)
            case Happened(events):
                self._on_events(events)
            case Measured():
                outputs = self._on_measured(given)
            case Ticked():
                outputs = self._seats.expire(now)
        return outputs + self._settle(everything=isinstance(given, Measured))

    def resolve(self, unknown: UnknownSsrc) -> Sequence[Operation]:
        """Say what an unknown ssrc is.

        Asked between two packets. A slot that was given to the publication is connected at the same time, so that
        the keyframe that the first packet begins is not lost.
        """
        peer = self._directory.peers.get(unknown.transport)
        operations = streams.resolve(self._directory, unknown, self._now)
        if peer and operations:
            operations += forwarding.follow(peer, self._limit, self._now)
        return operations

    def next_deadline(self) -> float | None:
        """Say when ``Ticked`` is due: a packet to be asked for, or an empty room to be forgotten."""
        deadlines = (self._rtcp.deadline(), self._seats.deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def rooms(self) -> list[RoomState]:
        """Show all rooms as they were last announced."""
        return [room_state.describe(room, self._identity.worker) for room in self._directory.rooms.values()]

    # --- connections ---

    def _on_connected(self, transport: TransportId) -> None:
        peer = self._directory.peers.get(transport)
        if peer is None or peer.connection is not Connection.NEW:
            return
        peer.connection = after(peer.connection, Sign.KEYED)
        peer.heard_at = self._now
        # Peers that joined together should not all be reported on in the same collection.
        peer.next_report_at = self._now + 0.1 * (peer.order % 10)
        self._operations += streams.announced(self._directory, peer, self._now)
        for agreed in peer.receiving:
            slot = self._directory.add_slot(peer, agreed)
            numbers = self._entropy(8)
            self._operations.append(
                AddSlot(
                    slot=slot.id,
                    transport=transport,
                    ssrc=agreed.ssrc,
                    rtx_ssrc=agreed.rtx_ssrc,
                    first_sequence=int.from_bytes(numbers[:2]) & 0x7FFF,
                    first_rtx_sequence=int.from_bytes(numbers[2:4]) & 0x7FFF,
                    first_timestamp=int.from_bytes(numbers[4:]),
                )
            )
        peer.room.unsettled = True

    def _on_closed(self, transport: TransportId) -> None:
        peer = self._directory.peers.get(transport)
        if peer:
            self._seats.closed(peer, self._now)

    def _watch(self, peer: Peer, heard: float | None) -> list[Output]:
        """Follow how long a peer has been silent."""
        if peer.connection is Connection.NEW:
            late = self._now - peer.joined_at >= CONNECT_WITHIN_S
            return self._seats.close(peer, self._now) if late else []
        if heard is not None:
            peer.heard_at = max(peer.heard_at, heard)
        silence = self._now - peer.heard_at
        if silence < SILENT_AFTER_S and peer.connection is Connection.CONNECTED:
            return []
        sign = sign_of(silence)
        if sign is Sign.GONE:
            return self._seats.close(peer, self._now)
        connection, stopped = after(peer.connection, sign), silence >= MEDIA_STOPS_AFTER_S
        if stopped != peer.stopped:
            self._operations.append(Hold(peer.transport, stopped))
        if (connection, stopped) != (peer.connection, peer.stopped):
            peer.connection, peer.stopped = connection, stopped
            peer.room.unsettled = True
        return []

    # --- media ---

    def _on_events(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case RtcpReceived(transport, packet):
                    peer = self._directory.peers.get(transport)
                    if peer:
                        self._operations += self._rtcp.on_rtcp(peer, packet, self._now)
                case Switched():
                    forwarding.on_switched(self._directory, event)
                case Gap():
                    self._rtcp.on_gap(event, self._now)
                case Filled():
                    self._rtcp.on_filled(event)

    def _on_measured(self, measured: Measured) -> list[Output]:
        collected = measured.collected
        self._operations += self._rtcp.on_collected(collected, self._now, measured.wall)
        outputs: list[Output] = []
        k, n = measured.part
        peers = [peer for peer in self._directory.peers.values() if peer.transport % n == k]
        for peer in peers:
            outputs += self._watch(peer, measured.heard.get(peer.transport))
            if peer.alive:
                room_state.observe(peer, self._now)
        self._operations += self._rtcp.periodic([peer for peer in peers if peer.alive], self._now)
        return outputs + self._seats.expire(self._now)

    # --- after each input ---

    def _settle(self, *, everything: bool) -> list[Output]:
        """Arrange the rooms that were touched, ask for what is missing, announce what changed.

        ``everything``: look at rooms whose time has come as well, and at all that wait for a keyframe.
        """
        outputs: list[Output] = []
        all_rooms = self._directory.rooms.values()
        rooms = [room for room in all_rooms if room.unsettled]
        if everything:
            rooms += self._due(all_rooms)
        for room in rooms:
            self._operations += forwarding.arrange(room, self._limit, self._now)
        waiting = [room for room in all_rooms if room.armed] if everything else rooms
        self._operations += self._rtcp.urgent(waiting, self._now)
        if self._operations:
            outputs.append(Apply(tuple(self._operations)))
            self._operations = []
        changed = [room for room in all_rooms if room.changed]
        return outputs + [self._changed(room) for room in changed if room_state.refresh(room)]

    def _due(self, rooms: Collection[Room]) -> list[Room]:
        """List settled rooms to look at again: a part of them, so that never all of them hold up the media at once."""
        long_ago = self._now - ARRANGE_S
        due = (room for room in rooms if not room.unsettled and room.arranged_at <= long_ago)
        return list(islice(due, len(rooms) // ARRANGE_PARTS + 1))

    def _changed(self, room: Room) -> RoomChanged:
        return RoomChanged(room_state.describe(room, self._identity.worker))

    def _limit(self, slot: Slot) -> float | None:
        return self._rtcp.limit(slot, self._now)
