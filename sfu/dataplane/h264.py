"""Where an H264 keyframe begins, from NAL unit headers only. Source: RFC 6184 sections 5.3, 5.7.1 and 5.8."""

TYPE = 0x1F
IDR, SPS, STAP_A, FU_A = 5, 7, 24, 28
FU_START = 0x80


def starts_keyframe(payload: bytes) -> bool:
    """Tell whether a keyframe can be entered at this packet: it holds an SPS or the start of an IDR picture."""
    if not payload:
        return False
    kind = payload[0] & TYPE
    if kind == STAP_A:
        return _aggregate_holds_keyframe(payload)
    if kind == FU_A:
        return len(payload) > 1 and bool(payload[1] & FU_START) and payload[1] & TYPE in (IDR, SPS)
    return kind in (IDR, SPS)


def _aggregate_holds_keyframe(payload: bytes) -> bool:
    at = 1
    while at + 2 < len(payload):
        if payload[at + 2] & TYPE in (IDR, SPS):
            return True
        at += 2 + int.from_bytes(payload[at : at + 2], "big")
    return False
