"""RTCP of a synthetic peer, by aiortc's packets; transport-wide feedback, which aiortc has not, is written here."""

import struct
from collections.abc import Sequence

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    pack_remb_fci,
)

RTPFB, PSFB = 205, 206
TRANSPORT_WIDE_FORMAT = 15
FIR = 4
_TICK_S = 250e-6


def pli(ssrc: int, media: int) -> bytes:
    """Ask for a keyframe (RFC 4585 section 6.3.1)."""
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=ssrc, media_ssrc=media))


def nack(ssrc: int, media: int, missing: Sequence[int]) -> bytes:
    """Ask for packets again (RFC 4585 section 6.2.1)."""
    return bytes(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=ssrc, media_ssrc=media, lost=list(missing)))


def remb(ssrc: int, bits_per_second: int, media: Sequence[int]) -> bytes:
    """Tell the bandwidth that this peer can take (draft-alvestrand-rmcat-remb)."""
    fci = pack_remb_fci(bits_per_second, list(media))
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=fci))


def split(compound: bytes) -> list[tuple[int, int, bytes]]:
    """Cut a compound into (packet type, count or format, whole packet)."""
    packets = []
    position = 0
    while position + 4 <= len(compound):
        first, kind, words = struct.unpack_from("!BBH", compound, position)
        end = position + 4 * (words + 1)
        packets.append((kind, first & 31, compound[position:end]))
        position = end
    return packets


def transport_wide(ssrc: int, media: int, count: int, arrivals: Sequence[tuple[int, float]]) -> bytes:
    """Write transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

    Args:
        ssrc: The reporter's.
        media: Any ssrc of the reported transport.
        count: The feedback packet count.
        arrivals: (unwrapped transport-wide sequence, seconds), not empty, at most a few hundred.
    """
    known = dict(sorted(arrivals))
    base, last = min(known), max(known)
    reference = int(min(known.values()) / 0.064)
    time = reference * 256
    symbols, deltas = [], b""
    for sequence in range(base, last + 1):
        if sequence not in known:
            symbols.append(0)
            continue
        ticks = round(known[sequence] / _TICK_S) - time
        time += ticks
        small = 0 <= ticks <= 255
        symbols.append(1 if small else 2)
        deltas += struct.pack("!B", ticks) if small else struct.pack("!h", max(-32768, min(32767, ticks)))
    chunks = b"".join(_vector(symbols[i : i + 7]) for i in range(0, len(symbols), 7))
    body = struct.pack(
        "!IIHHI", ssrc, media, base & 0xFFFF, len(symbols), (reference & 0xFFFFFF) << 8 | count & 255
    )
    body += chunks + deltas
    padding = -len(body) % 4
    flags = 0xA0 if padding else 0x80
    body += bytes(max(0, padding - 1)) + (bytes((padding,)) if padding else b"")
    return struct.pack("!BBH", flags | TRANSPORT_WIDE_FORMAT, RTPFB, len(body) // 4) + body


def _vector(symbols: list[int]) -> bytes:
    """One status vector chunk of seven two-bit symbols."""
    value = 0xC000
    for index, symbol in enumerate(symbols):
        value |= symbol << 12 - 2 * index
    return struct.pack("!H", value)
