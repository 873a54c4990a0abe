"""One person's media in a call: join by the real signaling server, then judge what arrives."""

import time
from collections.abc import Callable

from load import thresholds
from load.peer.peer import SyntheticPeer
from load.peer.statistics import PeerStatistics, SlotStatistics
from load.scenarios.measuring import CheckFailed
from load.scenarios.person import Person
from load.steps import Step
from signaling.calls.wire import Join

Condition = Callable[[PeerStatistics], bool]
KINDS = ("audio", "video")


class Media:
    """A synthetic peer in a call. ``join``, ``send``, ..., ``close``."""

    def __init__(self, person: Person, call: str) -> None:
        self.epoch = 0
        self._client = person.client
        self._call = call
        self._measuring = person.measuring
        self._layer = person.plan.layer
        self._peer = SyntheticPeer()
        self._connecting_at = 0.0

    @property
    def stamp_id(self) -> int:
        """What the media that this person sends carries."""
        return self._peer.stamp_id

    async def join(self) -> None:
        """Negotiate and connect.

        Raises:
            StepFailed: Refused, or no way was found.
        """
        with self._measuring.timed(Step.JOIN):
            joined = await self._client.send(Join(call=self._call, sdp=self._peer.offer_sdp()))
            self.epoch = joined["epoch"]
            self._connecting_at = time.monotonic()
            await self._peer.connect_sdp(joined["sdp"], timeout_s=thresholds.WITHIN_S)

    def send(self) -> None:
        """Microphone and camera on."""
        self._peer.publish(audio=True, video=[self._layer])

    async def first_packet(self, since: float) -> None:
        """Wait for the first media, counted from ``since`` (``time.monotonic()``); exact.

        Raises:
            StepFailed: None came.
        """
        with self._measuring.failing(Step.FIRST_PACKET, since):
            await self._until(lambda seen: seen.first_media_after_s is not None, "no media came")
        after_s = self._peer.statistics().first_media_after_s or 0.0
        self._measuring.check(Step.FIRST_PACKET, (self._connecting_at + after_s - since) * 1e3, "")

    async def first_keyframe(self, since: float) -> None:
        """Wait for a picture that can be decoded, counted from ``since``; exact.

        Raises:
            StepFailed: None came.
        """
        with self._measuring.failing(Step.FIRST_KEYFRAME, since):
            await self._until(lambda seen: bool(keyframe_times(seen)), "no keyframe came")
        at = min(keyframe_times(self._peer.statistics()))
        self._measuring.check(Step.FIRST_KEYFRAME, (at - since) * 1e3, "")

    def judge(self, other: int) -> None:
        """Report delay and loss of everything that came from the other, whose stamp is ``other``."""
        seen = self._peer.statistics()
        slots = [slot for kind in KINDS for slot in seen.by_kind(kind)]
        delays = sorted(value for slot in slots for value in slot.delays.values_ms)
        median, p99 = percentile(delays, 0.5), percentile(delays, 0.99)
        late = median > thresholds.DELAY_MEDIAN_MS or p99 > thresholds.DELAY_P99_MS
        told = f"median {median:.1f} ms, p99 {p99:.1f} ms" if delays else "no frame came"
        self._measuring.check(Step.DELAY, median, told if late or not delays else "")
        lost = lost_per_mille(slots)
        self._measuring.check(Step.LOSS, lost, "; ".join(complaints(seen, other, lost)))

    async def close(self) -> None:
        """Leave."""
        await self._peer.close()

    async def _until(self, condition: Condition, complaint: str) -> None:
        try:
            await self._peer.until(condition, timeout_s=thresholds.WITHIN_S)
        except TimeoutError:
            raise CheckFailed(complaint) from None


def keyframe_times(seen: PeerStatistics) -> list[float]:
    """Give when the first whole keyframe came to each video slot that had one."""
    times = [slot.first_keyframe_at for slot in seen.by_kind("video")]
    return [at for at in times if at is not None]


def percentile(ordered: list[float], share: float) -> float:
    """Give the value below which ``share`` (0 to 1) of the ordered values lie; 0 without any."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def lost_per_mille(slots: list[SlotStatistics]) -> float:
    """Give the packets that did not arrive at first, repaired or not, of a thousand."""
    lost = sum(slot.missing + slot.repaired for slot in slots)
    sent = lost + sum(slot.packets for slot in slots)
    return 1e3 * lost / sent if sent else 0.0


def complaints(seen: PeerStatistics, other: int, lost: float) -> list[str]:
    """Name everything that a person would notice; empty when all is as it must be."""
    slots = [slot for kind in KINDS for slot in seen.by_kind(kind)]
    found = [f"no {kind} came" for kind in KINDS if not seen.by_kind(kind)]
    if lost > thresholds.LOSS_PER_MILLE:
        found.append(f"{lost:.1f} of a thousand packets lost")
    numbers = {
        name: sum(getattr(slot, name) for slot in slots)
        for name in ("jumps", "picture_jumps", "started_without_keyframe")
    }
    numbers |= {name: getattr(seen, name) for name in ("unprotect_failures", "unknown_ssrc", "malformed")}
    found += [f"{number} {name}" for name, number in numbers.items() if number]
    if any(source != other for slot in slots for source, _ in slot.occupants):
        found.append("media of somebody else")
    return found
