"""The fifteen sections that every client offers (design: one negotiation at join), as a browser's would be."""

from dataclasses import dataclass

import msgspec

from load.peer import packets
from sfu.control import Codec, Extension, OfferedSection

OPUS, VP8, RTX = 111, 96, 97
RIDS = ("q", "h", "f")

_OPUS = Codec(
    payload_type=OPUS,
    name="opus",
    clock_rate=48_000,
    channels=2,
    parameters={"minptime": "10", "useinbandfec": "1"},
    feedback=("transport-cc",),
)
_VIDEO = (
    Codec(
        payload_type=VP8,
        name="vp8",
        clock_rate=90_000,
        feedback=("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"),
    ),
    Codec(payload_type=RTX, name="rtx", clock_rate=90_000, parameters={"apt": str(VP8)}),
)
_AUDIO_EXTENSIONS = (packets.AUDIO_LEVEL, packets.ABS_SEND_TIME, packets.TRANSPORT_WIDE, packets.MID)
_VIDEO_EXTENSIONS = (
    packets.ABS_SEND_TIME,
    packets.TRANSPORT_WIDE,
    packets.MID,
    packets.RID,
    packets.REPAIRED_RID,
)


@dataclass(frozen=True, slots=True)
class Sending:
    """The ssrcs of the sections that a peer sends in."""

    microphone: int
    screen: int
    screen_rtx: int
    camera: dict[str, tuple[int, int]]
    """Ssrc and RTX ssrc of each rid; not announced, as browsers do not."""


def build(sending: Sending) -> tuple[OfferedSection, ...]:
    """List the sections: microphone, camera, screen; three audio, eight cameras and one screen to receive."""
    change = msgspec.structs.replace
    microphone = change(_section("0", "audio", "sendonly", "microphone"), ssrcs=(sending.microphone,))
    camera = change(_section("1", "video", "sendonly", "camera"), rids=RIDS)
    screen = change(
        _section("2", "video", "sendonly", "screen"),
        ssrcs=(sending.screen, sending.screen_rtx),
        rtx={sending.screen_rtx: sending.screen},
        stream="own screen",
    )
    audio = [_section(str(mid), "audio", "recvonly", "microphone") for mid in range(3, 6)]
    cameras = [_section(str(mid), "video", "recvonly", "camera") for mid in range(6, 14)]
    return (microphone, camera, screen, *audio, *cameras, _section("14", "video", "recvonly", "screen"))


def _section(mid: str, kind: str, direction: str, source: str) -> OfferedSection:
    audio = kind == "audio"
    return OfferedSection(
        mid=mid,
        kind=kind,
        direction=direction,
        codecs=(_OPUS,) if audio else _VIDEO,
        extensions=tuple(
            Extension(id=id_, uri=packets.URIS[id_])
            for id_ in (_AUDIO_EXTENSIONS if audio else _VIDEO_EXTENSIONS)
        ),
        stream="own" if direction == "sendonly" else "",
        source=source,
    )
