import msgspec
import pytest

from sfu.control import Answer, Candidate, IceRestarted, OfferedSection
from signaling.calls.negotiation import BadOffer, name_sources, read_offer, renew, same_sections, write_answer
from tests.signaling.calls.test_sdp_in import CHROMIUM, FIREFOX, SMALL
from tests.support.offers import plausible_answer

BOTH = pytest.mark.parametrize("text", [CHROMIUM, FIREFOX], ids=["chromium", "firefox"])


def section(mid: str, kind: str, direction: str) -> OfferedSection:
    return OfferedSection(mid=mid, kind=kind, direction=direction)


def sections_of(sdp: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in sdp.split("\r\n"):
        if line.startswith("m="):
            found.append([])
        found[-1].append(line)
    return found


@BOTH
def test_the_fifteen_sections_are_named_by_their_order(text):
    sources = [s.source for s in read_offer(text).offer.sections]
    assert sources == ["microphone", "camera", "screen"] + ["microphone"] * 3 + ["camera"] * 8 + ["screen"]


def test_whip_and_whep_get_what_they_offer():
    whip = name_sources([section("0", "audio", "sendonly"), section("1", "video", "sendonly")])
    assert [s.source for s in whip] == ["microphone", "camera"]
    whep = name_sources([section("0", "audio", "recvonly"), section("1", "video", "recvonly")])
    assert [s.source for s in whep] == ["microphone", "camera"]
    more = name_sources([section(str(n), "video", "sendonly") for n in range(3)])
    assert [s.source for s in more] == ["camera", "screen", ""]


@BOTH
def test_the_answer_repeats_every_section_in_order(text):
    read = read_offer(text)
    session, *parts = sections_of(write_answer(read, plausible_answer(read.offer)))
    assert session[0] == "v=0"
    assert "a=ice-lite" in session
    assert "a=group:BUNDLE " + " ".join(str(n) for n in range(15)) in session
    assert "a=extmap-allow-mixed" in session
    assert [part[0].split(" ")[0] for part in parts] == [f"m={s.kind}" for s in read.offer.sections]
    for index, part in enumerate(parts):
        assert {f"a=mid:{index}", "a=setup:passive", "a=rtcp-mux", "a=rtcp-rsize"} <= set(part)
        assert any(line.startswith("a=candidate:") for line in part) == (index == 0)


def test_the_answer_says_what_a_slot_holds():
    read = read_offer(CHROMIUM)
    _, *parts = sections_of(write_answer(read, plausible_answer(read.offer)))
    assert {
        "a=candidate:u1 1 udp 2130706431 192.0.2.10 40000 typ host",
        "a=candidate:t1 1 tcp 1694498815 192.0.2.10 40000 typ host tcptype passive",
        "a=end-of-candidates",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=recvonly",
    } <= set(parts[0])
    assert {"a=rid:q recv", "a=rid:h recv", "a=rid:f recv", "a=simulcast:recv q;h;f"} <= set(parts[1])
    assert {
        "a=sendonly",
        "a=ssrc-group:FID 1006 2006",
        "a=ssrc:1006 cname:worker",
        "a=ssrc:2006 msid:slot6 slot-6",
        "a=msid:slot6 slot-6",
        "a=rtpmap:96 VP8/90000",
    } <= set(parts[6])


def test_what_the_worker_rejects_has_port_0_outside_the_bundle():
    read = read_offer(SMALL)
    session, audio, _, data = sections_of(write_answer(read, plausible_answer(read.offer)))
    assert "a=group:BUNDLE a v" in session
    assert audio[0] == "m=audio 9 UDP/TLS/RTP/SAVPF 111"
    assert data[:4] == [
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=mid:d",
        "a=inactive",
    ]
    assert "a=extmap-allow-mixed" not in session


def test_an_answer_to_another_offer_is_not_written():
    answer = plausible_answer(read_offer(CHROMIUM).offer)
    other = read_offer(SMALL)
    assert not same_sections(other.offer, answer)
    with pytest.raises(BadOffer):
        write_answer(other, answer)


def test_a_restart_changes_the_path_and_nothing_else():
    answer = plausible_answer(read_offer(CHROMIUM).offer)
    candidate = Candidate(protocol="udp", address="192.0.2.11", port=1, priority=1, foundation="x")
    renewed = renew(answer, IceRestarted(id="1", ice_ufrag="new1", ice_pwd="p" * 22, candidates=(candidate,)))
    assert (renewed.ice_ufrag, renewed.candidates) == ("new1", (candidate,))
    assert (renewed.fingerprint, renewed.sections) == (answer.fingerprint, answer.sections)


def test_an_answer_survives_storage():
    answer = plausible_answer(read_offer(FIREFOX).offer)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=Answer) == answer
