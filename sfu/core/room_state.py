"""What a room shows: the states that signaling reads, and when they really changed.

Small changes are smoothed, because each change wakes every browser of the room: a source counts as sent for two
seconds after its last packet, and speech has its own module.
"""

from sfu.control import PeerState, RoomState
from sfu.core.rooms import Peer, Publication, Room
from sfu.core.speech import ENDS_AFTER_S, SILENCE

SENDING_S = 2.0


def observe(peer: Peer, now: float) -> None:
    """Bring what is shown of a peer up to date with what was measured."""
    since = now - SENDING_S
    publications = peer.publications
    sending = tuple([source for source, one in publications.items() if one.last_arrival >= since])
    microphone = publications.get("microphone")
    speaking = peer.speech.hear(_level(microphone, now) if microphone else SILENCE, now)
    if sending != peer.sending or speaking != peer.speaking:
        peer.sending, peer.speaking = sending, speaking
        peer.room.changed = True


def describe(room: Room, worker: str) -> RoomState:
    """Show a room as it was last announced."""
    return RoomState(room=room.name, worker=worker, version=room.version, peers=room.shown)


def refresh(room: Room) -> bool:
    """Take the room's present state as shown; False when nothing changed."""
    room.changed = False
    present = tuple(_peer_state(peer) for peer in room.peers.values())
    if present == room.shown and room.version:
        return False
    room.shown = present
    room.version += 1
    return True


def _level(microphone: Publication, now: float) -> int:
    level = SILENCE
    if now - microphone.last_arrival <= ENDS_AFTER_S:
        for layer in microphone.layers.values():
            if layer.report and now - layer.last_arrival <= ENDS_AFTER_S:
                level = min(level, layer.report.audio_level)
    return level


def _peer_state(peer: Peer) -> PeerState:
    return PeerState(
        peer=peer.name,
        epoch=peer.epoch,
        connection=peer.connection.value,
        sending=peer.sending,
        receiving=peer.received,
        slots=tuple(slot.shown for slot in peer.slots if slot.shown),
        speaking=peer.speaking,
    )
