"""No two packets are ever protected with the same (ssrc, rollover, sequence): under GCM that gives the key away."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy

from sfu.core.rtp import HEADER
from sfu.core.seqnum import unwrap16
from sfu.dataplane.contract import AddSlot, RemoveSlot, SlotId
from sfu.dataplane.reference import ReferencePlane
from tests.sfu.dataplane.rig import Peer, session
from tests.sfu.dataplane.steps import STEPS
from tests.sfu.dataplane.twins import Side, Twins


class Watched:
    """An outbound session that remembers every index it was asked to protect, and that is read again by a peer."""

    def __init__(self, peer: Peer) -> None:
        self._session = session(peer.down, Policy.SSRC_ANY_OUTBOUND)
        self._reader = session(peer.down, Policy.SSRC_ANY_INBOUND)
        self.highest: dict[int, int] = {}
        self.used: set[tuple[int, int]] = set()
        self.refusals = 0

    def protect(self, packet: bytes) -> bytes:
        _, _, sequence, _, ssrc = HEADER.unpack_from(packet)
        index = unwrap16(sequence, self.highest.get(ssrc, sequence))
        self.highest[ssrc] = max(index, self.highest.get(ssrc, index))
        assert (ssrc, index) not in self.used
        self.used.add((ssrc, index))
        cipher = self._session.protect(packet)
        # A peer that missed nothing follows every rollover.
        assert self._reader.unprotect(cipher) == packet
        return cipher

    def unprotect(self, packet: bytes) -> bytes:
        raise NotImplementedError

    unprotect_rtcp = unprotect

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._session.protect_rtcp(packet)


class Alone(Twins):
    """Only the reference, with watched sessions."""

    def __init__(self, *, first: int) -> None:
        self.watched: list[Watched] = []
        super().__init__(wide=True, first=first)

    def sides_for(self, peers: list[Peer]) -> list[Side]:
        side = Side(ReferencePlane, [])
        for peer in peers:
            self.watched.append(Watched(peer))
            side.plane.apply(peer.opening(outbound=self.watched[-1]), 0.0)
        return [side]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.sampled_from([0, 32767]), steps=st.lists(STEPS, min_size=10, max_size=80))
def test_switches_losses_jumps_and_retransmissions_never_repeat_an_index(
    first: int, steps: list[tuple[str, dict[str, Any]]]
):
    alone = Alone(first=first)
    for slot, stream in enumerate((0, 2, 1)):
        alone.connect(slot, stream, 100)
    for name, arguments in steps:
        getattr(alone, name)(**arguments)
    assert "protect" not in alone.sides[0].plane.collect(0.0).dropped, "libsrtp had nothing to refuse"


def test_an_index_is_not_repeated_when_numbers_wrap_again_and_again():
    alone = Alone(first=32767)
    alone.connect(0, 0, 100)
    for turn in range(500):
        stream = turn // 100 % 2
        if turn % 100 == 50:
            alone.connect(0, 1 - stream, 100)
        alone.leap(stream, 400)
        alone.frame(stream, ["arrives", "held", "arrives", "padding", "arrives"], key=turn % 50 == 0)
        alone.frame(1 - stream, ["arrives", "held"], key=turn % 50 == 1)
        alone.miss(0, range(20))
        alone.release(stream)
    watched = alone.watched[2]
    assert watched.highest[2000] > 2 * 65536, "the slot's sequence went round twice"
    assert watched.highest[3000] - 32766 > 500, "retransmissions were sent"
    assert len(watched.used) > 2000


def test_a_slot_cannot_start_its_numbering_anew_under_the_same_keys():
    alone = Alone(first=100)
    alone.apply(RemoveSlot(SlotId(0)))
    for slot, ssrc, rtx_ssrc, first in (
        (9, 2000, 0, 5),
        (9, 5000, 3000, 5),
        (9, 3000, 0, 5),
        (9, 5000, 0, 32768),
    ):
        transport = alone.peers[2].transport
        alone.apply(AddSlot(SlotId(slot), transport, ssrc, rtx_ssrc, first, 5, 0))
    alone.connect(9, 0, 100)
    assert alone.sides[0].plane.collect(0.0).slots == []
    assert alone.sides[0].plane.collect(0.0).dropped == {"operation": 5}, "the slot does not exist"
