"""The offer of docs/protocol.md section 6 as the page makes it, and an answer such as a worker gives."""

from sfu.control import Answer, AnsweredSection, Candidate, Codec, Fingerprint, Offer, OfferedSection

MAKE_OFFER = """
async () => {
  const pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  const mine = [new MediaStream()];
  pc.addTransceiver('audio', {direction: 'sendonly', streams: mine});
  pc.addTransceiver('video', {direction: 'sendonly', streams: mine, sendEncodings: [
    {rid: 'q', scaleResolutionDownBy: 4}, {rid: 'h', scaleResolutionDownBy: 2}, {rid: 'f'}]});
  pc.addTransceiver('video', {direction: 'sendonly', streams: [new MediaStream()]});
  for (let i = 0; i < 3; i++) pc.addTransceiver('audio', {direction: 'recvonly'});
  for (let i = 0; i < 9; i++) pc.addTransceiver('video', {direction: 'recvonly'});
  await pc.setLocalDescription();
  if (pc.iceGatheringState !== 'complete') await new Promise(done => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
    setTimeout(done, 3000);
  });
  window.pc = pc;
  return pc.localDescription.sdp;
}
"""
"""JavaScript: makes ``window.pc`` with the fifteen sections and returns its offer, candidates included."""

URIS = frozenset(
    {
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    }
)

TURNED = {"sendonly": "recvonly", "recvonly": "sendonly", "sendrecv": "recvonly"}


def plausible_answer(offer: Offer) -> Answer:
    """Answer as a worker would: Opus, VP8 with repair, the known extensions, an ssrc for each slot."""
    return Answer(
        ice_ufrag="worker01",
        ice_pwd="worker01worker01worker01",
        fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
        candidates=(
            Candidate(protocol="udp", address="192.0.2.10", port=40000, priority=2130706431, foundation="u1"),
            Candidate(protocol="tcp", address="192.0.2.10", port=40000, priority=1694498815, foundation="t1"),
        ),
        sections=tuple(_answer_section(index, section) for index, section in enumerate(offer.sections)),
    )


def _answer_section(index: int, section: OfferedSection) -> AnsweredSection:
    codecs = _choose(section)
    if section.rejected or not codecs:
        return AnsweredSection(mid=section.mid, kind=section.kind, accepted=False)
    slot = section.direction == "recvonly"
    repaired = slot and any(codec.name == "rtx" for codec in codecs)
    return AnsweredSection(
        mid=section.mid,
        kind=section.kind,
        direction=TURNED[section.direction],
        codecs=codecs,
        extensions=tuple(extension for extension in section.extensions if extension.uri in URIS),
        rids=section.rids,
        ssrc=1000 + index if slot else None,
        rtx_ssrc=2000 + index if repaired else None,
        cname="worker" if slot else "",
        stream=f"slot{index}" if slot else "",
    )


def _choose(section: OfferedSection) -> tuple[Codec, ...]:
    wanted = [codec for codec in section.codecs if codec.name in {"opus", "vp8"}][:1]
    repairs = [
        codec
        for codec in section.codecs
        if codec.name == "rtx" and wanted and codec.parameters.get("apt") == str(wanted[0].payload_type)
    ]
    return (*wanted, *repairs)
