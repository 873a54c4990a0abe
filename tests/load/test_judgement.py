"""What is wrong with the media of a call is found in the step that it belongs to, and nothing that is not wrong."""

import pytest

from load.peer import packets
from load.peer.packets import Parsed
from load.peer.statistics import Delays, PeerStatistics, SlotStatistics
from load.scenarios.judgement import judge, keyframe_times, percentile, without_keyframe
from load.steps import Step
from tests.load.test_peer_parts import make_slot, make_stream

OTHER, STRANGER = 42, 43


def good_media() -> tuple[PeerStatistics, SlotStatistics]:
    """A call of a few seconds, and its picture."""
    video = SlotStatistics("6", "video", packets=900, keyframes=1, frames_by={OTHER: 200})
    audio = SlotStatistics("3", "audio", packets=100, frames_by={OTHER: 100}, jitter=96.0)
    for slot in (video, audio):
        slot.delays = Delays([2.0] * 100)
    video.first_keyframe_at = 10.0
    return PeerStatistics(slots={"3": audio, "6": video}, feedback_packets=40), video


def complaints(seen: PeerStatistics) -> dict[Step, str]:
    return {finding.step: finding.complaint for finding in judge(seen, OTHER) if finding.complaint}


def test_nothing_is_wrong_with_continuous_media_of_the_other() -> None:
    seen, _ = good_media()
    findings = list(judge(seen, OTHER))
    assert [(finding.step, finding.value) for finding in findings] == [
        (Step.RIGHT_PERSON, 0),
        (Step.DELAY, 2.0),
        (Step.JITTER, 2.0),
        (Step.LOSS, 0.0),
    ]
    assert not complaints(seen)


@pytest.mark.parametrize(
    ("change", "step", "complaint"),
    [
        ({"jumps": 2}, Step.LOSS, "2 jumps"),
        ({"picture_jumps": 1}, Step.LOSS, "1 picture_jumps"),
        ({"packets": 0}, Step.LOSS, "no video came"),
        ({"longest_gap_s": 1.5}, Step.LOSS, "video stood still for 1.5 s"),
        ({"missing": 11}, Step.LOSS, "10.9 of a thousand packets lost"),
        ({"packets": 880, "repaired": 19, "missing": 1}, Step.LOSS, "20.0 of a thousand packets lost"),
        ({"frames_by": {STRANGER: 200}}, Step.RIGHT_PERSON, "200 frames of somebody else"),
        ({"frames_by": {OTHER: 199, STRANGER: 1}}, Step.RIGHT_PERSON, "1 frames of somebody else"),
        ({"delays": Delays([52.0] * 400)}, Step.DELAY, "median 52.0 ms, p99 52.0 ms"),
        ({"delays": Delays([2.0] * 90 + [900.0] * 10)}, Step.DELAY, "median 2.0 ms, p99 900.0 ms"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_fault_is_found_in_its_own_step_only(change: dict[str, object], step: Step, complaint: str) -> None:
    seen, video = good_media()
    for name, value in change.items():
        setattr(video, name, value)
    assert complaints(seen) == {step: complaint}


def test_media_that_never_came_is_no_short_delay() -> None:
    assert complaints(PeerStatistics(feedback_packets=1)) == {
        Step.DELAY: "no frame came",
        Step.LOSS: "no audio came; no video came",
    }


def test_a_picture_whose_keyframe_says_that_it_is_none_began_without_one() -> None:
    seen = received(spoilt=True)
    assert (keyframe_times(seen), without_keyframe(seen)) == ([], 1)
    healthy = received(spoilt=False)
    assert (len(keyframe_times(healthy)), without_keyframe(healthy)) == (1, 0)


def test_a_server_that_says_nothing_about_what_it_is_sent_is_noticed() -> None:
    seen, _ = good_media()
    seen.feedback_packets = 0
    assert complaints(seen) == {Step.LOSS: "no feedback came: browsers would send little"}


def test_media_that_stop_are_noticed_though_no_number_is_missing() -> None:
    seen = received(spoilt=False)
    (slot,) = seen.by_kind("video")
    assert slot.last_arrival is not None
    assert slot.longest_gap_s < 0.1

    def told(now: float | None) -> list[str]:
        return [finding.complaint for finding in judge(seen, 7, now) if "still" in finding.complaint]

    assert told(None) == told(slot.last_arrival + 0.5) == []  # the call is over, or goes on
    assert told(slot.last_arrival + 2.0) == ["no audio came; video stood still for 2.0 s"]


def received(*, spoilt: bool) -> PeerStatistics:
    """Ten frames, as the worker forwards them or as a broken one would."""
    stream, slot = make_stream(), make_slot()
    for _ in range(10):
        for packet in stream.send(stream.next_due, 0):
            parsed = packets.parse(packet, 0)
            payload = without_key(parsed) if spoilt else parsed.payload
            slot.receive(parsed.head, payload, stream.next_due)
    return PeerStatistics(slots={"6": slot.statistics}, feedback_packets=1)


def without_key(packet: Parsed) -> bytes:
    starts, keyframe, _ = packets.vp8_picture(packet.payload)
    at = packets.vp8_descriptor_length(packet.payload)
    inter = bytes([packet.payload[at] | 1]) if starts and keyframe else packet.payload[at : at + 1]
    return packet.payload[:at] + inter + packet.payload[at + 1 :]


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 3.0], 0.99) == 3.0
