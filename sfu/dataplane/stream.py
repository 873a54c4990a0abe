"""One ssrc that a peer sends: receive statistics, gaps, recent packets, and which slots it goes to.

Nothing is rewritten here. Source: RFC 3550 sections 6.4.1, A.1, A.3 and A.8; RFC 4588 section 4 for the repair.
"""

from bisect import insort
from typing import TYPE_CHECKING, Protocol

from sfu.core.rtp import MARKER
from sfu.core.seqnum import difference16
from sfu.dataplane import h264, vp8
from sfu.dataplane.contract import AddStream, Filled, Gap, Media, SlotId, StreamReport
from sfu.dataplane.ring import Entry, Ring
from sfu.dataplane.transport import Header, Transport

if TYPE_CHECKING:
    from sfu.dataplane.outlet import Outlet

RING_SIZES = {Media.OPUS: 64, Media.VP8: 512, Media.H264: 512}
KEYFRAME_STARTS = {Media.VP8: vp8.starts_keyframe, Media.H264: h264.starts_keyframe}
REPLAY = 128
"""An armed stream enters at a keyframe's first packet that came at most so many packets late."""
QUIETEST = 127


class Follower(Protocol):
    """What a stream wants of a slot."""

    id: SlotId

    def ready(self) -> bool:
        """Tell whether an armed stream may enter."""
        ...

    def enter(self, entry: Entry) -> None:
        """Let the armed stream in, beginning with this packet."""
        ...

    def forward(self, entry: Entry) -> None:
        """Send a packet newer than all before."""
        ...

    def forward_late(self, stream: "Stream", entry: Entry) -> None:
        """Send a packet under the number reserved for it."""
        ...

    def leave_out(self, sequence: int) -> None:
        """Close the numbering over a packet that is not forwarded."""
        ...

    def jump(self, sequence: int) -> None:
        """Follow a jump too wide to repair."""
        ...

    def follows(self, stream: "Stream") -> bool:
        """Tell whether late packets may still have a place."""
        ...


def _slot_order(slot: Follower) -> SlotId:
    return slot.id


class Stream:
    """The receive side of one published ssrc.

    A packet goes to its slots in the order of their ids: first the armed ones that may enter with it do so, then
    it is forwarded, then those that entered late are brought up to date.
    """

    __slots__ = (
        "_armed",
        "_followers",
        "_keyframe_timestamp",
        "_occupied",
        "_outlet",
        "_reported",
        "_starts_keyframe",
        "audio_level",
        "base",
        "clock_rate",
        "floor",
        "highest",
        "id",
        "jitter",
        "keyframes",
        "last_arrival",
        "last_timestamp",
        "media",
        "octets",
        "packets",
        "payload_type",
        "ring",
        "ssrc",
        "transport",
    )

    def __init__(self, added: AddStream, transport: Transport) -> None:
        self.id = added.stream
        self.transport = transport
        self.ssrc = added.ssrc
        self.media = added.media
        self.payload_type = added.payload_type
        self.clock_rate = added.clock_rate
        self.ring = Ring(RING_SIZES[added.media])
        self.packets = self.octets = self.keyframes = 0
        self.base = self.highest = self.floor = 0
        """Unwrapped; what is below the floor is too old, it is raised by a jump."""
        self.jitter = 0.0
        self.last_timestamp = 0
        self.last_arrival = 0.0
        self.audio_level = QUIETEST
        self._outlet: Outlet = transport.outlet
        self._reported = (0, 0, 0, QUIETEST)
        """Packets, highest, keyframes and audio level as they were last reported."""
        self._starts_keyframe = KEYFRAME_STARTS.get(added.media)
        self._keyframe_timestamp = -1
        self._armed: list[Follower] = []
        self._occupied: list[Follower] = []
        self._followers: list[Follower] = []
        """All slots in which this stream still has a range, for late packets."""

    # --- slots ----------------------------------------------------------------------------------------------

    def arm(self, slot: Follower) -> None:
        """Note a slot that waits for this stream."""
        insort(self._armed, slot, key=_slot_order)

    def disarm(self, slot: Follower) -> None:
        """A slot waits no more."""
        self._armed.remove(slot)

    def occupy(self, slot: Follower) -> None:
        """Note a slot that takes every packet from now on."""
        insort(self._occupied, slot, key=_slot_order)
        self._followers = [known for known in self._followers if known is not slot and known.follows(self)]
        insort(self._followers, slot, key=_slot_order)

    def vacate(self, slot: Follower) -> None:
        """A slot takes only late packets from now on."""
        self._occupied.remove(slot)

    def belongs_to(self, stream: object) -> bool:
        """Tell whether this is the stream."""
        return self is stream

    # --- packets --------------------------------------------------------------------------------------------

    def receive(self, header: Header, level: int, payload: bytes) -> None:
        """Take an authenticated packet of the stream's own ssrc."""
        _, second, number, timestamp, _ = header
        now = self._outlet.now
        if not self.packets:
            self.base = self.floor = number
            self.highest = number - 1
            self.last_timestamp, self.last_arrival = timestamp, now
        self.packets += 1
        self.octets += len(payload)
        if level >= 0 and level & 0x7F < self.audio_level:
            self.audio_level = level & 0x7F
        if not payload or second & 0x7F != self.payload_type:
            self._outlet.dropped["payload_type" if payload else "padding"] += 1
            payload = b""
        # difference16 and difference32, written out: this runs for every packet.
        ahead = ((number - self.highest + 0x8000) & 0xFFFF) - 0x8000
        if ahead > 0:
            ticks = ((timestamp - self.last_timestamp + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
            transit = (now - self.last_arrival) * self.clock_rate - ticks
            self.jitter += ((transit if transit > 0 else -transit) - self.jitter) / 16
            self.last_timestamp, self.last_arrival = timestamp, now
        self._place((self.highest + ahead, timestamp, second & MARKER, level, payload), ahead)

    def recent(self, sequence: int) -> Entry | None:
        """Find a packet among the last that the ring holds."""
        return self.ring.get(sequence) if sequence > self.highest - self.ring.size else None

    def recover(self, header: Header, level: int, payload: bytes) -> None:
        """Take a packet that its sender repeated (RFC 4588): the sequence and payload are the original's."""
        _, second, number, timestamp, _ = header
        ahead = difference16(number, self.highest)
        if not self.packets or ahead > self.ring.size:
            self._outlet.dropped["late"] += 1
        else:
            self._place((self.highest + ahead, timestamp, second & MARKER, level, payload), ahead)

    def _place(self, entry: Entry, ahead: int) -> None:
        if ahead <= 0:
            self._place_late(entry, ahead)
            return
        sequence, payload = entry[0], entry[4]
        if ahead > 1:
            self._pass_over(sequence, ahead)
        self.highest = sequence
        self.ring.put(entry)
        if not payload:
            for slot in self._occupied:
                slot.leave_out(sequence)
            return
        starts_keyframe = self._starts_keyframe
        if starts_keyframe is None or starts_keyframe(payload):
            self._start(entry)
        for slot in self._occupied:
            slot.forward(entry)

    def _pass_over(self, sequence: int, ahead: int) -> None:
        if ahead - 1 <= self.ring.size:
            self._outlet.events.append(Gap(self.id, self.highest + 1, sequence - 1))
            return
        # More is missing than could be kept or repaired. A subscriber that took the jump as it is could lose
        # count of the rollover, so its slots go on with a small gap.
        self.floor = sequence
        for slot in self._occupied:
            slot.jump(sequence)

    def _place_late(self, entry: Entry, ahead: int) -> None:
        sequence = entry[0]
        outlet, ring = self._outlet, self.ring
        if ahead <= -ring.size or sequence < self.floor:
            outlet.dropped["late"] += 1
            return
        if ring.get(sequence) is not None:
            outlet.dropped["duplicate"] += 1
            return
        ring.put(entry)
        outlet.events.append(Filled(self.id, sequence))
        entered: list[Follower] = []
        if entry[4] and self._starts_keyframe and self._starts_keyframe(entry[4]):
            entered = self._start(entry, may_enter=ahead >= -REPLAY)
        for slot in self._followers:
            if slot in entered:
                slot.forward(entry)
            elif slot.follows(self):
                slot.forward_late(self, entry)
        for slot in entered:
            self._catch_up(slot, sequence + 1)

    def _start(self, entry: Entry, *, may_enter: bool = True) -> list[Follower]:
        """Count a keyframe once, let in what waits for it; audio can be entered anywhere."""
        if entry[1] != self._keyframe_timestamp and self._starts_keyframe is not None:
            self._keyframe_timestamp = entry[1]
            self.keyframes += 1
        if not self._armed or not may_enter:
            return []
        entering = [slot for slot in self._armed if slot.ready()]
        for slot in entering:
            slot.enter(entry)
        return entering

    def _catch_up(self, slot: Follower, sequence: int) -> None:
        for following in range(sequence, self.highest + 1):
            entry = self.recent(following)
            if entry is None:
                continue
            if entry[4]:
                slot.forward(entry)
            else:
                slot.leave_out(following)

    def collect(self) -> StreamReport | None:
        """Report the counters when they changed; the audio level starts anew."""
        present = (self.packets, self.highest, self.keyframes, self.audio_level)
        if present == self._reported:
            return None
        self._reported = present
        report = StreamReport(
            stream=self.id,
            packets=self.packets,
            octets=self.octets,
            base_sequence=self.base,
            highest_sequence=self.highest,
            jitter=self.jitter,
            last_timestamp=self.last_timestamp,
            last_arrival=self.last_arrival,
            keyframes=self.keyframes,
            audio_level=self.audio_level,
        )
        self.audio_level = QUIETEST
        return report


class Repair:
    """The RTX ssrc of a stream: unwraps what is repeated."""

    __slots__ = ("_outlet", "payload_type", "ssrc", "stream")

    def __init__(self, stream: Stream, ssrc: int, payload_type: int) -> None:
        self.stream = stream
        self.ssrc = ssrc
        self.payload_type = payload_type
        self._outlet = stream.transport.outlet

    def receive(self, header: Header, level: int, payload: bytes) -> None:
        """Take an RTX packet: original sequence in two bytes, then the original payload."""
        first, second, _, timestamp, ssrc = header
        if len(payload) < 2:
            self._outlet.dropped["padding"] += 1
        elif second & 0x7F != self.payload_type:
            self._outlet.dropped["payload_type"] += 1
        else:
            original = payload[0] << 8 | payload[1]
            self.stream.recover((first, second, original, timestamp, ssrc), level, payload[2:])

    def belongs_to(self, stream: object) -> bool:
        """Tell whether this repairs the stream."""
        return self.stream is stream
