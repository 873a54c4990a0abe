"""Our worker and Debian's Janus get the same packets, and what is said about it is what was measured."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from load.bench.__main__ import run
from load.bench.figure import Benchmark, Figure, HinderedError
from load.blaster.cost import Cost
from load.blaster.outcome import Generator, judge
from load.janus import namespace, rooms
from load.janus.comparison import CASES, DEFAULT, NAMES, OURS, TUNED, Measured, figures
from load.peer import sdp
from load.peer.ice import Credentials, IceAgent
from sfu.control import Candidate, Fingerprint, Offer

ROOT = Path(__file__).parents[2]
HERE, THERE = ("192.0.2.1", 4000), ("192.0.2.2", 5000)
JANUS_OFFER = """v=0
o=- 1795387416325828 1 IN IP4 127.0.0.1
s=VideoRoom 1
t=0 0
a=group:BUNDLE 0
a=ice-options:trickle
a=fingerprint:sha-256 F0:7C:AE:5F
a=extmap-allow-mixed
a=msid-semantic: WMS *
a=ice-lite
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 127.0.0.1
a=sendonly
a=mid:0
a=rtcp-mux
a=ice-ufrag:BiX3
a=ice-pwd:Z3drN1qLglvFhbSeZyB7fR
a=ice-options:trickle
a=setup:actpass
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=ssrc-group:FID 3423364875 3947649445
a=msid:janus janus0
a=ssrc:3423364875 cname:janus
a=candidate:1 1 udp 2015363327 10.213.0.1 47109 typ host
a=end-of-candidates
"""
"""As 1.1.2 wrote it to a subscriber, shortened."""


@pytest.mark.janus
@pytest.mark.processes
def test_each_server_carries_all_packets_and_no_interface_is_left():
    hindrance = namespace.hindrance()
    if hindrance:
        pytest.skip(hindrance)
    before = socket.if_nameindex()
    command = namespace.inside([sys.executable, "-m", "tests.support.few_rooms"])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["figure"] for each in told] == [
        each.format("forward_cpu_us.2to2") for each in (OURS, DEFAULT, TUNED)
    ]
    assert ["Janus" in each["name"] for each in told] == [False, True, True]
    for each in told:
        assert each["received"] == 2 * each["sent"] > 300, each
        assert each["strange"] == 0, each
        assert 1 < each["cpu_us"] < 10_000, each
    assert socket.if_nameindex() == before


def test_a_namespace_is_not_set_up_around_somebody_else():
    with pytest.raises(RuntimeError, match="no network namespace of its own"):
        namespace.set_up()


def test_who_is_not_root_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert namespace.hindrance() == "a network namespace needs Linux and root"


def _cost(cpu_us: float, *, late_ms: float = 1.0) -> Cost:
    generator = Generator(seconds=4.0, cpu_share=0.1, late_p99_ms=late_ms, unsent=0)
    outcome = replace(judge({}, [], (0, 1), generator), received=32_000, delays_ms=[0.5] * 100)
    return Cost(outcome, cpu_us * 32_000 / 1e6, complete=True)


def test_the_figure_is_the_median_and_ours_tells_its_ratio_to_the_better_janus():
    measured = {
        OURS: Measured("our worker", [_cost(9), _cost(30), _cost(12)]),
        DEFAULT: Measured("Janus", [_cost(18), _cost(18), _cost(18)]),
        TUNED: Measured("Janus, tuned", [_cost(10), _cost(10), _cost(200)]),
    }
    told = {each.figure: each for each in figures(CASES[1], measured, "a quiet machine")}
    assert list(told) == [name for name in NAMES if "1to20" in name]
    ours = told["ours.forward_cpu_us.1to20"]
    assert ours.value == pytest.approx(12)
    assert "1.20 of the better Janus, the mark is at most 1.00" in ours.load
    assert "[9.0..30.0]" in ours.load
    assert told["janus.forward_cpu_us.1to20.tuned"].value == pytest.approx(10)
    assert "VOID" not in "".join(each.load for each in told.values())


def test_one_late_run_of_the_generator_makes_the_figure_void():
    assert "VOID" in Measured("our worker", [_cost(9), _cost(9), _cost(10, late_ms=50.0)]).told()


def test_figures_that_belong_together_are_all_printed_and_a_hindrance_is_one_sentence(
    capsys: pytest.CaptureFixture[str],
):
    async def measured() -> list[Figure]:
        return [Figure("janus.x", 1.0, "us", "none"), Figure("ours.x", 2.0, "us", "none")]

    async def hindered() -> list[Figure]:
        raise HinderedError("needs a parrot")

    names = ("janus.x", "ours.x")
    together, apart = Benchmark(names, measured, together=True), Benchmark(names, measured)
    assert run([together], "janus") == 0
    assert [json.loads(line)["figure"] for line in capsys.readouterr().out.splitlines()] == [
        "janus.x",
        "ours.x",
    ]
    assert run([Benchmark(names, hindered), apart], "janus") == 1
    shown = capsys.readouterr()
    assert shown.err == "needs a parrot\n"
    assert [json.loads(line)["figure"] for line in shown.out.splitlines()] == ["janus.x"]


def test_janus_is_answered_without_candidates_as_a_dtls_client():
    offered = sdp.read_answer(JANUS_OFFER)
    section = rooms.receiving(offered.sections[0])
    fingerprint = Fingerprint(algorithm="sha-256", value="AB")
    text = rooms.write(Offer(ice_ufrag="u", ice_pwd="p", fingerprints=(fingerprint,), sections=(section,)))
    lines = text.splitlines()
    for line in ("a=mid:0", "a=recvonly", "a=setup:active", "a=end-of-candidates", "a=fmtp:97 apt=96"):
        assert line in lines
    assert [line for line in lines if line.startswith("a=extmap:")] == [
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    ]
    assert "trickle" not in text
    assert offered.candidates == (
        Candidate(protocol="udp", address="10.213.0.1", port=47109, priority=2015363327, foundation="1"),
    )


def test_a_publisher_announces_its_ssrcs():
    lines = rooms.write(
        Offer(ice_ufrag="u", ice_pwd="p", fingerprints=(), sections=(rooms.sending(7, 8),))
    ).splitlines()
    assert "a=ssrc-group:FID 7 8" in lines
    assert "a=sendonly" in lines


async def test_an_agent_answers_the_checks_of_another_that_is_not_lite():
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        here: IceAgent = IceAgent(lambda datagram, _to: there.receive(datagram, HERE))
        there: IceAgent = IceAgent(lambda datagram, _to: here.receive(datagram, THERE))
        candidate = Candidate(protocol="udp", address=THERE[0], port=THERE[1], priority=1, foundation="1")
        here.start(there.local, [candidate])
        checking = tasks.create_task(here.run())
        await here.nominated()
        checking.cancel()
    assert here.selected == THERE


async def test_a_check_with_another_password_is_not_answered():
    sent: list[bytes] = []
    here = IceAgent(lambda datagram, _to: sent.append(datagram))
    there = IceAgent(lambda datagram, _to: sent.append(datagram))
    there.start(Credentials(here.local.ufrag, "another password than is right"), [])
    here.receive(there.check(), THERE)
    assert sent == []
    there.start(here.local, [])
    here.receive(there.check(), THERE)
    assert len(sent) == 1
