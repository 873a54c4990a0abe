"""One person's media in a call: join by the real signaling server, then judge what arrives."""

import asyncio
import time
from collections.abc import Callable

from load import thresholds
from load.peer.decoding import decode
from load.peer.peer import SyntheticPeer
from load.peer.statistics import PeerStatistics
from load.scenarios.judgement import judge, keyframe_times, without_keyframe
from load.scenarios.measuring import CheckFailed
from load.scenarios.person import Person
from load.steps import Step
from signaling.calls.wire import Join

Condition = Callable[[PeerStatistics], bool]


class Media:
    """A synthetic peer in a call. ``join``, ``send``, ..., ``close``."""

    def __init__(self, person: Person, call: str) -> None:
        self.epoch = 0
        self._person = person
        self._call = call
        self._measuring = person.measuring
        self._layer = person.plan.layer
        self._decode = person.plan.decode
        self._peer = SyntheticPeer(decode=self._decode)
        self._began_badly = 0
        self._judged = False
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
            joined = await self._person.do(Join(call=self._call, sdp=self._peer.offer_sdp()))
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

        A picture that begins with something else fails the step, and the call goes on.

        Raises:
            StepFailed: None came.
        """
        with self._measuring.failing(Step.FIRST_KEYFRAME, since):
            await self._until(
                lambda seen: bool(keyframe_times(seen) or without_keyframe(seen)), "no keyframe came"
            )
        at = min(keyframe_times(self._peer.statistics()), default=time.monotonic())
        waited_s = max(0.0, at - since)  # often it is there before the page shows that somebody accepted
        self._measuring.check(Step.FIRST_KEYFRAME, waited_s * 1e3, self._picture_complaint())

    def judge(self, other: int, *, over: bool = False) -> None:
        """Report on everything that came from the other, whose stamp is ``other``; ``over``: the call has ended before."""
        self._judged = True
        seen = self._peer.statistics()
        for finding in judge(seen, other, None if over else time.monotonic()):
            self._measuring.check(finding.step, finding.value, finding.complaint)
        if complaint := self._picture_complaint():  # a picture began later, and badly
            self._measuring.check(Step.FIRST_KEYFRAME, 0.0, complaint)

    async def close(self) -> None:
        """Leave; what was kept of a call that was judged is decoded, in a thread: others' media go on meanwhile."""
        await self._peer.close()
        if not (self._judged and self._decode):
            return
        pictures, complaint = 0, ""
        try:
            for frames in self._peer.frames():
                pictures += await asyncio.to_thread(decode, frames)
        except ValueError as error:
            complaint = str(error)
        self._measuring.check(
            Step.DECODING, pictures, complaint or ("" if pictures else "no whole picture came")
        )

    def _picture_complaint(self) -> str:
        """Tell of pictures that began without a keyframe since this was asked last."""
        began = without_keyframe(self._peer.statistics())
        new, self._began_badly = began - self._began_badly, began
        return f"{new} pictures began without a keyframe" if new else ""

    async def _until(self, condition: Condition, complaint: str) -> None:
        try:
            await self._peer.until(condition, timeout_s=thresholds.WITHIN_S)
        except TimeoutError:
            raise CheckFailed(complaint) from None
