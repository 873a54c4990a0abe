"""A synthetic peer's offer as a browser writes it, and the server's answer read back (RFC 8829). No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sfu.control import (
    Answer,
    AnsweredSection,
    Candidate,
    Codec,
    Extension,
    Fingerprint,
    Offer,
    OfferedSection,
)


def write_offer(offer: Offer) -> str:
    """Write the SDP of an offer."""
    mids = " ".join(section.mid for section in offer.sections)
    lines = [
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mids}",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS own",
    ]
    for section in offer.sections:
        lines += _section_lines(offer, section)
    return "\r\n".join(lines) + "\r\n"


def _section_lines(offer: Offer, section: OfferedSection) -> Iterator[str]:
    formats = " ".join(str(codec.payload_type) for codec in section.codecs)
    yield f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {formats}"
    yield "c=IN IP4 0.0.0.0"
    yield "a=rtcp:9 IN IP4 0.0.0.0"
    yield f"a=ice-ufrag:{offer.ice_ufrag}"
    yield f"a=ice-pwd:{offer.ice_pwd}"
    yield "a=ice-options:trickle"
    for fingerprint in offer.fingerprints:
        yield f"a=fingerprint:{fingerprint.algorithm} {fingerprint.value}"
    yield "a=setup:actpass"
    yield f"a=mid:{section.mid}"
    for extension in section.extensions:
        yield f"a=extmap:{extension.id} {extension.uri}"
    yield f"a={section.direction}"
    if section.direction == "sendonly":
        yield f"a=msid:{section.stream.replace(' ', '-')} {section.source}"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for codec in section.codecs:
        yield from _codec_lines(codec)
    yield from _stream_lines(section)


def _codec_lines(codec: Codec) -> Iterator[str]:
    name = codec.name if codec.name in ("opus", "rtx") else codec.name.upper()
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    yield f"a=rtpmap:{codec.payload_type} {name}/{codec.clock_rate}{channels}"
    for feedback in codec.feedback:
        yield f"a=rtcp-fb:{codec.payload_type} {feedback}"
    if codec.parameters:
        pairs = ";".join(f"{key}={value}" for key, value in codec.parameters.items())
        yield f"a=fmtp:{codec.payload_type} {pairs}"


def _stream_lines(section: OfferedSection) -> Iterator[str]:
    for rid in section.rids:
        yield f"a=rid:{rid} send"
    if section.rids:
        yield f"a=simulcast:send {';'.join(section.rids)}"
    for repair, repaired in section.rtx.items():
        yield f"a=ssrc-group:FID {repaired} {repair}"
    for ssrc in section.ssrcs:
        yield f"a=ssrc:{ssrc} cname:own"
        yield f"a=ssrc:{ssrc} msid:{section.stream.replace(' ', '-')} {section.source}"


@dataclass(slots=True)
class _Section:
    """Lines of one m-section, by attribute."""

    kind: str
    port: int
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[str]:
        return (value for key, value in self.attributes if key == name)


def read_answer(text: str) -> Answer:
    """Read an answer.

    Raises:
        ValueError: Something that the peer needs is missing or not understood.
    """
    session, sections = _cut(text)
    transport = [*sections, session]
    candidates = {_candidate(line) for section in transport for line in section.all("candidate")}
    algorithm, _, value = _need(transport, "fingerprint").partition(" ")
    return Answer(
        ice_ufrag=_need(transport, "ice-ufrag"),
        ice_pwd=_need(transport, "ice-pwd"),
        fingerprint=Fingerprint(algorithm=algorithm, value=value),
        candidates=tuple(sorted(candidates, key=lambda candidate: -candidate.priority)),
        sections=tuple(_answered(section) for section in sections),
    )


def _cut(text: str) -> tuple[_Section, list[_Section]]:
    session = current = _Section("", 0)
    sections = []
    for line in text.splitlines():
        if line.startswith("m="):
            kind, port, *_ = line[2:].split()
            current = _Section(kind, int(port))
            sections.append(current)
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            current.attributes.append((name, value))
    return session, sections


def _need(sections: list[_Section], name: str) -> str:
    found = next((value for section in sections for value in section.all(name)), None)
    if found is None:
        raise ValueError(f"the answer has no a={name}")
    return found


def _candidate(line: str) -> Candidate:
    foundation, _, protocol, priority, address, port, *_ = line.split()
    return Candidate(
        protocol=protocol.lower(),
        address=address,
        port=int(port),
        priority=int(priority),
        foundation=foundation,
    )


def _answered(section: _Section) -> AnsweredSection:
    directions = {"sendonly", "recvonly", "sendrecv", "inactive"}
    group = section.first("ssrc-group")
    repaired, repair = (int(number) for number in group.split()[1:3]) if group else (None, None)
    first_ssrc = next((int(value.split()[0]) for value in section.all("ssrc")), None)
    extensions = (value.split()[:2] for value in section.all("extmap"))
    return AnsweredSection(
        mid=section.first("mid") or "",
        kind=section.kind,
        accepted=section.port != 0,
        direction=next((name for name, _ in section.attributes if name in directions), "inactive"),
        codecs=tuple(_codecs(section)),
        extensions=tuple(Extension(id=int(id_.split("/")[0]), uri=uri) for id_, uri in extensions),
        rids=tuple(value.split()[0] for value in section.all("rid")),
        ssrc=repaired if repaired is not None else first_ssrc,
        rtx_ssrc=repair,
        stream=(section.first("msid") or "").partition(" ")[0],
    )


def _codecs(section: _Section) -> Iterator[Codec]:
    parameters = {
        int(payload_type): dict(pair.strip().partition("=")[::2] for pair in rest.split(";") if pair.strip())
        for payload_type, _, rest in (value.partition(" ") for value in section.all("fmtp"))
    }
    for value in section.all("rtpmap"):
        payload_type, _, rest = value.partition(" ")
        name, rate, *channels = rest.split("/")
        yield Codec(
            payload_type=int(payload_type),
            name=name.lower(),
            clock_rate=int(rate),
            channels=int(channels[0]) if channels else 1,
            parameters=parameters.get(int(payload_type), {}),
        )
