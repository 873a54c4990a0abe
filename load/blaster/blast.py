"""The loop that sends what is due and takes what comes, outside of asyncio and without looking into anything."""

import gc
import selectors
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from statistics import quantiles

import pylibsrtp

from load.blaster.leg import Leg
from load.blaster.outcome import Generator, Outcome, Sent, Stream, judge
from load.blaster.pattern import Planned, Source
from load.peer.links import arrival_ns

TICK_S = 0.001
DRAIN_EVERY = 4
"""Ticks. The kernel notes arrivals, so nothing is gained by looking more often."""
AFTERWARDS_S = 0.4
"""What comes so long after the last packet was sent still counts as received."""
CHECK_EVERY_S = 4.0
QUIET_S = 0.1
LEFT_OVER_S = 3.0
"""At most so long an overloaded server may still send what it was given before."""
DATAGRAM, NOTES = 2048, 64


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publisher's leg will send."""

    leg: Leg
    planned: Sequence[Planned]
    """SRTP in place of RTP, SRTCP in place of RTCP."""


def prepare(leg: Leg, source: Source, seconds: float) -> Publication:
    """Encrypt everything that a source sends in a blast of so many seconds."""
    planned = [replace(each, packet=leg.protect_rtcp(each.packet)) for each in source.reports(seconds)]
    planned += [replace(each, packet=leg.protect(each.packet)) for each in source.packets(seconds)]
    return Publication(leg, planned)


def nothing() -> None:
    """Do nothing at a callback."""


def blast(
    publications: Sequence[Publication],
    receivers: Sequence[Leg],
    *,
    warm_up_s: float,
    measured_s: float,
    at_start: Callable[[], None] = nothing,
    at_end: Callable[[], None] = nothing,
) -> Outcome:
    """Send everything at its time and take what comes; blocks for both spans and a little more.

    Args:
        publications: As ``prepare`` gave them, for as many seconds as both spans together.
        receivers: Legs that are read; publishers may be among them.
        warm_up_s: Not measured: streams begin in it.
        measured_s: Measured.
        at_start: Called when the measured part begins, for instance to read the server's CPU time.
        at_end: Called when it ends. Both should take less than a millisecond.
    """
    legs = list({id(leg): leg for leg in (*receivers, *(each.leg for each in publications))}.values())
    with _Loop(publications, legs) as loop, _undisturbed():
        loop.check_all()
        loop.run(0.0, warm_up_s)
        at_start()
        window_ns, generator = loop.measure(warm_up_s, warm_up_s + measured_s)
        at_end()
        loop.drain_for(AFTERWARDS_S)
        return judge(loop.sent(), loop.streams(), window_ns, generator)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the collector of cycles away: it would look at a million packets, and there are no cycles."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(slots=True)
class _Shot:
    leg: Leg
    planned: Planned
    sent_ns: int = 0


@dataclass(slots=True)
class _Ear:
    """What one leg receives."""

    leg: Leg
    firsts: dict[bytes, bytes] = field(default_factory=dict)
    """The first packet of each ssrc, encrypted."""
    clear: list[bytes] = field(default_factory=list)
    arrived_ns: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        self.firsts.clear()
        self.clear.clear()
        self.arrived_ns.clear()


class _Loop:
    """One blast."""

    def __init__(self, publications: Sequence[Publication], legs: Sequence[Leg]) -> None:
        self._legs = legs
        self._shots = sorted(
            (_Shot(each.leg, planned) for each in publications for planned in each.planned),
            key=lambda shot: shot.planned.due_s,
        )
        self._next = 0
        self._ears = [_Ear(leg) for leg in legs]
        self._selector = selectors.DefaultSelector()
        for ear in self._ears:
            self._selector.register(ear.leg.sock, selectors.EVENT_READ, ear)
        # One after the other: to make a check takes a tenth of a millisecond.
        self._checks_due_s = [CHECK_EVERY_S * (1 + place / len(legs)) for place in range(len(legs))]
        self._late_ms: list[float] = []
        self._unsent = 0
        self._began = time.monotonic()

    def __enter__(self) -> "_Loop":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()

    def check_all(self) -> None:
        """Ask for consent on all legs, which may have been idle; forget what comes from a former blast; begin."""
        for leg in self._legs:
            self._send(leg, leg.check())
        ends = time.monotonic() + LEFT_OVER_S
        while self._drain(QUIET_S) and time.monotonic() < ends:
            for ear in self._ears:
                ear.forget()
        self._began = time.monotonic()

    def measure(self, from_s: float, until_s: float) -> tuple[tuple[int, int], Generator]:
        """Run, and tell how the generator did."""
        self._late_ms.clear()
        self._unsent = 0
        began, cpu, began_ns = time.monotonic(), time.process_time(), time.time_ns()
        self.run(from_s, until_s)
        ended_ns, seconds = time.time_ns(), time.monotonic() - began
        share = (time.process_time() - cpu) / seconds
        late_ms = quantiles(self._late_ms, n=100)[98] if len(self._late_ms) > 1 else 0.0
        return (began_ns, ended_ns), Generator(seconds, share, late_ms, self._unsent)

    def run(self, from_s: float, until_s: float) -> None:
        """Send what is due in this span, and read."""
        for tick in count():
            due_s = from_s + tick * TICK_S
            now_s = time.monotonic() - self._began
            if now_s >= until_s:
                return
            if now_s < due_s:
                time.sleep(due_s - now_s)
            self._send_due()
            if tick % DRAIN_EVERY == 0:
                self._drain(0)
                self._check_due()

    def drain_for(self, seconds: float) -> None:
        """Only read."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._drain(left)

    def sent(self) -> dict[int, Sent]:
        """Tell what was sent, by ssrc."""
        found: dict[int, list[_Shot]] = {}
        for shot in self._shots:
            if shot.planned.ssrc:
                found.setdefault(shot.planned.ssrc, []).append(shot)
        return {
            ssrc: Sent(
                shots[0].planned.number,
                [int.from_bytes(shot.planned.packet[4:8]) for shot in shots],
                [shot.sent_ns for shot in shots],
            )
            for ssrc, shots in found.items()
        }

    def streams(self) -> Iterable[Stream]:
        """Tell what came."""
        for ear in self._ears:
            streams = {ssrc: Stream(_open(ear.leg, packet)) for ssrc, packet in ear.firsts.items()}
            for clear, arrived_ns in zip(ear.clear, ear.arrived_ns, strict=True):
                stream = streams[clear[8:]]
                stream.clear.append(clear)
                stream.arrived_ns.append(arrived_ns)
            yield from streams.values()

    def _send_due(self) -> None:
        shots, now_s = self._shots, time.monotonic() - self._began
        place = self._next
        while place < len(shots) and (late_s := now_s - shots[place].planned.due_s) >= 0:
            shot = shots[place]
            shot.sent_ns = time.time_ns()
            try:
                shot.leg.sock.sendto(shot.planned.packet, shot.leg.to)
            except OSError:
                shot.sent_ns = 0
                self._unsent += 1
            self._late_ms.append(late_s * 1e3)
            place += 1
        self._next = place

    def _check_due(self) -> None:
        now_s = time.monotonic() - self._began
        for place, due_s in enumerate(self._checks_due_s):
            if now_s >= due_s:
                self._checks_due_s[place] += CHECK_EVERY_S
                self._send(self._legs[place], self._legs[place].check())

    def _drain(self, timeout_s: float) -> bool:
        """Read what is there; tell whether anything came in time."""
        ready = self._selector.select(timeout_s)
        for key, _ in ready:
            ear: _Ear = key.data
            receive = ear.leg.sock.recvmsg
            with suppress(OSError):
                while True:
                    data, notes, _, _ = receive(DATAGRAM, NOTES)
                    if len(data) < 12 or data[0] < 128 or 192 <= data[1] <= 223:
                        continue  # STUN, DTLS, RTCP
                    clear = data[:12]
                    ear.clear.append(clear)
                    ear.arrived_ns.append(arrival_ns(notes))
                    if clear[8:] not in ear.firsts:
                        ear.firsts[clear[8:]] = data
        return bool(ready)

    def _send(self, leg: Leg, data: bytes) -> None:
        with suppress(OSError):
            leg.sock.sendto(data, leg.to)


def _open(leg: Leg, packet: bytes) -> bytes:
    try:
        return leg.unprotect(packet)
    except (pylibsrtp.Error, ValueError):
        return b""
