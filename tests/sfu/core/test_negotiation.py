"""Offers and answers."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.control import Codec, Extension, Fingerprint, Offer, OfferedSection
from sfu.core.negotiation import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    REPAIRED_RID,
    RID,
    TRANSPORT_WIDE,
    Plan,
    negotiate,
)
from sfu.core.offer_checks import BadOfferError
from sfu.dataplane.contract import ExtensionIds, Media
from tests.sfu.core.rig import (
    H264,
    H264_RTX,
    OPUS,
    RED,
    VP8,
    VP8_RTX,
    audio,
    browser_offer,
    offer,
    video,
)


def plan_of(*sections: OfferedSection) -> Plan:
    ssrcs = count(500)
    return negotiate(offer(*sections), lambda: next(ssrcs), "cname")


def uris(section):
    return {extension.uri for extension in section.extensions}


def test_the_browsers_offer_is_answered_in_its_order():
    ssrcs = count(500)
    wanted = browser_offer()
    plan = negotiate(wanted, lambda: next(ssrcs), "cname")
    assert [section.mid for section in plan.sections] == [section.mid for section in wanted.sections]
    assert all(section.accepted for section in plan.sections)
    assert [section.direction for section in plan.sections] == ["recvonly"] * 3 + ["sendonly"] * 12
    assert [sending.source for sending in plan.sending] == ["microphone", "camera", "screen"]
    assert plan.extensions == ExtensionIds(
        mid=4, rid=10, repaired_rid=11, audio_level=1, abs_send_time=2, transport_wide=3
    )


def test_audio_and_camera_slots_of_one_index_share_a_msid():
    ssrcs = count(500)
    plan = negotiate(browser_offer(), lambda: next(ssrcs), "cname")
    streams = [section.stream for section in plan.sections if section.direction == "sendonly"]
    assert streams[:3] == ["slot-0", "slot-1", "slot-2"]
    assert streams[3:11] == [f"slot-{n}" for n in range(8)]
    assert streams[11] == "screen"
    assert {section.cname for section in plan.sections if section.ssrc} == {"cname"}


def test_ssrcs_of_slots_are_fresh():
    draws = iter([0, 1000, 7, 7, 8, 9, 10])
    plan = negotiate(
        offer(audio("0", "sendonly", ssrcs=(1000,)), audio("1", "recvonly"), audio("2", "recvonly")),
        lambda: next(draws),
        "c",
    )
    assert [section.ssrc for section in plan.sections] == [None, 7, 8]


def test_a_microphone_is_answered_with_opus_and_transport_wide_feedback():
    (section,) = plan_of(audio("0", "sendonly")).sections
    (codec,) = section.codecs
    assert (codec.payload_type, codec.name, codec.channels) == (111, "opus", 2)
    assert codec.parameters == {"minptime": "10", "useinbandfec": "1"}
    assert codec.feedback == ("transport-cc",)
    assert uris(section) == {MID, AUDIO_LEVEL, ABS_SEND_TIME, TRANSPORT_WIDE}


def test_a_camera_is_answered_with_vp8_its_repair_and_rids():
    plan = plan_of(video("0", "sendonly", rids=("q", "h", "f")))
    (section,) = plan.sections
    assert [(codec.name, codec.payload_type) for codec in section.codecs] == [("vp8", 96), ("rtx", 97)]
    assert section.codecs[0].feedback == ("nack", "nack pli", "transport-cc", "goog-remb")
    assert section.codecs[1].parameters == {"apt": "96"}
    assert section.rids == ("q", "h", "f")
    assert uris(section) == {MID, RID, REPAIRED_RID, ABS_SEND_TIME, TRANSPORT_WIDE}


def test_a_receiving_section_has_the_browsers_estimate_and_both_codecs():
    plan = plan_of(video("0", "recvonly"))
    (section,) = plan.sections
    assert [codec.name for codec in section.codecs] == ["vp8", "rtx", "h264", "rtx"]
    assert section.codecs[0].feedback == ("nack", "nack pli", "goog-remb")
    assert section.codecs[0].parameters == {}
    assert uris(section) == {MID, ABS_SEND_TIME}
    assert section.ssrc
    assert section.rtx_ssrc
    assert set(plan.receiving[0].formats) == {Media.VP8, Media.H264}


def test_h264_is_taken_from_a_client_that_has_no_vp8():
    plan = plan_of(video("0", "sendonly", codecs=(H264, H264_RTX)))
    (sending,) = plan.sending
    assert (sending.media, sending.format.payload_type) == (Media.H264, 102)
    assert plan.sections[0].codecs[0].parameters["profile-level-id"] == "42e01f"


@pytest.mark.parametrize(
    ("profile", "mode", "accepted"),
    [("42e01f", "1", True), ("42001f", "1", True), ("42e01f", "0", False), ("640c1f", "1", False)],
)
def test_only_h264_that_everybody_decodes_is_taken(profile, mode, accepted):
    parameters = {"profile-level-id": profile, "packetization-mode": mode}
    codec = Codec(payload_type=102, name="h264", clock_rate=90000, parameters=parameters)
    (section,) = plan_of(video("0", "sendonly", codecs=(codec,))).sections
    assert section.accepted is accepted


def test_a_sendrecv_section_publishes_and_has_a_slot():
    plan = plan_of(video("0", "sendrecv"))
    assert plan.sections[0].direction == "sendrecv"
    assert plan.sections[0].ssrc == plan.receiving[0].ssrc
    assert [sending.mid for sending in plan.sending] == ["0"]
    assert set(plan.receiving[0].formats) == {Media.VP8}


@pytest.mark.parametrize(
    "section",
    [
        OfferedSection(mid="d", kind="application", direction="sendrecv"),
        OfferedSection(mid="d", kind="text", direction="sendrecv", codecs=(OPUS,)),
        audio("d", "sendonly", rejected=True),
        audio("d", "sendonly", codecs=(RED,)),
        video("d", "recvonly", codecs=(VP8_RTX,)),
        video("d", "recvonly", codecs=()),
    ],
)
def test_what_cannot_be_used_is_rejected_and_the_rest_goes_on(section):
    plan = plan_of(audio("0", "sendonly"), section)
    assert plan.sections[0].accepted
    assert not plan.sections[1].accepted
    assert plan.sections[1].direction == "inactive"
    assert plan.sections[1].mid == "d"
    assert len(plan.sending) == 1
    assert plan.receiving == ()


def test_an_inactive_section_stays_inactive():
    plan = plan_of(video("0", "inactive"))
    assert plan.sections[0].accepted
    assert plan.sections[0].direction == "inactive"
    assert plan.sections[0].ssrc is None
    assert (plan.sending, plan.receiving) == ((), ())


def test_a_second_camera_is_not_taken():
    plan = plan_of(video("0", "sendonly"), video("1", "sendonly"), video("2", "sendonly", "screen"))
    assert [section.direction for section in plan.sections] == ["recvonly", "inactive", "recvonly"]


def test_video_orientation_and_ids_beyond_one_byte_are_not_accepted():
    wide = Extension(id=16, uri=ABS_SEND_TIME)
    orientation = Extension(id=13, uri="urn:3gpp:video-orientation")
    plan = plan_of(video("0", "sendonly", extensions=(wide, orientation)))
    assert plan.sections[0].extensions == ()
    assert plan.extensions == ExtensionIds()


MANY = tuple(Extension(id=n, uri=f"u{n}") for n in range(1, 34))


@pytest.mark.parametrize(
    "sections",
    [
        (),
        tuple(audio(str(n), "sendonly") for n in range(41)),
        (audio("0", "sendonly"), audio("0", "recvonly")),
        (audio("", "sendonly"),),
        (audio("a b\r\n", "sendonly"),),
        (audio("0", "both"),),
        (audio("0", "sendonly", codecs=(OPUS,) * 65),),
        (audio("0", "sendonly", extensions=MANY),),
        (video("0", "sendonly", rids=tuple("abcdefghi")),),
        (video("0", "sendonly", rids=("q", "q")),),
        (video("0", "sendonly", rids=("q;h",)),),
        (audio("0", "sendonly", ssrcs=(5,)), audio("1", "recvonly", ssrcs=(5,))),
        (audio("0", "sendonly", ssrcs=(0,)),),
        (video("0", "sendonly", rtx={2**32: 1}),),
        (audio("0", "sendonly", extensions=(Extension(id=0, uri="u"),)),),
        (audio("0", "sendonly", codecs=(Codec(payload_type=128, name="opus", clock_rate=48000),)),),
    ],
)
def test_an_offer_beyond_the_limits_is_refused(sections):
    with pytest.raises(BadOfferError):
        plan_of(*sections)


def test_a_uri_with_two_ids_is_refused():
    with pytest.raises(BadOfferError, match="two ids"):
        plan_of(
            audio("0", "sendonly", extensions=(Extension(id=1, uri=MID),)),
            audio("1", "recvonly", extensions=(Extension(id=2, uri=MID),)),
        )


def test_an_id_with_two_uris_is_refused():
    with pytest.raises(BadOfferError, match="two URIs"):
        plan_of(
            audio("0", "sendonly", extensions=(Extension(id=1, uri=MID),)),
            audio("1", "recvonly", extensions=(Extension(id=1, uri=AUDIO_LEVEL),)),
        )


@pytest.mark.parametrize(
    ("algorithm", "octets"), [("sha-1", 20), ("md5", 16), ("sha-256", 31), ("sha-256", 33), ("", 0)]
)
def test_weak_or_malformed_fingerprints_are_refused(algorithm, octets):
    fingerprint = Fingerprint(algorithm=algorithm, value=":".join(["AB"] * octets))
    wanted = Offer(
        ice_ufrag="abcd", ice_pwd="p" * 24, fingerprints=(fingerprint,), sections=(audio("0", "sendonly"),)
    )
    with pytest.raises(BadOfferError, match="fingerprint"):
        negotiate(wanted, lambda: 1, "c")


TEXT = st.text(max_size=8)
ODD = st.sampled_from(
    ["audio", "video", "application", "", "sendonly", "recvonly", "sendrecv", "inactive", "0", "q"]
)
CODEC = st.sampled_from([OPUS, VP8, VP8_RTX, H264, H264_RTX, RED]) | st.builds(
    Codec,
    payload_type=st.integers(-5, 300),
    name=st.sampled_from(["opus", "vp8", "h264", "rtx", "red"]) | TEXT,
    clock_rate=st.sampled_from([48000, 90000, 0, -1]),
    channels=st.integers(-1, 3),
    parameters=st.dictionaries(
        st.sampled_from(["apt", "minptime", "profile-level-id"]) | TEXT, TEXT, max_size=3
    ),
    feedback=st.lists(TEXT | st.just("nack"), max_size=3).map(tuple),
)
EXTENSION = st.builds(
    Extension, id=st.integers(-1, 300) | st.just(4), uri=st.sampled_from([MID, RID, AUDIO_LEVEL]) | TEXT
)
NUMBER = st.integers(-1, 2**33) | st.integers(1, 9)
SECTION = st.builds(
    OfferedSection,
    mid=ODD | TEXT,
    kind=ODD | TEXT,
    direction=ODD,
    rejected=st.booleans(),
    codecs=st.lists(CODEC, max_size=6).map(tuple),
    extensions=st.lists(EXTENSION, max_size=3).map(tuple),
    rids=st.lists(ODD | TEXT, max_size=3).map(tuple),
    ssrcs=st.lists(NUMBER, max_size=3).map(tuple),
    rtx=st.dictionaries(NUMBER, NUMBER, max_size=3),
    stream=TEXT,
    source=st.sampled_from(["microphone", "camera", "screen"]) | TEXT,
)
OFFER = st.builds(
    Offer,
    ice_ufrag=st.just("abcd") | TEXT,
    ice_pwd=st.just("p" * 24) | TEXT,
    fingerprints=st.just(browser_offer().fingerprints)
    | st.lists(st.builds(Fingerprint, algorithm=TEXT, value=TEXT), max_size=2).map(tuple),
    sections=st.lists(SECTION, max_size=5).map(tuple),
)


@given(OFFER)
def test_any_offer_is_answered_in_its_order_or_refused(wanted):
    ssrcs = count(10**6)
    try:
        plan = negotiate(wanted, lambda: next(ssrcs), "c")
    except BadOfferError:
        return
    assert [(one.mid, one.kind) for one in plan.sections] == [(one.mid, one.kind) for one in wanted.sections]
    assert len({sending.source for sending in plan.sending}) == len(plan.sending)
    for section in plan.sections:
        assert section.accepted or section.direction == "inactive"
