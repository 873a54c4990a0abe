"""RTCP in and out of the whole control plane."""

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.core.clock import ntp_of
from sfu.core.rtcp import (
    BitrateEstimate,
    FullIntraRequest,
    Nack,
    Packet,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    build,
)
from sfu.dataplane.contract import (
    AddSlot,
    AddStream,
    Connect,
    Filled,
    Gap,
    Operation,
    Retransmit,
    RtcpReceived,
    SendRtcp,
    StreamId,
    TransportReport,
)
from tests.sfu.core.rig import WALL, Desk, browser_offer, report, slot_report


@dataclass
class Call:
    """Ann publishes, bob receives; both have single layers announced by ssrc."""

    desk: Desk
    voice: StreamId
    camera: StreamId
    voice_slot: AddSlot
    camera_slot: AddSlot

    def say(self, peer: str, *packets: Packet) -> list[Operation]:
        """Let a peer send RTCP."""
        return self.desk.happen(RtcpReceived(self.desk.transports[peer], build(packets)))

    def running(self, **camera: float) -> None:
        """Measure with both streams sending and switched."""
        now = self.desk.now
        given_camera = {"packets": 1, "last_arrival": now} | camera
        self.desk.measure(
            report(self.voice, packets=1, last_arrival=now), report(self.camera, **given_camera)
        )

    def measured(self, **slot: float) -> list[Operation]:
        """Measure with both slots sending."""
        return self.desk.measure(
            slot_report(self.voice_slot.slot, stream=self.voice, packets=5, octets=100, **slot),
            slot_report(self.camera_slot.slot, stream=self.camera, packets=7, octets=900, **slot),
        )


def in_call(seed: int = 1) -> Call:
    desk = Desk(seed)
    desk.enter("ann", browser_offer(1000, ()))
    streams = {stream.ssrc: stream.stream for stream in desk.did(AddStream)}
    desk.enter("bob", browser_offer(2000, ()))
    slots = {slot.slot: slot for slot in desk.did(AddSlot)}
    found = {connect.stream: slots.get(connect.slot) for connect in desk.did(Connect)}
    voice_slot, camera_slot = found[streams[1000]], found[streams[1004]]
    assert voice_slot
    assert camera_slot
    desk.switch(voice_slot.slot, streams[1000])
    call = Call(desk, streams[1000], streams[1004], voice_slot, camera_slot)
    call.running()
    return call


def pli(ssrc: int, packets: list[Packet]) -> bool:
    return any(isinstance(packet, PictureLoss) and packet.media_ssrc == ssrc for packet in packets)


# --- keyframes ---


def test_a_slot_that_waits_asks_for_a_keyframe_until_it_is_switched():
    call = in_call()
    assert pli(1004, call.desk.rtcp("ann"))
    asked = 0
    for _ in range(10):
        call.running()
        asked += pli(1004, call.desk.rtcp("ann"))
    assert asked >= 2
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.running(keyframes=1)
    for _ in range(20):
        call.running(keyframes=1)
        assert not pli(1004, call.desk.rtcp("ann"))


def test_a_layer_that_is_not_sent_is_not_asked():
    call = in_call()
    call.desk.measure(after=3.0)
    for _ in range(20):
        call.desk.measure()
        assert not pli(1004, call.desk.rtcp("ann"))


@pytest.mark.parametrize("form", ["pli", "fir"])
def test_a_subscribers_request_is_passed_up_throttled(form):
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.running(keyframes=1)
    call.desk.measure(after=1.0)
    ssrc = call.camera_slot.ssrc
    packet: Packet = PictureLoss(1, ssrc) if form == "pli" else FullIntraRequest(1, ((ssrc, 1),))
    call.say("bob", packet)
    assert pli(1004, call.desk.rtcp("ann"))
    call.running(keyframes=2)
    call.say("bob", packet)
    assert not pli(1004, call.desk.rtcp("ann"))
    call.desk.now += 0.5
    call.say("bob", packet)
    assert pli(1004, call.desk.rtcp("ann"))


def test_a_request_about_a_voice_or_about_nothing_is_ignored():
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.running(keyframes=1)
    assert call.say("bob", PictureLoss(1, call.voice_slot.ssrc), PictureLoss(1, 12345)) == []


# --- loss ---


def test_a_missing_picture_packet_is_asked_for_and_a_voice_packet_is_not():
    call = in_call()
    call.desk.happen(Gap(call.camera, 65534, 65537), Gap(call.voice, 3, 3), Filled(call.camera, 65535))
    assert call.desk.plane.next_deadline() == pytest.approx(call.desk.now + 0.02)
    call.desk.tick()
    (nack,) = [packet for packet in call.desk.rtcp("ann") if isinstance(packet, Nack)]
    assert (nack.media_ssrc, nack.sequences) == (1004, (65534, 0, 1))


def test_what_is_given_up_needs_a_keyframe():
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.running(keyframes=1)
    call.desk.now += 1
    call.desk.happen(Gap(call.camera, 5, 5))
    nacks = 0
    while not pli(1004, call.desk.rtcp("ann")):
        call.desk.tick()
        nacks += any(isinstance(packet, Nack) for packet in call.desk.rtcp("ann"))
    assert nacks == 10


def test_a_subscriber_is_sent_again_what_it_missed():
    call = in_call()
    operations = call.say("bob", Nack(1, call.camera_slot.ssrc, (5, 7)), Nack(1, call.voice_slot.ssrc, (1,)))
    assert operations == [Retransmit(call.camera_slot.slot, (5, 7))]


# --- reports ---


def test_a_receiver_report_carries_the_worst_loss():
    call = in_call()
    block = ReportBlock(call.camera_slot.ssrc, 77, 3, 10, 4)
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.say("bob", ReceiverReport(1, (block,)))
    blocks = {}
    for step in range(1, 25):
        now = call.desk.now
        counters = {"packets": step * 9, "highest_sequence": 99 + step * 10, "base_sequence": 100}
        call.desk.measure(
            report(call.camera, last_arrival=now, jitter=3.6, **counters),
            report(call.voice, last_arrival=now, **counters),
        )
        for packet in call.desk.rtcp("ann"):
            if isinstance(packet, ReceiverReport):
                blocks = {block.ssrc: block for block in packet.blocks}
    assert blocks[1004].fraction_lost == 77
    assert blocks[1004].jitter == 3
    assert blocks[1000].fraction_lost == 256 // 10
    assert blocks[1000].packets_lost > 0


def test_reports_come_once_a_second_with_a_cname():
    call = in_call()
    call.desk.measure(after=3.0)
    seconds = []
    for step in range(50):
        call.running()
        packets = call.desk.rtcp("ann")
        if any(isinstance(packet, ReceiverReport) for packet in packets):
            assert any(isinstance(packet, SourceDescription) for packet in packets)
            seconds.append(step)
    assert len(seconds) == 5


def test_a_receiver_report_tells_when_the_last_sender_report_came():
    call = in_call()
    ntp = ntp_of(WALL)
    call.say("ann", SenderReport(1004, ntp, 5, 1, 1))
    sent_at = call.desk.now
    found = None
    for _ in range(20):
        call.running()
        for packet in call.desk.rtcp("ann"):
            if isinstance(packet, ReceiverReport):
                found = next(block for block in packet.blocks if block.ssrc == 1004)
        if found:
            break
    assert found
    assert found.last_report == ntp >> 16 & 0xFFFFFFFF
    assert found.delay == pytest.approx((call.desk.now - sent_at) * 65536, abs=2)


def sender_reports(call: Call, **slot: float) -> dict[int, SenderReport]:
    for _ in range(12):
        call.measured(**slot)
        found = {p.ssrc: p for p in call.desk.rtcp("bob") if isinstance(p, SenderReport)}
        if len(found) == 2:
            return found
    raise AssertionError("no sender reports")


def test_voice_and_picture_are_reported_in_one_clock():
    """Ann's clock is 1234.5 s off; what she captured at one instant has to be reported for one instant."""
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    theirs = WALL + call.desk.now - 1234.5
    call.say("ann", SenderReport(1000, ntp_of(theirs), 480_000, 1, 1))
    call.desk.now += 0.3
    call.say("ann", SenderReport(1004, ntp_of(theirs + 0.2), 900_000, 1, 1))
    found = sender_reports(call, timestamp_offset=1000)
    voice, camera = found[call.voice_slot.ssrc], found[call.camera_slot.ssrc]
    assert voice.ntp == camera.ntp == ntp_of(WALL + call.desk.now)
    voice_instant = (voice.timestamp - 1000 - 480_000) / 48000
    camera_instant = (camera.timestamp - 1000 - 900_000) / 90000 + 0.2
    assert voice_instant == pytest.approx(camera_instant, abs=0.001)
    assert (voice.packets, voice.octets) == (5, 100)


def test_without_a_publishers_report_the_last_packet_says_the_time():
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    sent_at = call.desk.now
    found = sender_reports(call, last_timestamp=7000, last_sent=sent_at)
    elapsed = call.desk.now - sent_at
    assert found[call.camera_slot.ssrc].timestamp == pytest.approx(7000 + elapsed * 90000, abs=2)
    assert found[call.voice_slot.ssrc].timestamp == pytest.approx(7000 + elapsed * 48000, abs=2)


def test_after_a_switch_a_sender_report_follows_in_the_next_collection():
    call = in_call()
    for _ in range(12):
        call.measured()
    call.desk.switch(call.camera_slot.slot, call.camera)
    call.measured()
    assert [p.ssrc for p in call.desk.rtcp("bob") if isinstance(p, SenderReport)][-1] == call.camera_slot.ssrc


def test_the_round_trip_sets_the_pace_of_nacks():
    call = in_call()
    call.measured()
    middle = ntp_of(WALL + call.desk.now) >> 16 & 0xFFFFFFFF
    rtt = int(0.4 * 65536)
    # Ann is also a subscriber: bob's voice.
    slot = next(slot for slot in call.desk.plane._directory.slots.values() if slot.peer.name == "ann")
    call.say(
        "ann", ReceiverReport(1, (ReportBlock(slot.agreed.ssrc, 0, 0, 0, 0, middle - rtt - 65536, 65536),))
    )
    call.desk.happen(Gap(call.camera, 5, 5))
    call.desk.tick()
    assert call.desk.plane.next_deadline() == pytest.approx(call.desk.now + 0.4, abs=0.01)


# --- bandwidth ---


def test_arrivals_are_answered_alone_in_their_packets():
    call = in_call()
    transport = call.desk.transports["ann"]
    call.desk.measure(TransportReport(transport, call.desk.now, [(1, call.desk.now), (2, call.desk.now)]))
    found = [sent for sent in call.desk.did(SendRtcp) if sent.packet[:2] in (b"\x8f\xcd", b"\xaf\xcd")]
    assert [sent.transport for sent in found] == [transport]
    (words,) = struct.unpack_from("!H", found[0].packet, 2)
    assert len(found[0].packet) == 4 * words + 4
    assert struct.unpack_from("!L", found[0].packet, 8)[0] in (1000, 1002, 1004)


def test_a_publisher_is_capped_when_its_subscriber_complains_and_released_later():
    call = in_call()
    call.desk.switch(call.camera_slot.slot, call.camera)
    octets = 0
    caps = []
    for step in range(300):
        octets += 12_500
        call.desk.measure(
            report(call.camera, packets=step + 1, last_arrival=call.desk.now),
            slot_report(call.camera_slot.slot, stream=call.camera, packets=step, octets=octets),
        )
        caps += [p.bitrate_bps for p in call.desk.rtcp("ann") if isinstance(p, BitrateEstimate)]
        if step % 10 == 0:
            call.say("bob", BitrateEstimate(1, 1_200_000 if step < 50 else 600_000, ()))
    assert caps[0] == pytest.approx(600_000, rel=0.01)
    assert caps[-1] == pytest.approx(50_000_000, rel=0.01)
    assert 10 <= len(caps) <= 20


def test_nobody_is_capped_when_nobody_complains():
    call = in_call()
    for _ in range(20):
        call.say("bob", BitrateEstimate(1, 100_000, ()))
        call.running()
        assert not any(isinstance(packet, BitrateEstimate) for packet in call.desk.rtcp("ann"))


# --- silence ---


def test_nothing_is_asked_for_a_peer_to_whom_media_is_stopped():
    call = in_call()
    call.desk.measure(after=11.0, heard=["ann"])
    call.desk.measure(report(call.camera, packets=9, last_arrival=call.desk.now), heard=["ann"])
    assert not pli(1004, call.desk.rtcp("ann"))
    call.desk.measure(report(call.camera, packets=9, last_arrival=call.desk.now))
    assert pli(1004, call.desk.rtcp("ann"))


# --- anything ---

ODD = st.integers(0, 2**32 - 1) | st.sampled_from([1000, 1002, 1004, 2000])
EVENT = st.one_of(
    st.binary(max_size=80).map(lambda data: ("rtcp", data)),
    st.lists(
        st.one_of(
            st.builds(PictureLoss, ODD, ODD),
            st.builds(Nack, ODD, ODD, st.lists(st.integers(0, 65535), max_size=20).map(tuple)),
            st.builds(BitrateEstimate, ODD, st.integers(0, 2**40), st.just(())),
            st.builds(SenderReport, ODD, st.integers(0, 2**64 - 1), ODD, ODD, ODD),
            st.builds(
                ReceiverReport,
                ODD,
                st.tuples(
                    st.builds(ReportBlock, ODD, st.integers(0, 255), st.integers(0, 9), ODD, ODD, ODD, ODD)
                ),
            ),
        ),
        max_size=4,
    ).map(lambda packets: ("rtcp", build(packets))),
    st.tuples(st.just("gap"), st.integers(-5, 40), st.integers(-300, 70000), st.integers(-10, 600)),
    st.tuples(st.just("switched"), st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.just("measure"), st.floats(0, 12)),
)


@settings(max_examples=100)
@given(st.lists(EVENT, max_size=20))
def test_whatever_peers_say_nothing_is_raised_and_packets_fit(events):
    call = in_call()
    transport = call.desk.transports["bob"]
    for kind, *values in events:
        if kind == "rtcp":
            call.desk.happen(RtcpReceived(transport, values[0]))
        elif kind == "gap":
            call.desk.happen(Gap(StreamId(values[0]), values[1], values[1] + values[2]))
        elif kind == "switched":
            call.desk.switch(*values)
        else:
            call.desk.measure(report(call.camera, packets=1, last_arrival=call.desk.now), after=values[0])
        assert all(len(sent.packet) <= 1200 for sent in call.desk.did(SendRtcp))
