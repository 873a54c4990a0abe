"""What a subscriber gets of a publisher's packets."""

from sfu.dataplane.contract import (
    AddSlot,
    Disconnect,
    ExtensionIds,
    Filled,
    Gap,
    Hold,
    Media,
    RemoveStream,
    SetDestination,
    SlotId,
    StreamId,
)
from sfu.dataplane.extensions import abs_send_time
from tests.sfu.dataplane.rig import IDS, Packet, Rig, vp8


def sequences(packets: list[Packet]) -> list[int]:
    return [packet.sequence for packet in packets]


def watching(first: int = 100) -> tuple[Rig, int]:
    """Peer 1 watches peer 0's camera, ssrc as given; one keyframe went through under ``first``."""
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1, first=first)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 10, 0, vp8(key=True)))
    assert sequences(rig.got(1)) == [first]
    return rig, ssrc


def test_audio_enters_at_once_under_the_slots_numbers():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    slot = rig.slot(1, 1, first=100, timestamp=5000)
    rig.connect(1, 1)
    rig.send(
        0, *(Packet(ssrc, 65534 + i, 960 * i, b"opus%d" % i, 111, i == 0, {4: b"\x85"}) for i in range(4))
    )

    packets = rig.got(1)
    assert sequences(packets) == [100, 101, 102, 103]
    assert [p.timestamp for p in packets] == [5000 + 960 * i for i in range(4)]
    assert [p.payload for p in packets] == [b"opus%d" % i for i in range(4)]
    assert [p.marker for p in packets] == [True, False, False, False]
    assert {(p.ssrc, p.payload_type) for p in packets} == {(slot, 120)}
    assert rig.got(0) == rig.got(2) == []


def test_video_waits_for_the_first_packet_of_a_keyframe():
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 10, 0, vp8()), Packet(ssrc, 11, 3000, vp8(key=True, start=False)))
    assert rig.got(1) == []
    rig.send(0, Packet(ssrc, 12, 6000, vp8(key=True)), Packet(ssrc, 13, 6000, vp8(start=False), marker=True))
    assert [(p.sequence, p.timestamp, p.marker) for p in rig.got(1)] == [
        (100, 5000, False),
        (101, 5000, True),
    ]
    assert [(s.slot, s.stream, s.timestamp) for s in rig.switches()] == [(1, 1, 5000)]


def test_only_our_own_extensions_go_out_in_the_subscribers_ids():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    rig.slot(1, 1)
    rig.connect(1, 1)
    everything = {
        1: b"mid",
        2: b"rid",
        IDS.audio_level: b"\x8a",
        5: b"abc",
        IDS.transport_wide: b"\0\7",
        9: b"?",
    }
    rig.send(0, Packet(ssrc, 1, 0, b"opus", 111, extensions=everything))
    rig.send(0, Packet(ssrc, 2, 0, b"opus", 111))
    loud, plain = rig.got(1)
    assert loud.extensions == {IDS.abs_send_time: abs_send_time(rig.now), IDS.audio_level: b"\x8a"}
    assert plain.extensions == {IDS.abs_send_time: abs_send_time(rig.now)}


def test_a_subscriber_without_extensions_gets_a_bare_header():
    rig = Rig(peers=1)
    other = rig.add_peer(1, ExtensionIds())
    ssrc = rig.stream(0, 1, Media.OPUS)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 1, 0, b"opus", 111, extensions={IDS.audio_level: b"\x8a"}))
    assert [len(data) for data, address in rig.emitted if address == other.address] == [12 + 4 + 16]
    assert rig.got(1)[0].extensions == {}


def test_csrcs_and_padding_are_taken_off():
    rig, ssrc = watching()
    packet = bytearray(bytes(Packet(ssrc, 11, 0, vp8(b"end"), padding=5)))
    packet[0] |= 2
    packet[12:12] = bytes(8)
    rig.deliver(0, rig.peers[0].outbound.protect(bytes(packet)))
    (got,) = rig.got(1)
    assert (got.payload, got.padding) == (vp8(b"end"), 0)


def test_one_publisher_reaches_every_slot_and_slots_are_served_in_order():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    for slot, peer in ((3, 2), (1, 2), (2, 1)):
        rig.slot(peer, slot)
        rig.connect(slot, 1)
    rig.send(0, Packet(ssrc, 1, 0, b"opus", 111))
    assert [p.ssrc for p in rig.got(2)] == [2001, 2003]
    assert [p.ssrc for p in rig.got(1)] == [2002]


# --- loss, order, padding -------------------------------------------------------------------------------------


def test_a_hole_stays_a_hole_and_what_comes_late_fills_it():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 14, 0, vp8()))
    assert rig.events[-1:] == [Gap(StreamId(1), 11, 13)]
    rig.send(0, Packet(ssrc, 12, 0, vp8(b"late")))
    assert rig.events[-1:] == [Filled(StreamId(1), 12)]
    assert [(p.sequence, p.payload) for p in rig.got(1)] == [(104, vp8()), (102, vp8(b"late"))]


def test_padding_is_counted_and_leaves_no_hole():
    rig, ssrc = watching()
    probes = [
        Packet(ssrc, n, 0, b"", padding=200, extensions={IDS.transport_wide: b"\0\1"}) for n in range(11, 31)
    ]
    rig.send(0, *probes, Packet(ssrc, 31, 0, vp8()))
    assert sequences(rig.got(1)) == [101]
    collected = rig.plane.collect(rig.now)
    assert (collected.streams[0].packets, collected.streams[0].highest_sequence) == (22, 31)
    assert len(collected.transports[0].arrivals) == 20
    assert collected.dropped == {"padding": 20}


def test_padding_between_losses_keeps_the_numbers_of_what_may_still_come():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 13, 0, b"", padding=9), Packet(ssrc, 14, 0, vp8(b"14")))
    rig.send(0, Packet(ssrc, 12, 0, vp8(b"12")), Packet(ssrc, 11, 0, b"", padding=9))
    assert [(p.sequence, p.payload) for p in rig.got(1)] == [(103, vp8(b"14")), (102, vp8(b"12")), (101, b"")]


def test_another_payload_type_on_the_same_ssrc_is_left_out():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 11, 0, b"tone", payload_type=126), Packet(ssrc, 12, 0, vp8()))
    assert sequences(rig.got(1)) == [101]
    assert rig.dropped == {"payload_type": 1}


def test_a_jump_too_wide_to_repair_becomes_a_small_hole():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 20000, 0, vp8()), Packet(ssrc, 20001, 0, vp8()))
    assert sequences(rig.got(1)) == [102, 103]
    assert not any(isinstance(event, Gap) for event in rig.events)
    report = rig.plane.collect(rig.now).streams[0]
    assert (report.base_sequence, report.highest_sequence, report.packets) == (10, 20001, 3)


def test_what_is_older_than_the_ring_is_dropped():
    rig, ssrc = watching()
    late = rig.peers[0].outbound.protect(bytes(Packet(ssrc, 11, 0, vp8())))
    rig.send(0, *(Packet(ssrc, n, 0, vp8()) for n in range(12, 11 + 513)))
    rig.deliver(0, late)
    assert rig.dropped == {"late": 1}


# --- occupants ------------------------------------------------------------------------------------------------


def test_the_former_occupant_goes_on_until_the_keyframe_of_the_next():
    rig, first = watching()
    second = rig.stream(2, 2)
    rig.connect(1, 2)
    rig.now += 0.5
    rig.send(0, Packet(first, 11, 3000, vp8(b"first")))
    rig.send(2, Packet(second, 900, 77, vp8(b"no")))
    rig.now += 0.1
    rig.send(2, Packet(second, 901, 1077, vp8(b"second", key=True)))
    rig.send(0, Packet(first, 12, 6000, vp8(b"gone")))
    rig.send(2, Packet(second, 902, 4077, vp8(b"second")))
    got = rig.got(1)
    assert sequences(got) == [101, 102, 103]
    assert [p.payload for p in got] == [vp8(b"first"), vp8(b"second", key=True), vp8(b"second")]
    # A tenth of a second went by since the last new timestamp.
    assert [p.timestamp for p in got] == [8000, 17000, 20000]
    assert rig.switches()[-1].timestamp == 17000


def test_a_switch_within_the_same_instant_still_moves_the_timestamp():
    rig, _ = watching()
    second = rig.stream(2, 2)
    rig.connect(1, 2)
    rig.send(2, Packet(second, 1, 123, vp8(key=True)))
    assert rig.got(1)[0].timestamp == 5001


def test_a_new_voice_silences_the_former_at_once():
    rig = Rig()
    first, second = rig.stream(0, 1, Media.OPUS), rig.stream(2, 2, Media.OPUS)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(first, 1, 0, b"a", 111))
    rig.connect(1, 2)
    rig.send(0, Packet(first, 2, 960, b"b", 111))
    rig.send(2, Packet(second, 1, 0, b"c", 111))
    assert [(p.sequence, p.payload) for p in rig.got(1)] == [(100, b"a"), (101, b"c")]


def test_a_second_connect_replaces_the_armed_one_and_the_occupant_can_be_kept():
    rig, first = watching()
    second, third = rig.stream(2, 2), rig.stream(2, 3)
    rig.connect(1, 2)
    rig.connect(1, 3)
    rig.send(2, Packet(second, 1, 0, vp8(key=True)))
    assert rig.got(1) == []
    rig.connect(1, 1)
    rig.send(2, Packet(third, 1, 0, vp8(key=True)))
    rig.send(0, Packet(first, 11, 0, vp8()))
    assert sequences(rig.got(1)) == [101]
    assert len(rig.switches()) == 1


def test_a_late_packet_of_the_former_occupant_fills_its_own_number():
    rig, first = watching()
    second = rig.stream(2, 2)
    rig.send(0, Packet(first, 12, 0, vp8()))
    rig.connect(1, 2)
    rig.send(2, Packet(second, 1, 0, vp8(key=True)))
    rig.send(0, Packet(first, 13, 0, vp8(b"gone")), Packet(first, 11, 0, vp8(b"late")))
    assert [(p.sequence, p.payload) for p in rig.got(1)][-2:] == [(103, vp8(key=True)), (101, vp8(b"late"))]
    assert len(rig.got(1)) == 0


def test_a_keyframe_whose_first_packet_comes_late_is_entered_and_caught_up_with():
    rig = Rig()
    ssrc = rig.stream(0, 1)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(ssrc, 9, 0, vp8()), Packet(ssrc, 11, 3000, vp8(b"2", start=False)))
    rig.send(0, Packet(ssrc, 13, 3000, vp8(b"4", start=False)), Packet(ssrc, 10, 3000, vp8(b"1", key=True)))
    rig.send(0, Packet(ssrc, 12, 3000, vp8(b"3", start=False)))
    assert [(p.sequence, p.payload[-1:]) for p in rig.got(1)] == [
        (100, b"1"),
        (101, b"2"),
        (103, b"4"),
        (102, b"3"),
    ]


def test_an_emptied_slot_keeps_its_numbering():
    rig, ssrc = watching()
    rig.apply(Disconnect(SlotId(1)))
    rig.send(0, Packet(ssrc, 11, 3000, vp8(key=True)))
    rig.apply(RemoveStream(StreamId(1)))
    rig.stream(0, 1)
    rig.connect(1, 1)
    rig.now += 2
    rig.send(0, Packet(ssrc, 500, 9, vp8(key=True)))
    assert [(p.sequence, p.timestamp) for p in rig.got(1)] == [(101, 5000 + 180000)]


def test_nothing_is_sent_to_a_silent_peer_and_it_comes_back_with_a_keyframe():
    rig, ssrc = watching()
    subscriber = rig.peers[1]
    rig.apply(Hold(subscriber.transport, held=True))
    rig.send(0, *(Packet(ssrc, 11 + n, 3000, vp8(key=True)) for n in range(400)))
    slot = rig.plane.collect(rig.now).slots[0]
    assert (slot.stream, slot.armed) == (None, 1)
    rig.apply(Hold(subscriber.transport, held=False))
    rig.send(0, Packet(ssrc, 411, 6000, vp8()), Packet(ssrc, 412, 9000, vp8(key=True)))
    assert [(p.sequence, p.payload) for p in rig.got(1)] == [(101, vp8(key=True))]
    assert [s.stream for s in rig.switches()] == [1, 1]


def test_an_address_named_for_a_held_peer_is_used_once_it_is_heard():
    rig, ssrc = watching()
    subscriber = rig.peers[1]
    rig.apply(SetDestination(subscriber.transport, None), Hold(subscriber.transport, held=True))
    rig.apply(SetDestination(subscriber.transport, "elsewhere"))
    rig.send(0, Packet(ssrc, 11, 3000, vp8(key=True)))
    rig.apply(Hold(subscriber.transport, held=False))
    rig.send(0, Packet(ssrc, 12, 6000, vp8(key=True)))
    assert [address for _, address in rig.emitted] == ["elsewhere"]


def test_a_new_address_is_followed_without_a_keyframe():
    rig, ssrc = watching()
    rig.apply(SetDestination(rig.peers[1].transport, "elsewhere"))
    rig.send(0, Packet(ssrc, 11, 0, vp8()))
    assert [address for _, address in rig.emitted] == ["elsewhere"]


# --- VP8 counters ---------------------------------------------------------------------------------------------


def test_picture_id_and_tl0picidx_go_on_over_a_switch_and_wrap():
    rig = Rig()
    first, second = rig.stream(0, 1), rig.stream(2, 2)
    rig.slot(1, 1)
    rig.connect(1, 1)
    rig.send(0, Packet(first, 1, 0, vp8(key=True, picture=32766, tl0=254)))
    rig.send(0, Packet(first, 2, 0, vp8(picture=32767, tl0=255)))
    rig.connect(1, 2)
    rig.send(2, Packet(second, 1, 0, vp8(key=True, picture=700, tl0=9)))
    rig.send(2, Packet(second, 2, 0, vp8(picture=701, tl0=10)))
    assert [p.payload for p in rig.got(1)] == [
        vp8(key=True, picture=32766, tl0=254),
        vp8(picture=32767, tl0=255),
        vp8(key=True, picture=0, tl0=0),
        vp8(picture=1, tl0=1),
    ]


# --- reports --------------------------------------------------------------------------------------------------


def test_reports_follow_rfc_3550():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    rig.slot(1, 1)
    rig.connect(1, 1)
    for sequence, arrival, level in ((65535, 0.0, 0xFF), (0, 0.020, 0x8A), (1, 0.050, 30)):
        rig.now = 1000 + arrival
        timestamp = 960 * (sequence + 1 & 0xFFFF)
        rig.send(0, Packet(ssrc, sequence, timestamp, b"12345678", 111, extensions={4: bytes((level,))}))
    collected = rig.plane.collect(rig.now)
    stream, slot = collected.streams[0], collected.slots[0]
    assert (stream.base_sequence, stream.highest_sequence, stream.packets, stream.octets) == (
        65535,
        65537,
        3,
        24,
    )
    # The third packet came 10 ms, 480 ticks, after its time: a sixteenth of that.
    assert round(stream.jitter, 6) == 30
    assert (stream.last_timestamp, stream.last_arrival) == (1920, 1000.050)
    assert stream.audio_level == 10
    assert (slot.packets, slot.octets, slot.stream) == (3, 24, 1)
    assert (slot.timestamp_offset, slot.last_timestamp, slot.last_sent) == (5000, 6920, 1000.050)
    assert rig.plane.collect(rig.now).streams[0].audio_level == 127


def test_only_what_may_be_new_is_collected():
    rig, ssrc = watching()
    rig.slot(1, 2)
    rig.plane.collect(rig.now)
    rig.now += 0.1
    rig.send(0, Packet(ssrc, 11, 3000, vp8()))
    news = rig.plane.collect(rig.now)
    assert [one.packets for one in news.streams] == [2]
    assert [one.transport for one in news.transports] == [rig.peers[0].transport]
    assert [one.slot for one in news.slots] == [1], "nothing was connected to the other one"
    quiet = rig.plane.collect(rig.now)
    assert (quiet.streams, quiet.slots, quiet.transports) == ([], [], [])


def test_a_part_has_its_own_peers_with_their_streams_and_slots_and_leaves_the_others_for_later():
    rig, ssrc = watching()
    rig.plane.collect(rig.now)
    rig.now += 0.1
    rig.send(0, Packet(ssrc, 11, 3000, vp8()))
    sender, receiver = (peer.transport for peer in rig.peers[:2])
    assert sender % 2 != receiver % 2
    received = rig.plane.collect(rig.now, (receiver % 2, 2))
    assert (len(received.streams), len(received.slots), len(received.transports)) == (0, 1, 0)
    sent = rig.plane.collect(rig.now, (sender % 2, 2))
    assert (len(sent.streams), len(sent.slots), len(sent.transports)) == (1, 0, 1)


def test_keyframes_are_counted_once_each():
    rig, ssrc = watching()
    rig.send(0, Packet(ssrc, 11, 0, vp8(key=True, start=False)), Packet(ssrc, 12, 3000, vp8(key=True)))
    assert rig.plane.collect(rig.now).streams[0].keyframes == 2


def test_h264_enters_at_its_parameter_sets():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.H264)
    rig.apply(AddSlot(SlotId(1), rig.peers[1].transport, 2001, 0, 100, 7, 0))
    rig.connect(1, 1)
    nals = (b"\x41inter", b"\x67sps", b"\x68pps", b"\x65idr")
    rig.send(0, *(Packet(ssrc, n, 0 if n == 0 else 3000, nal, 102) for n, nal in enumerate(nals)))
    assert [p.payload for p in rig.got(1)] == list(nals[1:])
    assert rig.plane.collect(rig.now).streams[0].keyframes == 1
