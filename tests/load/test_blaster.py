"""The lean generator: what it sends, how it judges, its loop on real sockets, and its way through a real worker."""

import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace

import pytest

from load.bench import fan_out
from load.bench.capacity import LEAST, MOST_CPU, carried, next_calls
from load.blaster.blast import blast, prepare
from load.blaster.cost import Cost, measure
from load.blaster.crowd import crowd
from load.blaster.leg import Leg
from load.blaster.outcome import LATE_P99_MS, Generator, Outcome, Sent, Stream, judge
from load.blaster.pattern import CALL, FAN_OUT, JANUS_CALL, Pattern, Source, Track, read_mark
from load.peer import packets
from load.peer.feedback import split
from load.peer.links import Loss
from load.peer.peer import SyntheticPeer
from load.system.sfu import SfuWorker

PICTURE, VOICE = Track(7, 96, "1", "f"), Track(8, 111, "0")
IN_TIME = Generator(seconds=1.0, cpu_share=0.1, late_p99_ms=1.0, unsent=0)
MS = 1_000_000


# --- what is sent


def parsed(source: Source, seconds: float) -> list[tuple[float, packets.Parsed]]:
    return [
        (each.due_s, packets.parse(each.packet, packets.TRANSPORT_WIDE)) for each in source.packets(seconds)
    ]


def test_one_side_of_a_call_is_600_kbit_per_s_and_voice():
    sent = parsed(Source(CALL, PICTURE, VOICE), 2.0)
    pictures = [packet.payload for _, packet in sent if packet.head.ssrc == PICTURE.ssrc]
    voices = [packet.payload for _, packet in sent if packet.head.ssrc == VOICE.ssrc]
    assert (len(pictures), len(voices)) == (180, 100)
    assert sum(map(len, pictures)) * 8 / 2 == pytest.approx(600_000, rel=0.01)
    assert CALL.packets_per_s == 140


def test_packets_are_in_the_order_of_their_transport_wide_numbers():
    sent = parsed(Source(CALL, PICTURE, VOICE), 1.0)
    assert [due_s for due_s, _ in sent] == sorted(due_s for due_s, _ in sent)
    assert [packet.transport_wide for _, packet in sent] == list(range(1, len(sent) + 1))


def test_each_blast_begins_with_a_keyframe_and_another_comes_every_two_seconds():
    source = Source(JANUS_CALL, PICTURE)
    for _ in range(2):
        sent = parsed(source, 4.5)
        assert [due_s for due_s, packet in sent if packets.vp8_picture(packet.payload)[1]] == [0.0, 2.0, 4.0]


def test_numbers_and_time_go_on_from_one_blast_to_the_next():
    source = Source(FAN_OUT, PICTURE)
    heads = [packet.head for _ in range(2) for _, packet in parsed(source, 1.0)]
    assert [head.sequence for head in heads] == list(range(1, 801))
    assert {later.timestamp - head.timestamp for head, later in itertools.pairwise(heads)} == {0, 900}


def test_what_is_sent_is_marked_and_named():
    first, *_, last = Source(CALL, PICTURE, VOICE).packets(1.0)
    assert read_mark(first.packet) == (first.ssrc, first.number)
    assert b"1" in first.packet[12:32]
    assert len(first.packet) > len(last.packet)  # mid and rid are told at the beginning only


def test_reports_come_once_a_second_for_both_streams():
    source = Source(CALL, PICTURE, VOICE)
    compounds = [split(each.packet) for each in source.reports(3.0)]
    assert [[kind for kind, _, _ in compound] for compound in compounds] == [[200, 200, 206]] * 3
    assert not list(Source(JANUS_CALL, PICTURE).reports(3.0))


# --- how it is judged

SENT = {PICTURE.ssrc: Sent(100, [number * 90 for number in range(10)], [number * MS for number in range(10)])}


def stream(*arrivals: tuple[int, float], shift: int = 65_430, clock: int = 5) -> Stream:
    """Give what arrived, as (number, delay in ms), under sequence numbers that wrap."""
    first = arrivals[0][0]
    opened = next(each.packet for each in Source(FAN_OUT, PICTURE).packets(0.5) if each.number == first)
    clear = [
        bytes((0x90, 96))
        + ((number + shift) & 0xFFFF).to_bytes(2)
        + ((number - 100) * 90 + clock).to_bytes(4)
        + bytes((0, 0, 0, 9))
        for number, _ in arrivals
    ]
    return Stream(opened, clear, [int((number - 100 + delay_ms) * MS) for number, delay_ms in arrivals])


def judged(*streams: Stream) -> Outcome:
    return judge(SENT, streams, (0, 8 * MS), IN_TIME)


def test_everything_that_arrives_in_order_is_received():
    outcome = judged(stream(*((number, 2.0) for number in range(100, 110))))
    assert (outcome.sent, outcome.received, outcome.lost) == (8, 8, 0)  # two were sent after the window
    assert (outcome.streams, outcome.disordered, outcome.foreign) == (1, 0, 0)
    assert outcome.delay_p50_ms == outcome.delay_p99_ms == 2.0
    assert outcome.gaps_ms == {PICTURE.ssrc: 1.0}


def test_what_is_missing_is_lost_and_leaves_a_gap():
    outcome = judged(stream(*((number, 2.0) for number in range(100, 108) if number not in (103, 104))))
    assert (outcome.received, outcome.lost) == (6, 2)
    assert outcome.gaps_ms[PICTURE.ssrc] == 3.0


def test_a_stream_that_begins_late_has_lost_its_beginning():
    outcome = judged(stream(*((number, 2.0) for number in range(104, 108))))
    assert (outcome.lost, outcome.gaps_ms[PICTURE.ssrc]) == (4, 4.0)


def test_a_stream_that_ends_early_leaves_a_gap_to_the_end():
    outcome = judged(stream(*((number, 2.0) for number in range(100, 103))))
    assert (outcome.lost, outcome.gaps_ms[PICTURE.ssrc]) == (5, 5.0)


def test_late_and_double_ones_are_counted_as_disordered_and_once_as_received():
    order = [100, 102, 101, 103, 103, 104, 105, 106, 107]
    outcome = judged(stream(*((number, 2.0) for number in order)))
    assert (outcome.received, outcome.lost, outcome.disordered) == (8, 0, 2)


def test_each_receiver_is_counted_by_itself():
    whole = [(number, 2.0) for number in range(100, 108)]
    outcome = judged(stream(*whole), stream(*whole[:4], shift=3))
    assert (outcome.sent, outcome.streams, outcome.received, outcome.lost) == (8, 2, 12, 4)


def test_what_nobody_sent_is_foreign():
    whole = stream(*((number, 2.0) for number in range(100, 108)))
    moved = whole.clear[5][:4] + bytes(4) + whole.clear[5][8:]
    renumbered = Stream(whole.opened, [*whole.clear[:5], moved, *whole.clear[6:]], whole.arrived_ns)
    closed = replace(whole, opened=b"")
    assert judged(renumbered).foreign == 1
    assert (judged(closed).foreign, judged(closed).streams) == (8, 0)


@pytest.mark.parametrize(
    "trouble", [{"cpu_share": 0.9}, {"late_p99_ms": LATE_P99_MS + 0.1}, {"unsent": 1}], ids=str
)
def test_a_run_is_void_when_the_generator_was_late(trouble):
    assert replace(IN_TIME, **trouble).was_late
    assert not IN_TIME.was_late


# --- how many calls a core carries


def cost(core: float = 0.5, delay_ms: float = 2.0, *, complete: bool = True, **counts: int) -> Cost:
    fine = {"streams": 2, "sent": 100, "received": 100, "lost": 0, "disordered": 0, "foreign": 0}
    return Cost(Outcome(IN_TIME, **fine | counts, delays_ms=[delay_ms] * 100, gaps_ms={}), core, complete)


def test_calls_are_carried_while_nothing_is_lost_in_time_and_with_room():
    assert carried(cost())
    for worse in (
        cost(core=MOST_CPU + 0.01),
        cost(delay_ms=10.5),
        cost(lost=1),
        cost(disordered=1),
        cost(complete=False),
    ):
        assert not carried(worse)


def test_what_the_generator_did_not_send_in_time_was_not_carried():
    fine = cost()
    unsent = replace(fine.outcome, generator=replace(IN_TIME, unsent=1))
    assert not carried(replace(fine, outcome=unsent))


def test_one_to_many_is_no_figure_when_somebody_received_nothing_and_says_which_runs_are_void():
    fine = cost()
    late = replace(fine, outcome=replace(fine.outcome, generator=replace(IN_TIME, late_p99_ms=9.0)))
    assert "VOID" not in fan_out.middle([fine, fine, fine]).load
    assert "late in 1 of them: VOID" in fan_out.middle([fine, late, fine]).load
    with pytest.raises(RuntimeError, match="received something"):
        fan_out.middle([fine, cost(complete=False), fine])


def test_the_steps_grow_carefully_until_there_is_little_to_gain():
    assert next_calls(20, None, 0.07) == 40  # never more than twice as many
    assert next_calls(60, None, 0.6) == 66
    assert next_calls(100, None, 0.68) == 0
    assert next_calls(100, None, 0.75) == 0


def test_the_steps_close_in_on_the_first_limit():
    assert next_calls(60, 80, 0.5) == 70
    assert next_calls(0, 20, 0.9) == 10
    assert next_calls(60, 60 + LEAST, 0.5) == 0


# --- the loop, on real sockets


@contextmanager
def legs(count: int) -> Iterator[list[Leg]]:
    """Open legs without SRTP that send to the one after them."""
    with ExitStack() as stack:
        socks = [
            stack.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            for _ in range(count)
        ]
        for sock in socks:
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(0)
        nexts = [*socks[1:], socks[0]]
        yield [
            Leg(sock, to.getsockname(), bytes, bytes, bytes, lambda: b"\x00check")
            for sock, to in zip(socks, nexts, strict=True)
        ]


def test_the_loop_sends_in_time_and_receives_everything():
    pattern, told = Pattern(50, 2, 200), []
    with legs(2) as (publisher, receiver):
        for _ in range(2):  # legs may be used again
            outcome = blast(
                [prepare(publisher, Source(pattern, PICTURE), 0.6)],
                [receiver],
                warm_up_s=0.2,
                measured_s=0.4,
                at_start=lambda: told.append("start"),
                at_end=lambda: told.append("end"),
            )
            assert (outcome.streams, outcome.lost, outcome.disordered, outcome.foreign) == (1, 0, 0, 0)
            assert outcome.received == outcome.sent >= 30
    assert told == ["start", "end"] * 2


def test_checks_are_sent_by_those_who_send_and_by_those_who_only_receive():
    with legs(2) as two, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        publisher, receiver = (replace(leg, to=server.getsockname()) for leg in two)
        blast([prepare(publisher, Source(FAN_OUT, PICTURE), 0.1)], [receiver], warm_up_s=0.0, measured_s=0.1)
        came = []
        with suppress(BlockingIOError):
            while True:
                came.append(server.recvfrom(2048))
    sources = {source for datagram, source in came if datagram == b"\x00check"}
    assert len(sources) == 2


# --- through a real worker


@pytest.mark.processes
async def test_a_call_and_one_to_three_pass_a_real_worker(sfu_worker: SfuWorker):
    async with crowd() as the:
        await the.add_calls(sfu_worker, 1, CALL)
        await the.add_fan_out(sfu_worker, 3, JANUS_CALL)
        assert (len(the.publishers), len(the.receivers), the.streams) == (3, 5, 7)
        for found in [measure(sfu_worker.pid, the, warm_up_s=0.5, measured_s=0.5) for _ in range(2)]:
            outcome = found.outcome
            assert found.complete
            assert (outcome.lost, outcome.disordered, outcome.foreign) == (0, 0, 0)
            assert outcome.received > outcome.sent > 100
            assert 0 < found.cpu_us < 1e6 * found.cpu_s
            assert "0 lost, 0 out of order" in found.told()
        rooms = [await sfu_worker.room(room) for room in ("call-0", "hall-1")]
        assert [len(room.peers) for room in rooms if room] == [2, 4]


@pytest.mark.processes
async def test_calls_that_were_ended_are_neither_sent_nor_expected(sfu_worker: SfuWorker):
    async with crowd() as the:
        await the.add_calls(sfu_worker, 2, CALL)
        await the.end_calls(1, CALL)
        assert (len(the.publishers), len(the.receivers), the.streams) == (2, 2, 4)
        found = measure(sfu_worker.pid, the, warm_up_s=0.5, measured_s=0.2)
        assert found.complete
        assert found.outcome.lost == 0


@pytest.mark.processes
async def test_only_a_connection_by_udp_is_detached(sfu_worker: SfuWorker):
    peer = SyntheticPeer(tcp=True, loss=Loss())
    try:
        with pytest.raises(ConnectionError):
            peer.detach()
        await peer.connect(await sfu_worker.join("room", "peer", peer.offer()))
        with pytest.raises(ConnectionError):
            peer.detach()
    finally:
        await peer.close()
