"""Packets over a byte stream: two bytes of length, then the packet (RFC 4571). No I/O."""

MAX_FRAME = 2048
"""Longer than any packet of ours; a longer frame is not WebRTC."""


class FrameError(ValueError):
    """The stream cannot be read any further; the connection has to be closed."""


class Deframer:
    """Cut a stream into packets. Holds at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the stream; return the packets they complete.

        Raises:
            FrameError: A frame longer than ``MAX_FRAME`` was announced.
        """
        data = self._rest + data
        packets = []
        position = 0
        while len(data) - position >= 2:
            length = data[position] << 8 | data[position + 1]
            if length > MAX_FRAME:
                raise FrameError(f"frame of {length} bytes")
            if len(data) - position < 2 + length:
                break
            if length:
                packets.append(data[position + 2 : position + 2 + length])
            position += 2 + length
        self._rest = data[position:]
        return packets


def frame(packet: bytes) -> bytes:
    """Put the length in front of a packet."""
    return len(packet).to_bytes(2, "big") + packet
