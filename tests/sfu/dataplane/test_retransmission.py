"""RTX both ways (RFC 4588): unwrapped from publishers, built for subscribers."""

from sfu.dataplane.contract import Filled, Retransmit, SlotId, StreamId
from tests.sfu.dataplane.rig import IDS, Packet, Rig, vp8

RTX = 77


def watching(*, rtx: bool = True) -> tuple[Rig, int]:
    """Peer 1 watches peer 0's camera; sources 10 to 14 went out as 100 to 104, except 12."""
    rig = Rig()
    ssrc = rig.stream(0, 1, rtx_ssrc=RTX)
    rig.slot(1, 1, rtx=rtx)
    rig.connect(1, 1)
    rig.send(
        0, *(Packet(ssrc, n, 3000 * n, vp8(b"%d" % n, key=n == 10), marker=True) for n in (10, 11, 13, 14))
    )
    assert [p.sequence for p in rig.got(1)] == [100, 101, 103, 104]
    return rig, ssrc


def repair(original: int, payload: bytes, sequence: int = 1, payload_type: int = 97) -> Packet:
    return Packet(RTX, sequence, 3000 * original, original.to_bytes(2, "big") + payload, payload_type)


def miss(rig: Rig, *numbers: int):
    rig.apply(Retransmit(SlotId(1), numbers))


def test_a_publishers_repair_fills_the_hole():
    rig, _ = watching()
    rig.send(0, repair(12, vp8(b"12")))
    assert rig.events[-1] == Filled(StreamId(1), 12)
    (got,) = rig.got(1)
    assert (got.ssrc, got.sequence, got.timestamp, got.payload) == (2001, 102, 5000 + 6000, vp8(b"12"))
    report = rig.plane.collect(rig.now).streams[0]
    assert report.packets == 4, "a repair is no packet of the stream itself"


def test_a_repair_of_what_is_there_is_a_duplicate_and_the_original_after_its_repair_too():
    rig, ssrc = watching()
    rig.send(0, repair(11, vp8(b"11")), repair(12, vp8(b"12"), 2), Packet(ssrc, 12, 36000, vp8(b"12")))
    assert [p.sequence for p in rig.got(1)] == [102]
    assert rig.dropped == {"duplicate": 2}


def test_probes_on_the_repair_ssrc_count_for_feedback_only():
    rig, _ = watching()
    wide = {IDS.transport_wide: b"\0\5"}
    rig.send(
        0, Packet(RTX, 1, 0, b"", 97, padding=250, extensions=wide), repair(12, b"x", 2, payload_type=33)
    )
    assert rig.got(1) == []
    collected = rig.plane.collect(rig.now)
    assert [number for number, _ in collected.transports[0].arrivals] == [5]
    assert collected.dropped == {"padding": 1, "payload_type": 1}


def test_a_repair_before_the_stream_began_or_far_ahead_of_it_is_dropped():
    rig, _ = watching()
    rig.stream(0, 2, rtx_ssrc=78)
    rig.send(0, Packet(78, 1, 0, b"\0\1x", 97), repair(14 + 513, b"x"))
    assert rig.dropped == {"late": 2}


def test_a_subscribers_miss_is_answered_on_the_rtx_ssrc():
    rig, _ = watching()
    rig.now += 0.3
    miss(rig, 103, 101, 103)
    got = rig.got(1)
    assert [(p.ssrc, p.payload_type, p.sequence) for p in got] == [(3001, 121, n) for n in (7, 8, 9)]
    assert [int.from_bytes(p.payload[:2], "big") for p in got] == [103, 101, 103]
    assert [p.payload[2:] for p in got] == [vp8(b"13"), vp8(b"11"), vp8(b"13")]
    assert [(p.timestamp, p.marker) for p in got] == [
        (5000 + 9000, True),
        (5000 + 3000, True),
        (5000 + 9000, True),
    ]
    assert rig.plane.collect(rig.now).slots[0].packets == 4, "sender reports do not count retransmissions"


def test_what_is_not_in_the_ring_or_was_never_sent_is_not_answered():
    rig, _ = watching()
    miss(rig, 102, 99, 105, 40000)
    assert rig.got(1) == []
    assert rig.dropped == {"rtx_gone": 4}


def test_without_rtx_nothing_is_repeated():
    rig, _ = watching(rtx=False)
    miss(rig, 101)
    rig.connect(1, 1, 120, 0)
    assert rig.got(1) == []
    assert rig.dropped == {"rtx_not_negotiated": 1}


def test_a_former_occupants_packet_is_repeated_under_its_own_number():
    rig, _ = watching()
    other = rig.stream(2, 2)
    rig.connect(1, 2)
    rig.send(2, Packet(other, 500, 0, vp8(b"new", key=True)))
    rig.got(1)
    miss(rig, 104, 105)
    assert [p.payload[2:] for p in rig.got(1)] == [vp8(b"14"), vp8(b"new", key=True)]


def test_the_ninth_range_back_is_forgotten():
    rig, ssrc = watching()
    for turn in range(8):
        base = 15 + 2 * turn
        rig.send(0, Packet(ssrc, base, 0, b"", padding=4), Packet(ssrc, base + 1, 0, vp8()))
    rig.got(1)
    miss(rig, 104, 105)
    assert [p.payload[:2] for p in rig.got(1)] == [(105).to_bytes(2, "big")]
    assert rig.dropped["rtx_gone"] == 1


def test_padding_left_out_is_looked_through_when_a_number_is_missed():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 15, 0, b"", padding=4), Packet(ssrc, 16, 0, vp8(b"16")))
    assert [p.sequence for p in rig.got(1)] == [105]
    miss(rig, 104, 105)
    assert [p.payload[2:] for p in rig.got(1)] == [vp8(b"14"), vp8(b"16")]
