"""What one publisher sends: equal packets at fixed times, so that two servers can be given the same. No I/O."""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from load.peer import clips, feedback, packets
from load.peer.packets import Head
from load.peer.sending import TransportWide

KEYFRAME_EVERY_S = 2.0
"""Nobody can ask a blaster for one."""
NAMED_S = 0.5
"""So long from the start packets carry mid and rid; later only those of keyframes do."""
VOICE_RATE = 50
VOICE_OCTETS = 84
"""Of payload: 112 octets with header, extensions and SRTP's tag."""
FRAME_START = 10
"""Octets of a VP8 keyframe's header (RFC 6386 section 9.1)."""

AMPLE_BPS = 20_000_000
"""What receivers say that they can take."""
LEVEL = bytes((0x80 | 20,))
"""Somebody speaks, at -20 dBov (RFC 6464)."""

_MARK = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class Pattern:
    """How much is sent and when."""

    rate: int
    """Frames a second; the packets of a frame are sent at once."""
    burst: int
    """Packets of a frame."""
    octets: int
    """Payload octets of each, the VP8 descriptor among them."""
    voice: bool = False
    """Whether Opus is sent too, 50 packets a second."""
    reports: bool = False
    """Whether each second a sender report for each stream and a REMB are sent, as browsers do."""

    @property
    def packets_per_s(self) -> int:
        """Packets that one publisher sends."""
        return self.rate * self.burst + VOICE_RATE * self.voice


CALL = Pattern(30, 3, 834, voice=True, reports=True)
"""One side of a call at 600 kbit/s."""
JANUS_CALL = Pattern(30, 3, 834)
"""The picture of a call alone."""
FAN_OUT = Pattern(100, 4, 1210)
"""Bursts of four every 10 ms, about 1250 octets each with headers: 4 Mbit/s."""


@dataclass(frozen=True, slots=True)
class Track:
    """How a stream is recognised."""

    ssrc: int
    payload_type: int
    mid: str
    rid: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A packet and when it is due."""

    due_s: float
    """Since the beginning of the blast."""
    ssrc: int
    """0 for RTCP."""
    number: int
    """The sequence number, unwrapped."""
    packet: bytes
    """RTP or a compound of RTCP."""


class Source:
    """One publisher. Its numbers go on from one blast to the next; each begins with a keyframe.

    Extensions have the ids of ``load.peer.packets``, whoever negotiates has to use these.
    """

    def __init__(
        self, pattern: Pattern, picture: Track, voice: Track | None = None, *, phase_s: float = 0.0
    ) -> None:
        """Begin.

        Args:
            pattern: What is sent; its voice needs a track.
            picture: The VP8 stream.
            voice: The Opus stream.
            phase_s: When the first frame of a blast is due, so that publishers do not send at the same moment.
        """
        self.pattern = pattern
        self._picture = picture
        self.voice = voice if pattern.voice else None
        self._phase_s = phase_s
        self._wide = TransportWide()
        self._next = {track.ssrc: 1 for track in (picture, voice) if track}
        self._elapsed_s = 0.0
        self._frames = 0
        self._filling = random.Random(picture.ssrc).randbytes(pattern.octets)

    def packets(self, seconds: float) -> Iterator[Planned]:
        """Make the packets of the next blast in the order of sending."""
        tracks = [self._pictures(self._picture, seconds)]
        if self.voice:
            tracks.append(self._voices(self.voice, seconds))
        for piece in merge(*tracks, key=lambda piece: piece.due_s):
            # Only now, since the transport-wide numbers are those of all tracks together.
            packet = packets.build(piece.head, self._extensions(piece), piece.payload)
            yield Planned(piece.due_s, piece.head.ssrc, piece.head.sequence, packet)
        self._elapsed_s += seconds

    def reports(self, seconds: float) -> Iterator[Planned]:
        """Make the RTCP of the next blast; ask before ``packets``."""
        if not self.pattern.reports:
            return
        for second in range(1, int(seconds) + 1):
            due_s = self._phase_s + second - 0.5
            compound = b"".join(self._report(*track, due_s) for track in self._tracks())
            yield Planned(due_s, 0, 0, compound + feedback.remb(self._picture.ssrc, AMPLE_BPS, []))

    def _report(self, track: Track, clock_rate: int, octets: int, due_s: float) -> bytes:
        moment_s = self._elapsed_s + due_s
        rate = VOICE_RATE if octets == VOICE_OCTETS else self.pattern.rate * self.pattern.burst
        sent = self._next[track.ssrc] + int(due_s * rate)
        info = RtcpSenderInfo(
            # Any epoch will do: what counts is that both streams have the same.
            ntp_timestamp=int(moment_s * (1 << 32)) + (1 << 60),
            rtp_timestamp=round(moment_s * clock_rate) & 0xFFFFFFFF,
            packet_count=sent,
            octet_count=sent * octets & 0xFFFFFFFF,
        )
        return bytes(RtcpSrPacket(ssrc=track.ssrc, sender_info=info))

    def _tracks(self) -> Iterator[tuple[Track, int, int]]:
        yield self._picture, 90_000, self.pattern.octets
        if self.voice:
            yield self.voice, 48_000, VOICE_OCTETS

    def _pictures(self, track: Track, seconds: float) -> Iterator["_Piece"]:
        pattern, every = self.pattern, round(KEYFRAME_EVERY_S * self.pattern.rate)
        for frame in range(round(seconds * pattern.rate)):
            due_s = self._phase_s + frame / pattern.rate
            keyframe = frame % every == 0
            self._frames += 1
            for index in range(pattern.burst):
                start = packets.vp8_descriptor(self._frames, self._frames, start=index == 0)
                start += _frame_start(keyframe=keyframe) if index == 0 else b""
                head = self._head(track, due_s, 90_000, marker=index == pattern.burst - 1)
                named = due_s < NAMED_S or (keyframe and index == 0)
                yield _Piece(due_s, head, self._fill(start, head, pattern.octets), track if named else None)

    def _voices(self, track: Track, seconds: float) -> Iterator["_Piece"]:
        start = clips.voice().frames[0][:1]
        for index in range(round(seconds * VOICE_RATE)):
            due_s = self._phase_s + index / VOICE_RATE
            head = self._head(track, due_s, 48_000, marker=False)
            payload = self._fill(start, head, VOICE_OCTETS)
            yield _Piece(due_s, head, payload, track if due_s < NAMED_S else None, voice=True)

    def _head(self, track: Track, due_s: float, clock_rate: int, *, marker: bool) -> Head:
        number = self._next[track.ssrc]
        self._next[track.ssrc] += 1
        timestamp = round((self._elapsed_s + due_s) * clock_rate)
        return Head(track.payload_type, number, timestamp, track.ssrc, marker)

    def _fill(self, start: bytes, head: Head, octets: int) -> bytes:
        filling = octets - len(start) - _MARK.size
        return start + self._filling[:filling] + _MARK.pack(head.ssrc, head.sequence)

    def _extensions(self, piece: "_Piece") -> dict[int, bytes]:
        extensions = {
            packets.TRANSPORT_WIDE: self._wide.take(),
            packets.ABS_SEND_TIME: (int(piece.due_s * (1 << 18)) & 0xFFFFFF).to_bytes(3, "big"),
        }
        if piece.voice:
            extensions[packets.AUDIO_LEVEL] = LEVEL
        if piece.named:
            extensions[packets.MID] = piece.named.mid.encode()
            if piece.named.rid:
                extensions[packets.RID] = piece.named.rid.encode()
        return extensions


@dataclass(frozen=True, slots=True)
class _Piece:
    due_s: float
    head: Head
    payload: bytes
    named: Track | None
    """Whose mid and rid the packet carries."""
    voice: bool = False


def read_mark(packet: bytes) -> tuple[int, int]:
    """Tell who sent a plain packet, by the mark at its end: the sender's own ssrc and number."""
    ssrc, number = _MARK.unpack_from(packet, len(packet) - _MARK.size)
    return ssrc, number


def _frame_start(*, keyframe: bool) -> bytes:
    return clips.video("f").frames[0 if keyframe else 1][:FRAME_START]
