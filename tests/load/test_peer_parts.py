"""The parts of the synthetic peer: it must not find faults that are not there, nor miss those that are."""

import random
import struct

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from load.peer import clips, feedback, packets, sdp, sections, stamp
from load.peer.packets import Head
from load.peer.receiving import Slot
from load.peer.sections import Sending
from load.peer.sending import Stream, StreamPlan, TransportWide
from load.peer.statistics import SlotStatistics
from sfu.control import Candidate, Fingerprint, Offer
from signaling.calls.negotiation import read_offer, write_answer
from tests.support.offers import plausible_answer

SENDING = Sending(11, 12, 13, {"q": (21, 22), "h": (23, 24), "f": (25, 26)})
OFFER = Offer(
    ice_ufrag="abcd",
    ice_pwd="abcdefghijklmnopqrstuv",
    fingerprints=(Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),),
    sections=sections.build(SENDING),
)


def test_signaling_reads_the_offer_that_the_worker_would_get():
    read = read_offer(sdp.write_offer(OFFER)).offer
    assert (read.ice_ufrag, read.ice_pwd, read.fingerprints) == (
        OFFER.ice_ufrag,
        OFFER.ice_pwd,
        OFFER.fingerprints,
    )
    for ours, theirs in zip(OFFER.sections, read.sections, strict=True):
        for name in ("mid", "kind", "direction", "codecs", "extensions", "rids", "ssrcs", "rtx", "source"):
            assert getattr(ours, name) == getattr(theirs, name), (ours.mid, name)


def test_the_answer_that_signaling_writes_is_read_as_the_worker_gave_it():
    answer = plausible_answer(OFFER)
    read = sdp.read_answer(write_answer(read_offer(sdp.write_offer(OFFER)), answer))
    assert (read.ice_ufrag, read.ice_pwd, read.fingerprint) == (
        answer.ice_ufrag,
        answer.ice_pwd,
        answer.fingerprint,
    )
    assert set(read.candidates) == set(answer.candidates)
    for ours, theirs in zip(read.sections, answer.sections, strict=True):
        for name in ("mid", "kind", "accepted", "direction", "ssrc", "rtx_ssrc", "extensions"):
            assert getattr(ours, name) == getattr(theirs, name), (ours.mid, name)


def test_an_answer_without_what_is_needed_says_so():
    with pytest.raises(ValueError, match="fingerprint"):
        sdp.read_answer("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n")


def test_candidates_are_read():
    lines = "a=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:sha-256 AB\r\n"
    line = "a=candidate:1 1 tcp 7 2001:db8::1 9000 typ host tcptype passive\r\n"
    assert sdp.read_answer(lines + line).candidates == (
        Candidate(protocol="tcp", address="2001:db8::1", port=9000, priority=7, foundation="1"),
    )


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(0, 2**63), st.binary(max_size=20))
def test_a_stamp_is_found_again(source: int, layer: int, at: int, before: bytes):
    found = stamp.find(before + stamp.make(source, layer, at))
    assert found == stamp.Stamp(source, layer, at)


def test_clips_begin_with_their_only_keyframe():
    for name, layer in clips.LAYERS.items():
        clip = clips.video(name)
        assert [not frame[0] & 1 for frame in clip.frames] == [True] + [False] * (len(clip.frames) - 1)
        assert clip.rate == layer.rate
    assert clips.voice().rate == 50


def make_stream(now: float = 0.0) -> Stream:
    plan = StreamPlan("1", "f", "camera", 25, 26, sections.VP8, sections.RTX, 7, 3)
    return Stream(plan, clips.video("f"), TransportWide(), random.Random(1), now)


def make_slot(kind: str = "video") -> Slot:
    return Slot(SlotStatistics("6", kind), 25, 26, 90_000)


def deliver(slot: Slot, sent: list[bytes], now: float) -> None:
    for packet in sent:
        parsed = packets.parse(packet, packets.TRANSPORT_WIDE)
        slot.receive(parsed.head, parsed.payload, now)


def play(stream: Stream, slot: Slot, frames: int, lose: frozenset[int] = frozenset()) -> int:
    number = 0
    for _ in range(frames):
        now = stream.next_due
        for packet in stream.send(now, int(now * 1e9)):
            if number not in lose:
                deliver(slot, [packet], now)
            number += 1
    return number


def test_our_packets_are_rtp_to_others():
    [packet, *_] = make_stream().send(0.0, 0)
    theirs = RtpPacket.parse(packet)
    ours = packets.parse(packet, packets.TRANSPORT_WIDE)
    assert (theirs.sequence_number, theirs.ssrc, theirs.payload) == (ours.head.sequence, 25, ours.payload)
    assert ours.transport_wide == 1


def test_an_undisturbed_stream_has_no_fault():
    slot = make_slot()
    sent = play(make_stream(), slot, 200)
    counts = slot.statistics
    assert counts.packets == sent
    assert counts.frames == 200
    assert counts.keyframes == 4
    assert counts.occupants == [(7, 3)]
    assert (counts.missing, counts.jumps, counts.picture_jumps, counts.duplicates) == (0, 0, 0, 0)
    assert counts.started_without_keyframe == 0
    assert counts.delays.percentile(0.5) == pytest.approx(0.0, abs=0.001)


def test_a_pause_is_seen_though_the_numbers_go_on():
    stream, slot = make_stream(), make_slot()
    play(stream, slot, 5)
    assert slot.statistics.longest_gap_s < 0.1
    deliver(slot, stream.send(stream.next_due, 0), stream.next_due + 3.0)
    assert slot.statistics.longest_gap_s > 3.0
    assert (slot.statistics.missing, slot.statistics.jumps) == (0, 0)


def test_what_is_missing_is_asked_for_and_repaired():
    stream, slot = make_stream(), make_slot()
    play(stream, slot, 10, lose=frozenset({13, 14}))
    assert slot.statistics.missing == 2
    asked = slot.to_ask(stream.next_due + 1e-3)
    again = stream.retransmit(asked, stream.next_due)
    assert len(again) == 2
    for packet in again:
        parsed = packets.parse(packet, 0)
        assert (parsed.head.ssrc, parsed.head.payload_type) == (26, sections.RTX)
        slot.repair(parsed.head, parsed.payload)
    assert (slot.statistics.missing, slot.statistics.repaired) == (0, 2)
    assert slot.to_ask(stream.next_due + 0.2) == []


def test_what_stays_missing_calls_for_a_keyframe():
    stream, slot = make_stream(), make_slot()
    play(stream, slot, 10, lose=frozenset({13}))
    slot.to_ask(stream.next_due + 2.0)
    assert slot.needs_keyframe
    stream.restart()
    play(stream, slot, 1)
    assert not slot.needs_keyframe


def test_faults_are_seen():
    slot = make_slot()
    play(make_stream(), slot, 3)
    other = make_slot()
    stream = make_stream()
    stream.send(0.0, 0)
    play(stream, other, 1)
    assert other.statistics.started_without_keyframe == 1, "the first picture was not a keyframe"
    highest = slot.highest
    assert highest is not None
    slot.receive(Head(96, (highest + 1000) & 0xFFFF, 0, 25), b"\x10\x00", 1.0)
    assert slot.statistics.jumps >= 1, "a thousand numbers were skipped"
    before = slot.statistics.duplicates
    slot.receive(Head(96, (highest + 1000) & 0xFFFF, 0, 25), b"\x10\x00", 1.0)
    assert slot.statistics.duplicates == before + 1


@given(st.dictionaries(st.integers(0, 300), st.floats(100.0, 101.0), min_size=1, max_size=60))
def test_transport_wide_feedback_tells_arrivals_to_a_quarter_of_a_millisecond(arrivals: dict[int, float]):
    packet = feedback.transport_wide(1, 2, 3, list(arrivals.items()))
    assert len(packet) % 4 == 0
    first, kind, words = struct.unpack_from("!BBH", packet)
    assert (first & 0xDF, kind, len(packet)) == (0x80 | 15, 205, 4 * (words + 1))
    base, count = struct.unpack_from("!HH", packet, 12)
    assert (base, base + count - 1) == (min(arrivals), max(arrivals))
    reference = int.from_bytes(packet[16:19], "big")
    position = 20
    symbols: list[int] = []
    while len(symbols) < count:
        chunk = int.from_bytes(packet[position : position + 2], "big")
        symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        position += 2
    time = reference * 0.064
    for sequence, symbol in zip(range(base, base + count), symbols, strict=False):
        assert (symbol != 0) == (sequence in arrivals)
        if symbol:
            size, form = (1, "!B") if symbol == 1 else (2, "!h")
            time += struct.unpack_from(form, packet, position)[0] * 250e-6
            position += size
            assert time == pytest.approx(arrivals[sequence], abs=130e-6)
