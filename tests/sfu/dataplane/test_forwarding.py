"""What a subscriber gets of a publisher's packets."""

from sfu.dataplane.contract import Media
from tests.sfu.dataplane.rig import Packet, Rig, vp8


def test_audio_enters_at_once_under_the_slots_numbers():
    rig = Rig()
    ssrc = rig.stream(0, 1, Media.OPUS)
    slot = rig.slot(1, 1, first=100, timestamp=5000)
    rig.connect(1, 1)
    rig.send(
        0, *(Packet(ssrc, 65534 + i, 960 * i, b"opus%d" % i, 111, i == 0, {4: b"\x85"}) for i in range(4))
    )

    packets = rig.got(1)
    assert [p.sequence for p in packets] == [100, 101, 102, 103]
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
