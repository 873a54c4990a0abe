"""From a client's offer to the worker's answer, section by section: a pure function.

Not SDP: signaling parses and writes the text. Sources: RFC 9429 (JSEP), RFC 8843 (BUNDLE: one extension id per URI),
RFC 8285 (extensions), RFC 8853 (simulcast), RFC 4588 (RTX).

Sections in which the client sends are answered with ``transport-cc`` and the transport-wide extension: the worker
reports arrivals and the client estimates. Sections in which it only receives are answered with ``goog-remb`` and
abs-send-time instead, because the worker has no send-side estimate yet and uses the browser's.

A section that cannot be used is rejected; only an offer that contradicts itself or exceeds a limit is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from sfu.control import AnsweredSection, Codec, Extension, Offer, OfferedSection
from sfu.core.offer_checks import TOKEN, check_offer
from sfu.dataplane.contract import ExtensionIds, Media

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_WIDE = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

FIELDS = {
    MID: "mid",
    RID: "rid",
    REPAIRED_RID: "repaired_rid",
    AUDIO_LEVEL: "audio_level",
    ABS_SEND_TIME: "abs_send_time",
    TRANSPORT_WIDE: "transport_wide",
}
"""Accepted URIs. Never video-orientation: Firefox does not take it, so the sender must rotate."""

EXTENSIONS = {
    ("audio", True): {MID, AUDIO_LEVEL, ABS_SEND_TIME, TRANSPORT_WIDE},
    ("audio", False): {MID, AUDIO_LEVEL, ABS_SEND_TIME},
    ("video", True): {MID, RID, REPAIRED_RID, ABS_SEND_TIME, TRANSPORT_WIDE},
    ("video", False): {MID, ABS_SEND_TIME},
}
"""By kind, and whether the client sends in the section."""

FEEDBACK = {
    ("audio", True): ("transport-cc",),
    ("audio", False): (),
    ("video", True): ("nack", "nack pli", "transport-cc", "goog-remb"),
    ("video", False): ("nack", "nack pli", "goog-remb"),
}
KINDS = {"audio": (Media.OPUS,), "video": (Media.VP8, Media.H264)}
"""In order of preference."""

SENDS, RECEIVES = ("sendonly", "sendrecv"), ("recvonly", "sendrecv")


@dataclass(frozen=True, slots=True)
class Format:
    """A codec as numbered by one client."""

    payload_type: int
    rtx_payload_type: int
    """0 when retransmission was not offered."""
    clock_rate: int
    nack: bool = False
    """The client answers generic NACK."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A section in which the client publishes."""

    mid: str
    source: str
    media: Media
    format: Format
    rids: tuple[str, ...]
    ssrcs: tuple[int, ...]
    rtx: dict[int, int]
    """Repair ssrc to repaired ssrc."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """A section in which the client receives: a slot."""

    mid: str
    source: str
    index: int
    """Among the slots of this source: audio slot k and camera slot k are one participant where possible."""
    formats: dict[Media, Format]
    ssrc: int
    rtx_ssrc: int
    """0 when no format has retransmission."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was agreed."""

    sections: tuple[AnsweredSection, ...]
    sending: tuple[Sending, ...]
    receiving: tuple[Receiving, ...]
    extensions: ExtensionIds


@dataclass(slots=True)
class _Draft:
    """What grows while sections are answered."""

    draw_ssrc: Callable[[], int]
    cname: str
    ids: dict[str, int] = field(default_factory=dict)
    sending: list[Sending] = field(default_factory=list)
    receiving: list[Receiving] = field(default_factory=list)


def negotiate(offer: Offer, draw_ssrc: Callable[[], int], cname: str) -> Plan:
    """Answer every section in order.

    Args:
        offer: as signaling translated it; anything may be in it.
        draw_ssrc: gives a random 32-bit number; drawn again when the client already uses it.
        cname: of the slots, at most 255 octets.

    Raises:
        BadOfferError: a limit is exceeded, or the offer contradicts itself.
    """
    taken = check_offer(offer)
    draws = _fresh_ssrcs(draw_ssrc, taken)
    draft = _Draft(lambda: next(draws), cname)
    sections = tuple(_answer_section(section, draft) for section in offer.sections)
    extensions = ExtensionIds(**{FIELDS[uri]: number for uri, number in draft.ids.items()})
    return Plan(sections, tuple(draft.sending), tuple(draft.receiving), extensions)


def _fresh_ssrcs(draw: Callable[[], int], taken: set[int]) -> Iterator[int]:
    while True:
        ssrc = draw()
        if ssrc and ssrc not in taken:
            taken.add(ssrc)
            yield ssrc


def _answer_section(section: OfferedSection, draft: _Draft) -> AnsweredSection:
    formats = _formats(section)
    if section.rejected or not formats:
        return AnsweredSection(mid=section.mid, kind=section.kind, accepted=False)
    sends, receives = section.direction in SENDS, section.direction in RECEIVES
    source = _source(section)
    if sends and any(other.source == source for other in draft.sending):
        # One publication per source and peer: a second camera is taken when the client says it is a screen.
        sends = False
    if sends:
        # What the client sends is one codec, so that a layer's payload type is known before its first packet.
        preferred = next(media for media in KINDS[section.kind] if media in formats)
        formats = {preferred: formats[preferred]}
    extensions = _extensions(section, draft, sends=sends)
    answered = AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        direction=_direction(sends=sends, receives=receives),
        codecs=_codecs(section, formats, sends=sends),
        extensions=extensions,
        rids=section.rids if sends and section.kind == "video" else (),
    )
    if sends:
        draft.sending.append(_sending(section, source, formats))
    if not receives:
        return answered
    slot = _receiving(section, source, formats, draft)
    draft.receiving.append(slot)
    return _with_slot(answered, slot, draft.cname)


def _direction(*, sends: bool, receives: bool) -> str:
    """The worker's direction."""
    if sends:
        return "sendrecv" if receives else "recvonly"
    return "sendonly" if receives else "inactive"


def _source(section: OfferedSection) -> str:
    if section.kind == "audio":
        return "microphone"
    return "screen" if section.source == "screen" else "camera"


def _formats(section: OfferedSection) -> dict[Media, Format]:
    """What worker and client have in common, by codec; nothing for kinds that are not media."""
    found: dict[Media, Format] = {}
    for media in KINDS.get(section.kind, ()):
        for codec in section.codecs:
            if _matches(codec, media):
                repair = (c.payload_type for c in section.codecs if _repairs(c, codec.payload_type))
                nack = media is not Media.OPUS and "nack" in codec.feedback
                found[media] = Format(codec.payload_type, next(repair, 0), codec.clock_rate, nack)
                break
    return found


def _matches(codec: Codec, media: Media) -> bool:
    if codec.name.lower() != media.value:
        return False
    if media is Media.OPUS:
        return codec.clock_rate == 48000 and codec.channels == 2
    if codec.clock_rate != 90000:
        return False
    if media is Media.VP8:
        return True
    # RFC 6184 section 8.1: baseline and constrained baseline, the two that every browser decodes.
    profile = codec.parameters.get("profile-level-id", "").lower()
    return profile[:4] in ("42e0", "4200") and codec.parameters.get("packetization-mode") == "1"


def _repairs(codec: Codec, payload_type: int) -> bool:
    return codec.name.lower() == "rtx" and codec.parameters.get("apt") == str(payload_type)


def _codecs(section: OfferedSection, formats: dict[Media, Format], *, sends: bool) -> tuple[Codec, ...]:
    wanted = FEEDBACK[section.kind, sends]
    offered = {codec.payload_type: codec for codec in reversed(section.codecs)}
    answered: list[Codec] = []
    for media, form in formats.items():
        codec = offered[form.payload_type]
        answered.append(
            Codec(
                payload_type=form.payload_type,
                name=media.value,
                clock_rate=form.clock_rate,
                channels=codec.channels,
                parameters=_parameters(codec, media),
                feedback=tuple(name for name in wanted if name in codec.feedback),
            )
        )
        if form.rtx_payload_type:
            apt = {"apt": str(form.payload_type)}
            answered.append(
                Codec(
                    payload_type=form.rtx_payload_type, name="rtx", clock_rate=form.clock_rate, parameters=apt
                )
            )
    return tuple(answered)


_KEPT_PARAMETERS = {
    Media.OPUS: ("minptime", "useinbandfec"),
    Media.VP8: (),
    Media.H264: ("level-asymmetry-allowed", "packetization-mode", "profile-level-id"),
}


def _parameters(codec: Codec, media: Media) -> dict[str, str]:
    kept = {name: codec.parameters[name] for name in _KEPT_PARAMETERS[media] if name in codec.parameters}
    return {name: value for name, value in kept.items() if TOKEN.fullmatch(value)}


def _extensions(section: OfferedSection, draft: _Draft, *, sends: bool) -> tuple[Extension, ...]:
    wanted = EXTENSIONS[section.kind, sends]
    # RFC 8285 section 4.2: ids above 14 need the two-byte form, which the worker does not write.
    accepted = {e.uri: e for e in section.extensions if e.uri in wanted and e.id <= 14}
    for extension in accepted.values():
        draft.ids[extension.uri] = extension.id
    return tuple(accepted.values())


def _sending(section: OfferedSection, source: str, formats: dict[Media, Format]) -> Sending:
    media, form = next(iter(formats.items()))
    rids = section.rids if section.kind == "video" else ()
    ssrcs = tuple(ssrc for ssrc in dict.fromkeys(section.ssrcs) if ssrc not in section.rtx)
    return Sending(section.mid, source, media, form, rids, ssrcs, dict(section.rtx))


def _receiving(
    section: OfferedSection, source: str, formats: dict[Media, Format], draft: _Draft
) -> Receiving:
    index = sum(other.source == source for other in draft.receiving)
    repaired = any(form.rtx_payload_type for form in formats.values())
    rtx_ssrc = draft.draw_ssrc() if repaired else 0
    return Receiving(section.mid, source, index, formats, draft.draw_ssrc(), rtx_ssrc)


def _with_slot(answered: AnsweredSection, slot: Receiving, cname: str) -> AnsweredSection:
    stream = f"slot-{slot.index}" if slot.source != "screen" else "screen"
    if slot.source == "screen" and slot.index:
        stream = f"screen-{slot.index}"
    return msgspec.structs.replace(
        answered, ssrc=slot.ssrc, rtx_ssrc=slot.rtx_ssrc or None, cname=cname, stream=stream
    )
