"""Who receives what in a room, as operations on the forwarding table.

Compares what the slots should show (``slots.assign``, ``layers.choose``) with what they were told and writes the
difference. Does not wait for anything: an armed switch is executed by the data plane.
"""

from collections.abc import Callable

from sfu.control import SlotState
from sfu.core.layers import choose
from sfu.core.rooms import Directory, Occupant, Peer, Publication, Room, Slot
from sfu.core.slots import Candidate, Place, assign
from sfu.dataplane.contract import Connect, Disconnect, Media, Operation, StreamId, Switched

IDLE_AFTER_S = 10.0
"""A publication without media for so long may lose its slot to one with media."""

Limit = Callable[[Slot], float | None]
"""What a subscriber can take in a slot, in bit/s."""


def arrange(room: Room, limit: Limit, now: float) -> list[Operation]:
    """Bring every slot of a room up to date."""
    room.unsettled, room.changed = False, True
    room.arranged_at = now
    operations: list[Operation] = []
    candidates = _candidates(room, now)
    for peer in room.peers.values():
        if peer.slots:
            others = [candidate for candidate in candidates if candidate.occupant[0] != peer.name]
            occupants = assign([_place(slot) for slot in peer.slots], others)
            for slot, occupant in zip(peer.slots, occupants, strict=True):
                operations += _settle(room, slot, occupant, limit, now)
    room.armed = _armed(room)
    return operations


def follow(publisher: Peer, limit: Limit, now: float) -> list[Operation]:
    """Connect new layers of a peer to the slots that were already given to it; no slot changes hands."""
    operations: list[Operation] = []
    room = publisher.room
    for peer in room.peers.values():
        for slot in peer.slots:
            if slot.occupant and slot.occupant[0] == publisher.name:
                operations += _settle(room, slot, slot.occupant, limit, now)
    return operations


def on_switched(directory: Directory, event: Switched) -> None:
    """Note which occupant a slot shows from which RTP timestamp on."""
    slot, layer = directory.slots.get(event.slot), directory.layers.get(event.stream)
    if slot is None or layer is None or slot.occupant is None:
        return
    slot.current = layer.id
    if slot not in slot.peer.switched:
        slot.peer.switched.append(slot)
    slot.peer.room.unsettled = True
    peer, source = layer.publication.occupant
    if slot.shown is None or (slot.shown.source_peer, slot.shown.source) != (peer, source):
        slot.shown = SlotState(
            mid=slot.agreed.mid, source_peer=peer, source=source, timestamp=event.timestamp
        )


def _armed(room: Room) -> set[StreamId]:
    return {
        slot.wanted
        for peer in room.peers.values()
        if not peer.stopped
        for slot in peer.slots
        if slot.wanted is not None and slot.wanted != slot.current and slot.agreed.source != "microphone"
    }


def _place(slot: Slot) -> Place:
    agreed = slot.agreed
    return Place(agreed.source, agreed.index, agreed.formats.keys(), slot.occupant)


def _candidates(room: Room, now: float) -> list[Candidate]:
    """List what is published, in order of the publishers' first join."""
    return [
        Candidate(publication.occupant, publication.agreed.media, _is_active(publication, now))
        for peer in sorted(room.peers.values(), key=lambda peer: peer.order)
        for publication in peer.publications.values()
    ]


def _is_active(publication: Publication, now: float) -> bool:
    return now - publication.last_arrival <= IDLE_AFTER_S


def _settle(room: Room, slot: Slot, occupant: Occupant | None, limit: Limit, now: float) -> list[Operation]:
    slot.occupant = occupant
    publication = room.publication(occupant) if occupant else None
    wanted = choose(publication.layers.values(), slot.wanted, limit(slot), now) if publication else None
    if publication is None or wanted is None:
        return _empty(slot)
    if wanted == slot.wanted:
        return []
    form = slot.agreed.formats[publication.agreed.media]
    slot.wanted = wanted
    if publication.agreed.media is Media.OPUS:
        # Audio switches at once: the former voice is not heard any more.
        slot.current = slot.shown = None
    repair = form.rtx_payload_type if slot.agreed.rtx_ssrc else 0
    return [Connect(slot.id, wanted, form.payload_type, repair)]


def _empty(slot: Slot) -> list[Operation]:
    if slot.wanted is None and slot.current is None:
        slot.shown = None
        return []
    slot.wanted = slot.current = slot.shown = None
    return [Disconnect(slot.id)]
