"""Who is in which room: commands in, replies and openings and closings of transports out.

Holds the limits of rooms and peers and the rule of epochs. Who receives what is decided elsewhere, from the directory
that is changed here.
"""

from base64 import b64encode
from itertools import count

from sfu.control import (
    Answer,
    AnyCommand,
    AnyReply,
    CloseRoom,
    Done,
    Drain,
    IceRestarted,
    Join,
    Joined,
    Leave,
    Refused,
    RestartIce,
)
from sfu.core.connection import SHOWN_CLOSED_S, Sign, after
from sfu.core.contract import (
    Answered,
    ClosePeer,
    Credentials,
    Entropy,
    Identity,
    OpenPeer,
    Output,
    RenewPeer,
    RoomClosed,
)
from sfu.core.negotiation import Plan, negotiate
from sfu.core.offer_checks import BadOfferError, check_credentials
from sfu.core.rooms import Directory, Peer, Publication, Room
from sfu.dataplane.contract import TransportId

MAX_ROOMS = 2000
MAX_PEERS = 64
"""Of one room."""
MAX_NAME = 128
"""Characters of a room's or peer's id."""
MAX_EPOCHS = 512
"""Remembered per room."""
EMPTY_ROOM_S = 60.0


class RefusalError(Exception):
    """A command that is not carried out; arguments: code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Seats:
    """Rooms and the peers in them."""

    def __init__(self, directory: Directory, identity: Identity, entropy: Entropy) -> None:
        self._directory = directory
        self._identity = identity
        self._entropy = entropy
        self._transports = count(1)
        self._orders = count(1)
        self._draining = False

    # --- commands ---

    def carry_out(self, command: AnyCommand, now: float) -> list[Output]:
        """Carry out a command and answer it."""
        outputs: list[Output] = []
        try:
            reply = self._execute(command, outputs, now)
        except RefusalError as refusal:
            reply = Refused(id=command.id, code=refusal.code, text=refusal.text)
        except BadOfferError as error:
            reply = Refused(id=command.id, code="bad_offer", text=str(error))
        return [*outputs, Answered(reply, command.reply_to)]

    def _execute(self, command: AnyCommand, outputs: list[Output], now: float) -> AnyReply:
        match command:
            case Join():
                return self._join(command, outputs, now)
            case RestartIce():
                return self._restart_ice(command, outputs)
            case Leave():
                outputs += self._leave(command.room, command.peer, now)
            case CloseRoom():
                outputs += self._close_room(command.room, now)
            case Drain():
                self._draining = True
        return Done(id=command.id)

    def _join(self, command: Join, outputs: list[Output], now: float) -> Joined:
        self._check_place(command)
        self._check_room(command)
        cname = b64encode(self._entropy(9)).decode()
        plan = negotiate(command.offer, self._draw_ssrc, cname)
        peer = self._seat(command, plan, cname, now)
        former = self._directory.rooms[command.room].peers.get(command.peer)
        if former and former.alive:
            outputs += self.close(former, now)
        self._add(peer, former)
        local, offer = self._credentials(), command.offer
        remote = Credentials(offer.ice_ufrag, offer.ice_pwd)
        outputs.append(OpenPeer(peer.transport, local, remote, offer.fingerprints, plan.extensions))
        answer = Answer(
            ice_ufrag=local.ufrag,
            ice_pwd=local.pwd,
            fingerprint=self._identity.fingerprint,
            candidates=self._identity.candidates,
            sections=plan.sections,
        )
        return Joined(id=command.id, answer=answer)

    def _check_place(self, command: Join) -> None:
        if not 0 < len(command.room) <= MAX_NAME or not 0 < len(command.peer) <= MAX_NAME:
            raise RefusalError("bad_command", f"Room and peer ids have 1 to {MAX_NAME} characters.")
        if command.room in self._directory.rooms:
            return
        if self._draining:
            raise RefusalError("draining", "This worker takes no new room: place the call on another one.")
        if len(self._directory.rooms) >= MAX_ROOMS:
            raise RefusalError("full", "This worker takes no more rooms: place the call on another one.")

    def _check_room(self, command: Join) -> None:
        room = self._directory.rooms.get(command.room)
        if room is None:
            return
        newest = room.epochs.get(command.peer)
        if newest is not None and command.epoch < newest:
            raise RefusalError("stale_epoch", f"This peer has joined with epoch {newest}: use a larger one.")
        others = sum(peer.alive for peer in room.peers.values() if peer.name != command.peer)
        if others >= MAX_PEERS:
            raise RefusalError("full", f"This room has {MAX_PEERS} peers, as many as it takes.")

    def _seat(self, command: Join, plan: Plan, cname: str, now: float) -> Peer:
        room = self._directory.rooms.setdefault(command.room, Room(command.room, now))
        peer = Peer(
            room=room,
            name=command.peer,
            epoch=command.epoch,
            transport=TransportId(next(self._transports)),
            extensions=plan.extensions,
            receiving=plan.receiving,
            cname=cname,
            ssrc=self._draw_ssrc(),
            joined_at=now,
            order=next(self._orders),
        )
        peer.publications = {agreed.source: Publication(peer, agreed) for agreed in plan.sending}
        return peer

    def _add(self, peer: Peer, former: Peer | None) -> None:
        """Put a peer in its place: that of a former join of the same name when there is one."""
        room = peer.room
        if former:
            peer.order = former.order
        room.peers[peer.name] = peer
        room.epochs.pop(peer.name, None)
        room.epochs[peer.name] = peer.epoch
        if len(room.epochs) > MAX_EPOCHS:
            del room.epochs[next(iter(room.epochs))]
        room.unsettled = True
        self._directory.peers[peer.transport] = peer

    def _restart_ice(self, command: RestartIce, outputs: list[Output]) -> IceRestarted:
        room = self._directory.rooms.get(command.room)
        peer = room.peers.get(command.peer) if room else None
        if peer is None or not peer.alive:
            raise RefusalError("unknown_peer", "This peer is not connected here: join again.")
        check_credentials(command.ice_ufrag, command.ice_pwd)
        local = self._credentials()
        outputs.append(RenewPeer(peer.transport, local, Credentials(command.ice_ufrag, command.ice_pwd)))
        return IceRestarted(
            id=command.id, ice_ufrag=local.ufrag, ice_pwd=local.pwd, candidates=self._identity.candidates
        )

    def _leave(self, room_name: str, peer_name: str, now: float) -> list[Output]:
        room = self._directory.rooms.get(room_name)
        peer = room.peers.get(peer_name) if room else None
        if peer is None:
            return []
        outputs = self.close(peer, now) if peer.alive else []
        self._remove(peer, now)
        return outputs

    def _close_room(self, name: str, now: float) -> list[Output]:
        room = self._directory.rooms.get(name)
        if room is None:
            return []
        outputs = [output for peer in list(room.peers) for output in self._leave(name, peer, now)]
        del self._directory.rooms[name]
        return [*outputs, RoomClosed(name)]

    # --- endings ---

    def close(self, peer: Peer, now: float) -> list[Output]:
        """End a living peer's transport; it stays in its room for a while, so that it may come back."""
        self.closed(peer, now)
        return [ClosePeer(peer.transport)]

    def closed(self, peer: Peer, now: float) -> None:
        """A transport is gone, and with it its streams and slots in the data plane."""
        self._directory.disconnect(peer)
        peer.connection = after(peer.connection, Sign.GONE)
        peer.closed_at = now
        peer.sending, peer.speaking = (), False

    def expire(self, now: float) -> list[Output]:
        """Forget closed peers and empty rooms whose time has come."""
        outputs: list[Output] = []
        for room in list(self._directory.rooms.values()):
            for peer in list(room.peers.values()):
                if not peer.alive and now - peer.closed_at >= SHOWN_CLOSED_S:
                    self._remove(peer, now)
            if not room.peers and now - room.empty_since >= EMPTY_ROOM_S:
                outputs += self._close_room(room.name, now)
        return outputs

    def deadline(self) -> float | None:
        """Say when ``expire`` has an empty room to forget."""
        empty = (room.empty_since for room in self._directory.rooms.values() if not room.peers)
        earliest = min(empty, default=None)
        return None if earliest is None else earliest + EMPTY_ROOM_S

    def _remove(self, peer: Peer, now: float) -> None:
        room = peer.room
        del room.peers[peer.name]
        room.unsettled = True
        if not room.peers:
            room.empty_since = now

    # --- numbers ---

    def _draw_ssrc(self) -> int:
        return int.from_bytes(self._entropy(4)) or 1

    def _credentials(self) -> Credentials:
        # RFC 8839 section 5.4 asks for 24 and 128 bits; more of ufrag, because one port serves everybody.
        return Credentials(b64encode(self._entropy(9)).decode(), b64encode(self._entropy(18)).decode())
