from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.calls.sdp_in import MAX_SECTIONS, BadOffer, read_offer

DATA = Path(__file__).parents[2] / "data" / "sdp"
CHROMIUM = (DATA / "chromium-offer.sdp").read_bytes().decode()
FIREFOX = (DATA / "firefox-offer.sdp").read_bytes().decode()

SMALL = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE a v d
m=audio 9 UDP/TLS/RTP/SAVPF 111 63
a=ice-ufrag:ABCD
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-1 00:11
a=fingerprint:sha-256 {digest}
a=setup:actpass
a=mid:a
a=extmap:1/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on
a=extmap:15 urn:never
a=extmap:4096 urn:too-high
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:* transport-cc
a=fmtp:111 minptime=10; useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
m=video 0 UDP/TLS/RTP/SAVPF 96
a=bundle-only
a=mid:v
a=msid:- track
a=rid:hi send
a=rid:lo send
a=simulcast:recv x send ~lo;hi,lo
a=rtcp-mux
a=recvonly
a=rtpmap:96 VP8/90000
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
a=mid:d
""".format(digest=":".join(["0A"] * 32))


def small(**changes: str) -> str:
    return SMALL.replace(changes["old"], changes["new"]) if changes else SMALL


@pytest.mark.parametrize("text", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])
def test_a_browsers_offer_is_read_whole(text):
    offer = read_offer(text).offer
    assert [section.mid for section in offer.sections] == [str(n) for n in range(15)]
    assert [s.kind for s in offer.sections] == ["audio", "video", "video"] + ["audio"] * 3 + ["video"] * 9
    assert [s.direction for s in offer.sections] == ["sendonly"] * 3 + ["recvonly"] * 12
    assert offer.sections[1].rids == ("q", "h", "f")
    assert {s.rids for s in offer.sections if s.mid != "1"} == {()}
    assert len(offer.ice_pwd) >= 22
    assert offer.fingerprints[0].algorithm == "sha-256"
    assert offer.sections[0].stream == offer.sections[1].stream != offer.sections[2].stream
    for section in offer.sections:
        names = {codec.name for codec in section.codecs}
        assert names >= ({"opus"} if section.kind == "audio" else {"vp8", "rtx"})
    screen = offer.sections[2]
    assert len(screen.ssrcs) == 2
    assert screen.rtx == {screen.ssrcs[1]: screen.ssrcs[0]}


@pytest.mark.parametrize("text", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])
def test_one_extension_id_per_uri_across_the_bundle(text):
    ids: dict[str, set[int]] = {}
    for section in read_offer(text).offer.sections:
        for extension in section.extensions:
            ids.setdefault(extension.uri, set()).add(extension.id)
    assert ids["urn:ietf:params:rtp-hdrext:sdes:mid"]
    assert all(len(numbers) == 1 for numbers in ids.values())


def test_chromiums_codecs_keep_parameters_and_feedback():
    microphone, camera = read_offer(CHROMIUM).offer.sections[:2]
    opus = next(codec for codec in microphone.codecs if codec.name == "opus")
    assert (opus.payload_type, opus.clock_rate, opus.channels) == (111, 48000, 2)
    assert opus.parameters == {"minptime": "10", "useinbandfec": "1"}
    assert opus.feedback == ("transport-cc",)
    red = next(codec for codec in microphone.codecs if codec.name == "red")
    assert red.parameters == {"111/111": ""}
    vp8 = next(codec for codec in camera.codecs if codec.name == "vp8")
    assert {"nack", "nack pli", "transport-cc", "goog-remb"} <= set(vp8.feedback)
    repair = next(codec for codec in camera.codecs if codec.parameters.get("apt") == str(vp8.payload_type))
    assert repair.name == "rtx"


def test_what_the_grammar_allows_is_read():
    read = read_offer(SMALL)
    audio, video, data = read.offer.sections
    assert audio.extensions[0].id == 1
    assert len(audio.extensions) == 1, "reserved and far too high ids are left out"
    assert audio.codecs[0].feedback == ("transport-cc",)
    assert video.rids == ("lo", "hi"), "of alternatives the first, paused ones count"
    assert video.stream == ""
    assert not video.rejected, "port 0 with bundle-only is inside the bundle"
    assert (data.kind, data.codecs) == ("application", ())
    assert [f.algorithm for f in read.offer.fingerprints] == ["sha-256"]
    assert not read.allow_mixed
    assert read.lines[2].formats == ("webrtc-datachannel",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=0", "v=1"),
        ("BUNDLE a v d", "BUNDLE a"),
        ("a=group:BUNDLE a v d\n", ""),
        ("a=mid:v", "a=mid:a"),
        ("a=mid:d\n", ""),
        ("a=ice-ufrag:ABCD", "a=ice-ufrag:A"),
        ("a=ice-pwd:0123456789012345678901", "a=ice-pwd:012345678901234567890"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5"),
        ("a=setup:actpass", "a=setup:passive"),
        ("a=rtcp-mux", "a=rtcp"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        ("opus/48000/2", "opus"),
        ("opus/48000/2", "opus/¹/2"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio 70000 UDP/TLS/RTP/SAVPF 111 63"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "m=audio"),
        ("a=rid:hi send", "a=rid:hi recv"),
        ("a=extmap:1/sendonly", "a=extmap:1/sideways"),
        ("a=mid:d", "a=mid:d\n" + "m=audio 0 x 0\n" * MAX_SECTIONS),
        ("s=-", "s"),
        ("s=-", "s=\r-"),
        ("a=rtcp-fb:* transport-cc", "a=rtcp-fb:* transport-cc\n" * 5_990),
    ],
)
def test_what_cannot_be_served_is_a_bad_offer(old, new):
    assert old in SMALL
    with pytest.raises(BadOffer):
        read_offer(small(old=old, new=new))


def test_a_rejected_first_section_does_not_lend_its_credentials():
    text = small(old="m=audio 9 ", new="m=audio 0 ").replace("BUNDLE a v d", "BUNDLE v d")
    with pytest.raises(BadOffer, match="ice-ufrag"):
        read_offer(text)


def survives(text: str) -> None:
    with suppress(BadOffer):
        read_offer(text)


@given(st.text())
def test_any_text_is_read_or_a_bad_offer(text):
    survives(text)
    survives("v=0\n" + text)


LINES = [
    *SMALL.splitlines(),
    "a=simulcast:",
    "a=simulcast:send",
    "a=rid:",
    "a=ssrc:",
    "a=ssrc-group:FID 1 2",
    "a=ssrc-group:FID 1 x",
    "a=fmtp:111",
    "a=rtpmap:111",
    "a=rtpmap:96 /",
    "a=extmap:",
    "a=extmap:2 ",
    "m=",
    "m=video",
    "a=",
    "=",
    "a=msid:",
    "a=mid:",
    "a=inactive",
]


@given(st.lists(st.sampled_from(LINES), max_size=60))
def test_any_order_of_lines_is_read_or_a_bad_offer(lines):
    survives("\n".join(["v=0", *lines]))


@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(max_size=20))
def test_any_damage_is_read_or_a_bad_offer(at, length, instead):
    survives(SMALL[:at] + instead + SMALL[at + length :])
