"""Bytes from the network are dropped and counted, never raised, and the plane stays usable."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.core.rtp import HEADER
from sfu.dataplane.contract import (
    AddStream,
    BindAddress,
    CloseTransport,
    Connect,
    Disconnect,
    Media,
    Operation,
    RemoveSlot,
    RemoveStream,
    Retransmit,
    RtcpReceived,
    SendRtcp,
    SetDestination,
    SlotId,
    StreamId,
    TransportId,
    UnbindAddress,
)
from sfu.dataplane.transport import MAX_ARRIVALS, MAX_SSRCS
from tests.sfu.dataplane.rig import IDS, Packet, Rig, vp8


def call(rig: Rig) -> int:
    """Connect peer 0's camera to peer 1 and give its ssrc."""
    ssrc = rig.stream(0, 1, rtx_ssrc=77)
    rig.slot(1, 1)
    rig.connect(1, 1)
    return ssrc


def assert_still_forwards(rig: Rig, ssrc: int, sequence: int):
    rig.got(1)
    rig.send(0, Packet(ssrc, sequence, 0, vp8(key=True)))
    assert len(rig.got(1)) == 1


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=1600), max_size=20))
def test_arbitrary_datagrams_are_dropped(datagrams: list[bytes]):
    rig = Rig()
    ssrc = call(rig)
    rig.deliver(0, *datagrams)
    assert sum(rig.dropped.values()) == len(datagrams)
    assert_still_forwards(rig, ssrc, 100)


PLAIN = st.builds(
    lambda first, second, sequence, timestamp, ssrc, rest: HEADER.pack(first, second, sequence, timestamp, ssrc) + rest,
    st.sampled_from([0x80, 0x90, 0x90, 0xA0, 0xB0, 0x81, 0x9F, 0xBF]),
    st.sampled_from([96, 96, 224, 97, 13, 111]),
    st.integers(95, 105),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1001, 1001, 77, 77, 1234]),
    st.one_of(
        st.binary(max_size=40),
        st.builds(lambda ext, rest: b"\xbe\xde\0\1" + ext + rest, st.binary(min_size=4, max_size=4), st.binary(max_size=40)),
        st.builds(lambda ext, rest: b"\x10\0\0\1" + ext + rest, st.binary(min_size=4, max_size=4), st.binary(max_size=40)),
    ),
)  # fmt: skip


class NoSrtp:
    """Takes plain bytes, so that nonsense gets past authentication as a hostile peer's would."""

    def protect(self, packet: bytes) -> bytes:
        return packet

    unprotect = protect_rtcp = unprotect_rtcp = protect


@settings(max_examples=300, deadline=None)
@given(st.lists(PLAIN, max_size=25))
def test_authenticated_nonsense_does_no_harm(packets: list[bytes]):
    rig = Rig(peers=2, inbound=NoSrtp())
    ssrc = call(rig)
    rig.deliver(0, *packets)
    rig.apply(Retransmit(SlotId(1), tuple(range(90, 110))))
    rig.got(1)
    rig.deliver(0, *(bytes(Packet(ssrc, 2000 + n, n, vp8(key=True))) for n in range(3)))
    assert [p.payload for p in rig.got(1)] == [vp8(key=True)] * 3


def test_refusals_of_srtp_are_counted_by_reason():
    rig = Rig()
    ssrc = call(rig)
    good = rig.peers[0].outbound.protect(bytes(Packet(ssrc, 100, 0, vp8(key=True))))
    newer = [rig.peers[0].outbound.protect(bytes(Packet(ssrc, 100 + n, 0, vp8()))) for n in range(1, 1200)]
    rig.deliver(0, good, good, newer[0][:-1] + bytes((newer[0][-1] ^ 1,)))
    rig.deliver(0, *newer[100:], newer[0])
    rig.plane.receive([(good, "nobody")], rig.now)
    rig.deliver(0, b"\x80", b"\x16" + good[1:], good + bytes(1500))
    dropped = rig.dropped
    assert dropped.pop("srtp_replay") == 1
    assert dropped.pop("srtp_authentication") == 1
    assert dropped.pop("srtp_old") == 1
    assert dropped.pop("unknown_address") == 1
    assert dropped.pop("not_media") == 3
    assert dropped == {}


def test_broken_headers_and_extensions_of_an_authenticated_peer_are_counted():
    rig = Rig()
    ssrc = call(rig)
    head = HEADER.pack(0x90, 96, 100, 0, ssrc)
    broken = [
        (b"\xbe\xde\0\1" + b"\x6f\0\0\0" + b"x", "bad_extension"),
        (b"\xbe\xde\0\1" + b"\x60\0\0\0" + b"x", "bad_extension"),
    ]
    for turn, (rest, reason) in enumerate(broken):
        packet = head[:3] + bytes((100 + turn,)) + head[4:] + rest
        rig.deliver(0, rig.peers[0].outbound.protect(packet))
        assert rig.dropped[reason] == turn + 1
    padding_too_long = HEADER.pack(0xA0, 96, 110, 0, ssrc) + b"xy\xff"
    rig.deliver(0, rig.peers[0].outbound.protect(padding_too_long))
    assert rig.dropped == {"bad_extension": 2, "bad_header": 1}
    assert_still_forwards(rig, ssrc, 120)


def test_an_unknown_ssrc_is_asked_about_once_a_second_and_no_more_than_libsrtp_can_keep():
    rig = Rig()
    extensions = {IDS.mid: b"2", IDS.rid: b"h", IDS.repaired_rid: b"\xff", IDS.transport_wide: b"\0\1"}
    for sequence in range(3):
        rig.send(0, Packet(5, sequence, 0, b"?", 99, extensions=extensions))
    assert [(a.ssrc, a.payload_type, a.mid, a.rid, a.repaired_rid) for a in rig.asked] == [
        (5, 99, "2", "h", "\ufffd")
    ]
    rig.now += 1.0
    rig.send(0, Packet(5, 4, 0, b"?", 99))
    assert [(a.mid, a.rid) for a in rig.asked] == [("2", "h"), ("", "")]
    assert [wide for wide, _ in rig.plane.collect(rig.now).transports[0].arrivals] == [1, 1, 1]
    assert rig.dropped == {"unknown_ssrc": 4}

    for ssrc in range(1000, 1000 + MAX_SSRCS):
        rig.send(0, Packet(ssrc, 0, 0, b"?"))
    assert rig.dropped == {"unknown_ssrc": 4 + MAX_SSRCS - 1, "too_many_ssrcs": 1}
    rtcp = rig.peers[0].outbound.protect_rtcp(bytes.fromhex("80c9000100000009"))
    rig.deliver(0, rtcp)
    assert rig.dropped["too_many_ssrcs"] == 2


def test_a_resolved_ssrc_is_forwarded_from_its_first_packet():
    rig = Rig()
    rig.slot(1, 1)
    stream, peer = StreamId(9), rig.peers[0].transport
    rig.answers[9] = [
        AddStream(stream, peer, 9, Media.OPUS, 111, 48000),
        Connect(SlotId(1), stream, 120, 121),
    ]
    rig.send(0, Packet(9, 1, 0, b"opus", 111))
    assert [p.payload for p in rig.got(1)] == [b"opus"]
    assert [s.stream for s in rig.switches()] == [9]


def test_rtcp_is_told_from_rtp_by_its_type_and_given_on_unread():
    rig = Rig()
    report = bytes.fromhex("80c9000100000009")
    rig.deliver(0, rig.peers[0].outbound.protect_rtcp(report), b"\x80\xcd" + bytes(20))
    assert rig.events == [RtcpReceived(rig.peers[0].transport, report)]
    collected = rig.plane.collect(rig.now)
    assert sum(collected.dropped.values()) == 1
    assert collected.transports[0].last_heard == rig.now


def test_packets_that_cannot_be_protected_are_too_big():
    rig = Rig()
    ssrc = call(rig)
    rig.send(0, Packet(ssrc, 1, 0, vp8(bytes(1320), key=True)), Packet(ssrc, 2, 0, vp8(bytes(1340))))
    rig.send(0, Packet(ssrc, 3, 0, vp8(bytes(1330))))
    assert [p.sequence for p in rig.got(1)] == [100, 102]
    assert rig.dropped == {"too_big": 1}
    rig.apply(SendRtcp(rig.peers[0].transport, bytes.fromhex("80c90001") + bytes(1400)))
    assert rig.dropped == {"too_big": 2}


def test_operations_that_cross_the_end_of_something_are_counted():
    rig = Rig(peers=1)
    nothing = TransportId(99)
    operations: list[Operation] = [
        BindAddress(nothing, "there"),
        UnbindAddress("there"),
        SetDestination(nothing, None),
        CloseTransport(nothing),
        RemoveStream(StreamId(9)),
        RemoveSlot(SlotId(9)),
        Connect(SlotId(9), StreamId(9), 1, 2),
        Disconnect(SlotId(9)),
        Retransmit(SlotId(9), (1,)),
        SendRtcp(nothing, b""),
        rig.peers[0].opening()[0],
    ]
    rig.apply(*operations)
    rig.stream(0, 1)
    rig.stream(0, 1)
    assert rig.dropped == {"operation": len(operations) + 1}


def test_arrivals_are_bounded_between_collections():
    rig = Rig()
    wide = {IDS.transport_wide: b"\0\1"}
    rig.send(0, *(Packet(5, n, 0, b"?", extensions=wide) for n in range(MAX_ARRIVALS + 5)))
    assert len(rig.plane.collect(rig.now).transports[0].arrivals) == MAX_ARRIVALS
    rig.now += 0.1
    rig.send(0, Packet(5, MAX_ARRIVALS + 5, 0, b"?"))
    assert rig.plane.collect(rig.now).transports[0].arrivals == []


def test_a_closed_transport_takes_all_that_is_its_own_along():
    rig = Rig()
    ssrc = call(rig)
    rig.stream(1, 2)
    rig.slot(0, 2)
    rig.connect(2, 2)
    rig.send(0, Packet(ssrc, 1, 0, vp8(key=True)))
    rig.send(1, Packet(1002, 1, 0, vp8(key=True)))
    rig.apply(CloseTransport(rig.peers[0].transport))
    report = rig.plane.collect(rig.now)
    assert [s.stream for s in report.streams] == [2]
    assert [(s.slot, s.stream, s.armed) for s in report.slots] == [(1, None, None)]
    assert [t.transport for t in report.transports] == [1, 2]
    rig.send(0, Packet(ssrc, 2, 0, vp8()))
    assert rig.dropped == {"unknown_address": 1}
