"""RTCP packets, against aiortc's own classes and against anything at all."""

import struct

import pytest
from aiortc import rtp as reference
from hypothesis import example, given
from hypothesis import strategies as st

from sfu.core.rtcp import (
    BitrateEstimate,
    FullIntraRequest,
    Goodbye,
    Nack,
    Packet,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    build,
    parse,
)

WORD = st.integers(0, 2**32 - 1)
SEQUENCE = st.integers(0, 2**16 - 1)
BLOCK = st.builds(
    ReportBlock,
    ssrc=WORD,
    fraction_lost=st.integers(0, 255),
    packets_lost=st.integers(-(2**23), 2**23 - 1),
    highest_sequence=WORD,
    jitter=WORD,
    last_report=WORD,
    delay=WORD,
)
BLOCKS = st.lists(BLOCK, max_size=31).map(tuple)
CNAME = st.text("abcXYZ09+/", max_size=40)
PACKET: st.SearchStrategy[Packet] = st.one_of(
    st.builds(SenderReport, WORD, st.integers(0, 2**64 - 1), WORD, WORD, WORD, BLOCKS),
    st.builds(ReceiverReport, WORD, BLOCKS),
    st.builds(SourceDescription, st.lists(st.tuples(WORD, CNAME), max_size=31).map(tuple)),
    st.builds(Goodbye, st.lists(WORD, max_size=31).map(tuple)),
    st.builds(
        Nack, WORD, WORD, st.lists(SEQUENCE, min_size=1, max_size=60, unique=True).map(sorted).map(tuple)
    ),
    st.builds(PictureLoss, WORD, WORD),
    st.builds(FullIntraRequest, WORD, st.lists(st.tuples(WORD, st.integers(0, 255)), max_size=5).map(tuple)),
    st.builds(
        BitrateEstimate,
        WORD,
        st.integers(0, 2**18 - 1).flatmap(lambda m: st.integers(0, 20).map(lambda e: m << e)),
        st.lists(WORD, max_size=5).map(tuple),
    ),
)


@given(st.lists(PACKET, max_size=4))
def test_what_is_built_is_parsed_again(packets):
    assert parse(build(packets)) == packets


# aiortc pads only the last chunk of an SDES, against RFC 3550 section 6.5: they have a test of their own.
@given(PACKET.filter(lambda packet: not isinstance(packet, SourceDescription)))
def test_aiortc_reads_and_writes_the_same_octets(packet):
    (other,) = reference.RtcpPacket.parse(bytes(packet))
    assert bytes(other) == bytes(packet)


@given(WORD, CNAME)
def test_aiortc_reads_a_cname(ssrc, cname):
    (other,) = reference.RtcpPacket.parse(bytes(SourceDescription(((ssrc, cname),))))
    assert isinstance(other, reference.RtcpSdesPacket)
    assert [(chunk.ssrc, chunk.items) for chunk in other.chunks] == [(ssrc, [(1, cname.encode())])]


def test_aiortc_reads_several_cnames_of_the_length_that_the_worker_uses():
    cnames = ((1, "abcdefghijkl"), (2, "mnopqrstuvwx"))
    (other,) = reference.RtcpPacket.parse(bytes(SourceDescription(cnames)))
    assert isinstance(other, reference.RtcpSdesPacket)
    assert [(chunk.ssrc, chunk.items) for chunk in other.chunks] == [
        (ssrc, [(1, cname.encode())]) for ssrc, cname in cnames
    ]


@given(BLOCK)
def test_aiortc_reads_a_block_as_we_do(block):
    (other,) = reference.RtcpPacket.parse(bytes(ReceiverReport(1, (block,))))
    assert isinstance(other, reference.RtcpRrPacket)
    info = other.reports[0]
    assert (info.ssrc, info.fraction_lost, info.packets_lost) == (
        block.ssrc,
        block.fraction_lost,
        block.packets_lost,
    )
    assert (info.lsr, info.dlsr, info.jitter) == (block.last_report, block.delay, block.jitter)


@given(st.binary(max_size=200))
@example(b"\x80\xc8\x00\x00")
@example(b"\xa0\xc9\x00\x01\x00\x00\x00\x00")
@example(b"\x9f\xca\x00\x01\x00\x00\x00\x01")
def test_anything_may_come(data):
    assert isinstance(parse(data), list)


@given(st.integers(200, 207), st.integers(0, 31), st.binary(max_size=120))
def test_anything_may_come_in_a_well_formed_header(kind, count, body):
    body += bytes(-len(body) % 4)
    header = struct.pack("!BBH", 0x80 | count, kind, len(body) // 4)
    found = parse(header + body + bytes(PictureLoss(1, 2)))
    assert found[-1] == PictureLoss(1, 2)


@given(PACKET, st.data())
def test_a_packet_cut_short_does_not_hide_the_ones_before(packet, data):
    whole = bytes(packet)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert parse(bytes(PictureLoss(7, 8)) + whole[:cut])[0] == PictureLoss(7, 8)


def test_profile_extensions_after_the_blocks_are_ignored():
    body = struct.pack("!LQLLL", 5, 6, 7, 8, 9) + b"extensio"
    header = struct.pack("!BBH", 0x80, 200, len(body) // 4)
    assert parse(header + body) == [SenderReport(5, 6, 7, 8, 9)]


@pytest.mark.parametrize("kind", [204, 207, 192, 255])
def test_unknown_types_are_skipped(kind):
    unknown = struct.pack("!BBHL", 0x81, kind, 1, 5)
    assert parse(unknown + bytes(PictureLoss(1, 2))) == [PictureLoss(1, 2)]


def test_padding_is_removed():
    plain = bytes(PictureLoss(1, 2))
    padded = b"\xa1" + plain[1:2] + struct.pack("!H", 3) + plain[4:] + b"\0\0\0\x04"
    assert parse(padded) == [PictureLoss(1, 2)]


def test_a_lost_count_beyond_24_bits_is_clamped():
    (report,) = parse(bytes(ReceiverReport(1, (ReportBlock(2, 0, 10**9, 0, 0),))))
    assert isinstance(report, ReceiverReport)
    assert report.blocks[0].packets_lost == 0x7FFFFF
