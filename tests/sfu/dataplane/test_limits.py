"""Where exactly the data plane's windows end; random operations hardly ever hit these."""

import pytest

from sfu.dataplane.contract import Filled, Hold, Media, Retransmit, SlotId
from tests.sfu.dataplane.rig import Packet, Rig, vp8


def watching() -> tuple[Rig, int]:
    """Peer 1 watches peer 0's camera; source 10 went out as 100."""
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 10, 0, vp8(key=True)))
    assert [p.sequence for p in rig.got(1)] == [100]
    return rig, ssrc


@pytest.mark.parametrize(("since", "forwarded"), [(508, [101]), (509, [])])
def test_a_former_occupants_late_packet_is_forwarded_within_512_numbers(since: int, forwarded: list[int]):
    rig, first = watching()
    second = rig.stream(2, 2)
    rig.send(0, Packet(first, 14, 0, vp8()))
    rig.connect(1, 2)
    rig.send(2, *(Packet(second, n, 0, vp8(key=n == 0)) for n in range(since)))
    rig.got(1)
    rig.send(0, Packet(first, 11, 0, vp8(b"late")))
    assert [p.sequence for p in rig.got(1)] == forwarded
    assert rig.dropped == ({} if forwarded else {"late_for_slot": 1})


@pytest.mark.parametrize(("since", "entered"), [(128, True), (129, False)])
def test_a_keyframe_is_entered_up_to_128_packets_late(since: int, entered: bool):
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 9, 0, vp8()), *(Packet(ssrc, 11 + n, 9, vp8(start=False)) for n in range(since)))
    rig.send(0, Packet(ssrc, 10, 9, vp8(key=True)))
    assert len(rig.got(1)) == (since + 1 if entered else 0)
    assert rig.plane.collect(rig.now).streams[0].keyframes == 1


def test_catching_up_leaves_padding_out():
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(
        0, Packet(ssrc, 9, 0, vp8()), Packet(ssrc, 11, 0, b"", padding=5), Packet(ssrc, 12, 9, vp8(b"12"))
    )
    rig.send(0, Packet(ssrc, 10, 9, vp8(key=True)))
    assert [(p.sequence, p.payload) for p in rig.got(1)] == [(100, vp8(key=True)), (101, vp8(b"12"))]


def test_what_was_before_a_jump_is_over():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 1000, 0, vp8()), Packet(ssrc, 990, 0, vp8()))
    assert rig.dropped == {"late": 1}
    assert not any(isinstance(event, Filled) for event in rig.events)


@pytest.mark.parametrize(("missing", "jumped"), [(512, False), (513, True)])
def test_a_gap_of_512_is_kept_and_a_wider_one_shrinks(missing: int, jumped: bool):
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 11 + missing, 0, vp8()))
    assert [p.sequence for p in rig.got(1)] == [102 if jumped else 101 + missing]


def test_a_packet_that_left_the_ring_is_not_repeated_even_if_nothing_took_its_place():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 521, 0, vp8()))
    rig.apply(Retransmit(SlotId(1), (100,)))
    assert len(rig.got(1)) == 2, "the latest, and the oldest that the ring holds"
    rig.send(0, Packet(ssrc, 523, 0, vp8()))
    rig.apply(Retransmit(SlotId(1), (100,)))
    assert len(rig.got(1)) == 1
    assert rig.dropped == {"rtx_gone": 1}


def test_audio_is_kept_for_64_packets():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, *(Packet(ssrc, n, 0, b"opus", 111) for n in range(65)))
    assert len(rig.got(1)) == 65
    rig.apply(Retransmit(SlotId(1), (100, 101)))
    assert [p.payload[:2] for p in rig.got(1)] == [(101).to_bytes(2, "big")]


def test_a_counter_that_one_occupant_lacks_goes_on_with_the_next():
    rig = Rig()
    cameras = [rig.stream(0, n) for n in (1, 2, 3)]
    rig.slot(1, 1)
    for number, (ssrc, picture) in enumerate(zip(cameras, (500, None, 40), strict=True), 1):
        rig.connect(1, number)
        rig.send(0, Packet(ssrc, 1, 0, vp8(key=True, picture=picture)))
    assert [p.payload for p in rig.got(1)] == [vp8(key=True, picture=n) for n in (500, None, 501)]


def test_a_switch_that_is_armed_when_the_peer_falls_silent_stays_armed():
    rig, _ = watching()
    rig.stream(2, 2)
    rig.connect(1, 2)
    rig.apply(Hold(rig.peers[1].transport, held=True))
    slot = rig.plane.collect(rig.now).slots[0]
    assert (slot.stream, slot.armed) == (None, 2)
