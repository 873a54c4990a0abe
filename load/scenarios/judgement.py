"""What is wrong with the media of a call, from what its receiver counted. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass

from load import thresholds
from load.peer.statistics import PeerStatistics, SlotStatistics
from load.steps import Step

KINDS = ("audio", "video")
VOICE_CLOCK_KHZ = 48
STILL_S = 1.0
"""Voice and picture come all the time: without a packet for so long they stand still."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of a call.

    Attributes:
        step: Which.
        value: In the step's unit.
        complaint: What is wrong; empty when nothing is.
    """

    step: Step
    value: float
    complaint: str = ""


def judge(seen: PeerStatistics, other: int, now: float | None = None) -> Iterator[Finding]:
    """Judge everything that came in a call.

    Args:
        seen: What was counted.
        other: Stamp of the other person.
        now: While the call goes on, ``time.monotonic()``: media have to be coming still.
    """
    slots = [slot for kind in KINDS for slot in seen.by_kind(kind)]
    yield _right_person(slots, other)
    yield _delay(slots)
    for voice in seen.by_kind("audio"):
        yield Finding(Step.JITTER, voice.jitter / VOICE_CLOCK_KHZ)
    lost = lost_per_mille(slots)
    yield Finding(Step.LOSS, lost, "; ".join((*_absent(seen, slots, now), *_complaints(seen, slots, lost))))


def keyframe_times(seen: PeerStatistics) -> list[float]:
    """Give when the first whole keyframe came to each video slot that had one."""
    times = [slot.first_keyframe_at for slot in seen.by_kind("video")]
    return [at for at in times if at is not None]


def without_keyframe(seen: PeerStatistics) -> int:
    """Give how many pictures began with something else than a keyframe."""
    return sum(slot.started_without_keyframe for slot in seen.by_kind("video"))


def percentile(ordered: list[float], share: float) -> float:
    """Give the value below which ``share`` (0 to 1) of the ordered values lie; 0 without any."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def lost_per_mille(slots: list[SlotStatistics]) -> float:
    """Give the packets that did not arrive at first, repaired or not, of a thousand."""
    lost = sum(slot.missing + slot.repaired for slot in slots)
    sent = lost + sum(slot.packets for slot in slots)
    return 1e3 * lost / sent if sent else 0.0


def _right_person(slots: list[SlotStatistics], other: int) -> Finding:
    strange = sum(count for slot in slots for source, count in slot.frames_by.items() if source != other)
    return Finding(Step.RIGHT_PERSON, strange, f"{strange} frames of somebody else" if strange else "")


def _delay(slots: list[SlotStatistics]) -> Finding:
    delays = sorted(value for slot in slots for value in slot.delays.values_ms)
    median, p99 = percentile(delays, 0.5), percentile(delays, 0.99)
    late = median > thresholds.DELAY_MEDIAN_MS or p99 > thresholds.DELAY_P99_MS
    told = f"median {median:.1f} ms, p99 {p99:.1f} ms" if delays else "no frame came"
    return Finding(Step.DELAY, median, told if late or not delays else "")


def _complaints(seen: PeerStatistics, slots: list[SlotStatistics], lost: float) -> Iterator[str]:
    """Name what did not arrive as it was sent."""
    if lost > thresholds.LOSS_PER_MILLE:
        yield f"{lost:.1f} of a thousand packets lost"
    for name in ("jumps", "picture_jumps"):
        if number := sum(getattr(slot, name) for slot in slots):
            yield f"{number} {name}"
    for name in ("unprotect_failures", "unknown_ssrc", "malformed"):
        if number := getattr(seen, name):
            yield f"{number} {name}"


def _absent(seen: PeerStatistics, slots: list[SlotStatistics], now: float | None) -> Iterator[str]:
    """Name what did not arrive at all, or stopped."""
    for kind in KINDS:
        if not seen.by_kind(kind):
            yield f"no {kind} came"
    for slot in slots:
        if (still_s := _still_s(slot, now)) > STILL_S:
            yield f"{slot.kind} stood still for {still_s:.1f} s"
    if not seen.feedback_packets:
        yield "no feedback came: browsers would send little"


def _still_s(slot: SlotStatistics, now: float | None) -> float:
    """Give the longest time without a packet, from the first one on."""
    since_last = now - slot.last_arrival if now is not None and slot.last_arrival is not None else 0.0
    return max(slot.longest_gap_s, since_last)
