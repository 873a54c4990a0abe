"""Are the pictures that arrive pictures? A slot's first packets, put together and decoded when the call is over."""

from collections.abc import Sequence
from itertools import count, takewhile

import av

from load.peer import packets

FRAMES_MOST = 60
PACKETS_MOST = 250


class Pictures:
    """What one slot shows from its first keyframe on. No I/O."""

    def __init__(self) -> None:
        self._packets: dict[int, tuple[int, bytes]] = {}
        """Unwrapped sequence to RTP timestamp and payload."""
        self._first: int | None = None

    def take(self, sequence: int, timestamp: int, payload: bytes) -> None:
        """Take a packet, at first or repaired; those before the first keyframe and beyond the sample are left."""
        if self._first is None:
            starts, keyframe, _ = packets.vp8_picture(payload)
            if not (starts and keyframe):
                return
            self._first = sequence
        if sequence >= self._first and len(self._packets) < PACKETS_MOST:
            self._packets[sequence] = (timestamp, payload)

    def frames(self) -> list[bytes]:
        """Give the whole frames up to the first hole, as decoders want them."""
        if self._first is None:
            return []
        frames: dict[int, list[bytes]] = {}
        for sequence in takewhile(self._packets.__contains__, count(self._first)):
            timestamp, payload = self._packets[sequence]
            frames.setdefault(timestamp, []).append(payload[packets.vp8_descriptor_length(payload) :])
        whole = list(frames.values())[:-1]  # what comes next may still belong to the last one
        return [b"".join(parts) for parts in whole[:FRAMES_MOST]]


def decode(frames: Sequence[bytes]) -> int:
    """Have libvpx decode frames that begin with a keyframe; return how many pictures they make.

    Raises:
        ValueError: It refuses one.
    """
    decoder = av.codec.CodecContext.create("libvpx", "r")
    decoder.thread_count = 1
    pictures = 0
    for number, frame in enumerate(frames):
        try:
            pictures += len(decoder.decode(av.Packet(frame)))
        except av.FFmpegError as error:
            raise ValueError(f"frame {number} of {len(frames)}: {error.strerror}") from error
    return pictures + len(decoder.decode(None))
