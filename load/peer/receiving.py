"""One receiving section of a synthetic peer: is what arrives continuous, decodable and in time? No I/O."""

from dataclasses import dataclass, field

from load.peer import packets, stamp
from load.peer.decoding import Pictures
from load.peer.packets import Head, unwrap
from load.peer.statistics import SlotStatistics

MAX_MISSING = 500
NACK_AFTER_S = 0.02
NACK_EVERY_S = 0.1
NACK_TRIES = 5
LOST_AFTER_S = 1.0
MAX_STEP_S = 30.0
SOURCES_MOST = 1000


@dataclass(slots=True)
class _Missing:
    since: float
    asked: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class _Frame:
    """The picture that is arriving."""

    timestamp: int
    started: bool = False


@dataclass(slots=True)
class Slot:
    """What one ssrc delivers."""

    statistics: SlotStatistics
    ssrc: int
    rtx_ssrc: int
    clock_rate: int
    pictures: Pictures | None = None
    """Takes what is to be decoded."""
    highest: int | None = None
    """Unwrapped sequence."""
    base: int = 0
    needs_keyframe: bool = False
    """A picture cannot be decoded until the next keyframe."""
    _missing: dict[int, _Missing] = field(default_factory=dict)
    _timestamp: int | None = None
    _arrival: float = 0.0
    _frame: _Frame | None = None
    _keyframe_since_stamp: bool = False
    _picture: int | None = None
    _picture_sequence: int = 0
    last_report: tuple[int, float] | None = None
    """Middle bits of the NTP time of the last sender report, and its arrival."""
    _reported: tuple[int, int] = (0, 0)

    def receive(self, head: Head, payload: bytes, now: float) -> None:
        """Take a packet of the slot's ssrc."""
        counts = self.statistics
        sequence = head.sequence if self.highest is None else unwrap(head.sequence, self.highest)
        if self.highest is None:
            self.highest = self.base = sequence
        elif sequence > self.highest:
            self._advance(self.highest, sequence, now)
        elif self._missing.pop(sequence, None) is not None:
            counts.late += 1
            counts.missing -= 1
        else:
            counts.duplicates += 1
            return
        counts.packets += 1
        counts.octets += len(payload)
        if counts.last_arrival is not None:
            counts.longest_gap_s = max(counts.longest_gap_s, now - counts.last_arrival)
        counts.last_arrival = now
        if self.pictures:
            self.pictures.take(sequence, head.timestamp, payload)
        if sequence == self.highest:
            self._check_time(head.timestamp, now)
            if counts.kind == "video":
                self._take_picture(head, payload, sequence)
            self._take_stamp(head, payload, now)

    def repair(self, head: Head, payload: bytes) -> None:
        """Take a packet of the RTX ssrc (RFC 4588 section 4)."""
        if len(payload) < 2 or self.highest is None:
            return
        sequence = unwrap(int.from_bytes(payload[:2], "big"), self.highest)
        if self._missing.pop(sequence, None) is not None:
            self.statistics.repaired += 1
            self.statistics.missing -= 1
            self.statistics.octets += len(payload) - 2
            if self.pictures:
                self.pictures.take(sequence, head.timestamp, payload[2:])

    def to_ask(self, now: float) -> list[int]:
        """Name the sequence numbers to ask for again now; those missing for too long are given up."""
        asked = []
        for sequence, missing in list(self._missing.items()):
            if now - missing.since > LOST_AFTER_S:
                del self._missing[sequence]
                self.needs_keyframe = True
            elif missing.tries < NACK_TRIES and now >= max(
                missing.since + NACK_AFTER_S, missing.asked + NACK_EVERY_S
            ):
                missing.asked, missing.tries = now, missing.tries + 1
                asked.append(sequence & 0xFFFF)
        return asked

    def loss_since_report(self) -> tuple[int, int]:
        """Give the share lost since the last call (0 to 255) and the packets lost altogether."""
        if self.highest is None:
            return 0, 0
        expected = self.highest - self.base + 1
        lost = self.statistics.missing + self.statistics.repaired
        before_expected, before_lost = self._reported
        self._reported = (expected, lost)
        interval = expected - before_expected
        share = max(0, lost - before_lost) * 256 // interval if interval > 0 else 0
        return min(255, share), lost

    def _advance(self, highest: int, sequence: int, now: float) -> None:
        step = sequence - highest
        if step > MAX_MISSING:
            self.statistics.jumps += 1
            self._missing.clear()
        else:
            for absent in range(highest + 1, sequence):
                self._missing[absent] = _Missing(now)
            self.statistics.missing += step - 1
        self.highest = sequence

    def _check_time(self, timestamp: int, now: float) -> None:
        if self._timestamp is not None:
            step = unwrap(timestamp, self._timestamp, 32) - self._timestamp
            if step < 0 or step > MAX_STEP_S * self.clock_rate:
                self.statistics.jumps += 1
            transit = abs((now - self._arrival) * self.clock_rate - step)
            self.statistics.jitter += (transit - self.statistics.jitter) / 16
        self._timestamp, self._arrival = timestamp, now

    def _take_picture(self, head: Head, payload: bytes, sequence: int) -> None:
        starts, keyframe, picture = packets.vp8_picture(payload)
        if self._frame is None or self._frame.timestamp != head.timestamp:
            self._frame = _Frame(head.timestamp)
            if picture is not None and self._picture is not None and sequence == self._picture_sequence + 1:
                self.statistics.picture_jumps += (picture - self._picture) & 0x7FFF != 1
        if starts:
            self._frame.started = True
            self._keyframe_since_stamp = self._keyframe_since_stamp or keyframe
            self.statistics.keyframes += keyframe
            self.needs_keyframe = self.needs_keyframe and not keyframe
        self._picture, self._picture_sequence = picture, sequence

    def _take_stamp(self, head: Head, payload: bytes, now: float) -> None:
        found = stamp.find(payload)
        if found is None or (self.statistics.kind == "video" and not head.marker):
            return
        counts = self.statistics
        counts.frames += 1
        if found.source in counts.frames_by or len(counts.frames_by) < SOURCES_MOST:
            counts.frames_by[found.source] = counts.frames_by.get(found.source, 0) + 1
        counts.delays.add(now * 1e3 - found.sent_ns / 1e6)
        if counts.first_keyframe_at is None and counts.keyframes:
            counts.first_keyframe_at = now
        occupant = (found.source, found.layer)
        if (not counts.occupants or counts.occupants[-1] != occupant) and len(counts.occupants) < 1000:
            counts.occupants.append(occupant)
            if self._frame and self._frame.started and not self._keyframe_since_stamp:
                counts.started_without_keyframe += 1
                self.needs_keyframe = True
        self._keyframe_since_stamp = False
