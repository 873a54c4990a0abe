"""One stream that a synthetic peer sends: looped frames cut into packets, and the answer to NACK and PLI. No I/O."""

import random
import struct
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise

from load.peer import packets, stamp
from load.peer.clips import Clip
from load.peer.packets import Head
from load.peer.statistics import StreamStatistics

HISTORY = 400
"""Packets kept for retransmission."""
NAMED = 200
"""Packets that carry mid and rid at the start; later only those of keyframes do."""


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What makes one stream of a peer."""

    mid: str
    rid: str
    """Empty where the section has no rids."""
    source: str
    ssrc: int
    rtx_ssrc: int
    """0 for audio."""
    payload_type: int
    rtx_payload_type: int
    stamp_id: int
    layer: int


class TransportWide:
    """The transport-wide sequence of one peer, shared by its streams."""

    def __init__(self) -> None:
        self._next = 0

    def take(self) -> bytes:
        """Give the next number as the extension carries it."""
        self._next = (self._next + 1) & 0xFFFF
        return struct.pack("!H", self._next)


class Stream:
    """The sender of one stream; ``next_due`` says when ``send`` wants to be called."""

    def __init__(
        self, plan: StreamPlan, clip: Clip, wide: TransportWide, entropy: random.Random, now: float
    ) -> None:
        self.plan = plan
        self.statistics = StreamStatistics(plan.source, plan.rid)
        self.next_due = now
        self.active = False
        self._clip = clip
        self._wide = wide
        self._video = plan.rtx_ssrc != 0
        self._clock_rate = 90_000 if self._video else 48_000
        self._frame = 0
        self._sequence = entropy.randrange(0x4000)
        self._rtx_sequence = entropy.randrange(0x4000)
        self._first_timestamp = entropy.randrange(1 << 32)
        self._started = now
        self._picture_id = entropy.randrange(0x4000)
        self._tl0 = entropy.randrange(256)
        self._history: OrderedDict[int, tuple[int, bool, bytes]] = OrderedDict()

    def restart(self) -> None:
        """A keyframe was asked for: the loop starts anew with the next frame."""
        self.statistics.keyframe_requests += 1
        if self._video:
            self._frame = 0

    def set_active(self, now: float, *, active: bool) -> None:
        """Start or stop; a start begins with a keyframe."""
        if active and not self.active:
            self.next_due = now
            self._frame = 0
        self.active = active

    def send(self, now: float, now_ns: int) -> list[bytes]:
        """Give the packets of the frame that is due, not encrypted, and set ``next_due``."""
        frame = self._clip.frames[self._frame]
        keyframe = self._video and self._frame == 0
        self._frame = (self._frame + 1) % len(self._clip.frames)
        timestamp = self._timestamp(self.next_due)
        # After a stall the clock goes on from now: bursts would measure the machine and not the server.
        self.next_due = max(self.next_due, now - 0.2) + 1 / self._clip.rate
        mark = stamp.make(self.plan.stamp_id, self.plan.layer, now_ns)
        payloads = self._cut(frame + mark) if self._video else [stamp.into_opus(frame, mark)]
        made = []
        for index, payload in enumerate(payloads):
            marker = self._video and index == len(payloads) - 1
            made.append(self._packet(timestamp, marker, payload, now, named=keyframe and index == 0))
        self.statistics.frames += 1
        self.statistics.keyframes += keyframe
        return made

    def retransmit(self, sequences: list[int], now: float) -> list[bytes]:
        """Answer a NACK by RTX (RFC 4588) with what is still kept."""
        self.statistics.nacked += len(sequences)
        made = []
        for sequence in sequences:
            kept = self._history.get(sequence)
            if kept is None or not self.plan.rtx_ssrc:
                continue
            timestamp, marker, payload = kept
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
            head = Head(self.plan.rtx_payload_type, self._rtx_sequence, timestamp, self.plan.rtx_ssrc, marker)
            extensions = self._extensions(now, named=True, rid_id=packets.REPAIRED_RID)
            made.append(packets.build(head, extensions, sequence.to_bytes(2, "big") + payload))
            self.statistics.retransmitted += 1
        return made

    def timestamp(self, now: float) -> int:
        """Give the RTP timestamp of a moment, for sender reports."""
        return self._timestamp(now) & 0xFFFFFFFF

    def _timestamp(self, moment: float) -> int:
        return self._first_timestamp + int((moment - self._started) * self._clock_rate)

    def _packet(self, timestamp: int, marker: bool, payload: bytes, now: float, *, named: bool) -> bytes:  # noqa: FBT001
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = Head(self.plan.payload_type, self._sequence, timestamp, self.plan.ssrc, marker)
        if self.plan.rtx_ssrc:
            self._history[self._sequence] = (timestamp, marker, payload)
            if len(self._history) > HISTORY:
                self._history.popitem(last=False)
        named = named or self.statistics.packets < NAMED
        self.statistics.packets += 1
        self.statistics.octets += len(payload)
        return packets.build(head, self._extensions(now, named=named, rid_id=packets.RID), payload)

    def _extensions(self, now: float, *, named: bool, rid_id: int) -> dict[int, bytes]:
        extensions = {
            packets.TRANSPORT_WIDE: self._wide.take(),
            # 24 bits, 6.18 fixed point seconds.
            packets.ABS_SEND_TIME: (int(now * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big"),
        }
        if not self._video:
            extensions[packets.AUDIO_LEVEL] = bytes((0x80 | 20,))
        if named:
            extensions[packets.MID] = self.plan.mid.encode()
            if self.plan.rid:
                extensions[rid_id] = self.plan.rid.encode()
        return extensions

    def _cut(self, frame: bytes) -> list[bytes]:
        self._picture_id = (self._picture_id + 1) & 0x7FFF
        self._tl0 = (self._tl0 + 1) & 0xFF
        # Pieces of equal size, so that the stamp is never cut.
        count = -(-len(frame) // packets.MAX_PAYLOAD)
        size = -(-len(frame) // count)
        bounds = [*range(0, count * size, size), len(frame)]
        return [
            packets.vp8_descriptor(self._picture_id, self._tl0, start=first == 0) + frame[first:end]
            for first, end in pairwise(bounds)
        ]
