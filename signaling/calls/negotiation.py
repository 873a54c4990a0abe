"""Between a browser's SDP and a worker's parameters: names what each section carries. Pure.

The slots of docs/protocol.md section 6 by order, not by mid: of the sending sections the first audio is the
microphone, the first video the camera and the second the screen; of two or more receiving video sections the last
one is for a screen, the others are for cameras. WHIP and WHEP offers are named by the same rule.
"""

from collections.abc import Sequence

import msgspec

from sfu.control import Answer, IceRestarted, Offer, OfferedSection
from signaling.calls import sdp_in, sdp_out
from signaling.calls.sdp_in import BadOffer, ReadOffer

__all__ = ["BadOffer", "ReadOffer", "read_offer", "renew", "write_answer"]

_SENDING = {"audio": ("microphone",), "video": ("camera", "screen")}


def read_offer(sdp: str) -> ReadOffer:
    """Read a browser's offer and name its sections' sources.

    Raises:
        BadOffer: And nothing else, whatever the text is.
    """
    read = sdp_in.read_offer(sdp)
    sections = name_sources(read.offer.sections)
    return ReadOffer(msgspec.structs.replace(read.offer, sections=sections), read.lines, read.allow_mixed)


def name_sources(sections: Sequence[OfferedSection]) -> tuple[OfferedSection, ...]:
    """Fill in ``OfferedSection.source``; a section beyond the slots we know keeps an empty one."""
    unused = {kind: list(names) for kind, names in _SENDING.items()}
    pictures = [s.mid for s in sections if s.kind == "video" and s.direction == "recvonly" and not s.rejected]
    screen = pictures[-1] if len(pictures) > 1 else None
    named = []
    for section in sections:
        source = ""
        if section.rejected or section.kind not in unused:
            pass
        elif section.direction == "recvonly" and section.kind == "audio":
            source = "microphone"
        elif section.direction == "recvonly":
            source = "screen" if section.mid == screen else "camera"
        elif unused[section.kind]:
            source = unused[section.kind].pop(0)
        named.append(msgspec.structs.replace(section, source=source))
    return tuple(named)


def write_answer(read: ReadOffer, answer: Answer) -> str:
    """Write the worker's answer as SDP.

    Raises:
        BadOffer: The answer is that of an offer with other sections.
    """
    try:
        return sdp_out.write_answer(read, answer)
    except ValueError as error:
        raise BadOffer("m=: other sections than when this connection was made") from error


def renew(answer: Answer, restarted: IceRestarted) -> Answer:
    """The former answer with new ICE credentials: keys, slots and codecs stay as they are."""
    return msgspec.structs.replace(
        answer,
        ice_ufrag=restarted.ice_ufrag,
        ice_pwd=restarted.ice_pwd,
        candidates=restarted.candidates,
    )


def same_sections(offer: Offer, answer: Answer) -> bool:
    """Tell whether an offer for a restart is still that of this connection."""
    return [section.mid for section in offer.sections] == [section.mid for section in answer.sections]
