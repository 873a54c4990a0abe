"""Writes the worker's answer as SDP (RFC 8866, RFC 9429 section 5.3.1). Pure; trusts the worker, not the browser.

Every m-section of the offer gets one here, in the same order. ICE-lite, DTLS passive, one bundle; candidates stand
in the first section of the bundle, which is where browsers look for them.
"""

from collections.abc import Iterator, Sequence

from sfu.control import Answer, AnsweredSection, Candidate, Codec
from signaling.calls.sdp_in import MediaLine, ReadOffer

_SPELLING = {"vp8": "VP8", "h264": "H264"}
"""As registered. Names compare without case (RFC 8866 section 6.6), but not every reader knows."""


def write_answer(read: ReadOffer, answer: Answer) -> str:
    """Write the answer to an offer.

    Args:
        read: The offer as it was read.
        answer: The worker's, with as many sections in the same order.

    Raises:
        ValueError: The worker answered another offer.
    """
    if [line.mid for line in read.lines] != [section.mid for section in answer.sections]:
        raise ValueError("the answer's sections are not those of the offer")
    bundle = [section.mid for section in answer.sections if section.accepted]
    # The session id only has to be a number, and the version to grow when an answer is written again; nobody
    # compares them in a browser, where each offer gets a fresh one (RFC 9429 section 5.2.1).
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite"]
    if bundle:
        lines.append("a=group:BUNDLE " + " ".join(bundle))
    if read.allow_mixed:
        lines.append("a=extmap-allow-mixed")
    lines.append("a=msid-semantic: WMS *")
    for line, section in zip(read.lines, answer.sections, strict=True):
        if not section.accepted:
            lines += _rejected(line)
            continue
        candidates = answer.candidates if section.mid == bundle[0] else ()
        lines += _accepted(line, section, answer, candidates)
    return "\r\n".join([*lines, ""])


def _rejected(line: MediaLine) -> list[str]:
    """RFC 3264 section 6: port 0, the offered formats; outside the bundle (RFC 9143 section 7.3.3)."""
    formats = " ".join(line.formats)
    return [
        f"m={line.media} 0 {line.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        "a=inactive",
    ]


def _accepted(
    line: MediaLine, section: AnsweredSection, answer: Answer, candidates: Sequence[Candidate]
) -> Iterator[str]:
    payload_types = " ".join(str(codec.payload_type) for codec in section.codecs)
    yield f"m={line.media} 9 {line.protocol} {payload_types}"
    yield "c=IN IP4 0.0.0.0"
    yield "a=rtcp:9 IN IP4 0.0.0.0"
    yield from (_candidate(candidate) for candidate in candidates)
    if candidates:
        yield "a=end-of-candidates"
    yield f"a=ice-ufrag:{answer.ice_ufrag}"
    yield f"a=ice-pwd:{answer.ice_pwd}"
    yield f"a=fingerprint:{answer.fingerprint.algorithm} {answer.fingerprint.value}"
    yield "a=setup:passive"
    yield f"a=mid:{section.mid}"
    yield from (f"a=extmap:{extension.id} {extension.uri}" for extension in section.extensions)
    yield f"a={section.direction}"
    if section.stream:
        yield f"a=msid:{section.stream} {_track(section)}"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for codec in section.codecs:
        yield from _codec(codec)
    yield from (f"a=rid:{rid} recv" for rid in section.rids)
    if section.rids:
        yield "a=simulcast:recv " + ";".join(section.rids)
    yield from _ssrcs(section)


def _candidate(candidate: Candidate) -> str:
    """RFC 8839 section 5.1; TCP is passive (RFC 6544 section 4.5)."""
    tcp = " tcptype passive" if candidate.protocol == "tcp" else ""
    return (
        f"a=candidate:{candidate.foundation} 1 {candidate.protocol} {candidate.priority} "
        f"{candidate.address} {candidate.port} typ host{tcp}"
    )


def _codec(codec: Codec) -> Iterator[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    name = _SPELLING.get(codec.name, codec.name)
    yield f"a=rtpmap:{codec.payload_type} {name}/{codec.clock_rate}{channels}"
    yield from (f"a=rtcp-fb:{codec.payload_type} {feedback}" for feedback in codec.feedback)
    if codec.parameters:
        parameters = (f"{key}={value}" if value else key for key, value in codec.parameters.items())
        yield f"a=fmtp:{codec.payload_type} {';'.join(parameters)}"


def _ssrcs(section: AnsweredSection) -> Iterator[str]:
    """RFC 5576. The slot's ssrc stays the same whoever is in it."""
    if section.ssrc is None:
        return
    ssrcs = [section.ssrc]
    if section.rtx_ssrc is not None:
        ssrcs.append(section.rtx_ssrc)
        yield f"a=ssrc-group:FID {section.ssrc} {section.rtx_ssrc}"
    for ssrc in ssrcs:
        yield f"a=ssrc:{ssrc} cname:{section.cname}"
        if section.stream:
            yield f"a=ssrc:{ssrc} msid:{section.stream} {_track(section)}"


def _track(section: AnsweredSection) -> str:
    """The msid's second token names the slot."""
    return f"slot-{section.mid}"
