"""The driver of one worker: inputs to the control plane, its outputs carried out in order, one timer.

The packets' own path is short: a batch from the sockets goes to the data plane, which sends through ``Peers.emit``;
only the few events it returns come up here.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from sfu import control as messages
from sfu.core.contract import (
    Answered,
    Apply,
    ClosePeer,
    Commanded,
    Control,
    Happened,
    Input,
    Measured,
    OpenPeer,
    Output,
    PeerClosed,
    PeerConnected,
    RenewPeer,
    RoomChanged,
    RoomClosed,
    Ticked,
)
from sfu.dataplane.contract import (
    Address,
    CloseTransport,
    Collected,
    DataPlane,
    Event,
    Operation,
    TransportId,
)
from sfu.intake import Intake
from sfu.transports.peers import Peers, Sink

COLLECT_S = 0.1
PARTS = 2
"""Peers take turns within ``COLLECT_S``: a collection of all of them would hold up every packet meanwhile."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the driver's words go: the registry, or a test's lists."""

    answer: Callable[[messages.AnyReply, str], None]
    show: Callable[[messages.RoomState], None]
    hide: Callable[[str], None]


class Fence:
    """Keeps a failure in one place from taking the worker, with every call on it, down."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.failures = 0

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Swallow an exception; the log is kept short under a flood."""
        if not isinstance(failure, Exception):
            return False
        self.failures += 1
        if self.failures % 100 == 1:
            logger.error("x %s failed (%d so far)", self.where, self.failures, exc_info=failure)
        return True


@dataclass(slots=True)
class Load:
    """What the heartbeat tells of the last two seconds."""

    lag_ms: float = 0.0
    cpu: float = 0.0
    measured_at: float = 0.0
    process_time: float = 0.0

    def sample(self) -> None:
        """Take the processor time since the last sample."""
        now, used = time.monotonic(), time.process_time()
        if self.measured_at:
            self.cpu = min(1.0, (used - self.process_time) / max(1e-3, now - self.measured_at))
        self.measured_at, self.process_time = now, used


class Driver:
    """Ties control plane, data plane and transports together. One loop, one thread, not re-entrant."""

    def __init__(self, control: Control, outlet: Outlet) -> None:
        self._fences = {where: Fence(where) for where in ("control", "output", "receive", "apply", "collect")}
        self.draining = False
        self._control = control
        self._outlet = outlet
        self._intake = Intake()
        self._inputs: deque[Input] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._deadline: float | None = None
        """What the timer is set to."""
        self._collecting: asyncio.TimerHandle | None = None
        self._turn = 0
        self._load = Load()
        self._plane: DataPlane
        self._peers: Peers

    def sink(self) -> Sink:
        """Say where the transports put what they receive."""
        return Sink(self._media, self._apply, self._connected, self._closed)

    def start(self, plane: DataPlane, peers: Peers) -> None:
        """Begin: the parts that need the driver themselves are given here."""
        self._plane, self._peers = plane, peers
        self._load.sample()
        self._schedule_collection()

    def stop(self) -> None:
        """Stop the timers."""
        for timer in (self._timer, self._collecting):
            if timer:
                timer.cancel()

    def commanded(self, item: bytes) -> None:
        """Take one item of the command list."""
        taken = self._intake.take(item, time.monotonic())
        if taken is None:
            return
        if isinstance(taken, tuple):
            self._outlet.answer(*taken)
            return
        self.draining = self.draining or isinstance(taken, messages.Drain)
        self._give(Commanded(taken))

    def failures(self) -> Counter[str]:
        """Count the exceptions that were fenced in, by where they came from."""
        return Counter({fence.where: fence.failures for fence in self._fences.values() if fence.failures})

    def rooms(self) -> list[messages.RoomState]:
        """List all rooms, for the periodic announcement."""
        return self._control.rooms()

    def state(self, worker: str, started_at: float) -> messages.WorkerState:
        """Describe the worker for its heartbeat; processor share and lag start anew."""
        rooms = self._control.rooms()
        self._load.sample()
        lag, self._load.lag_ms = self._load.lag_ms, 0.0
        return messages.WorkerState(
            protocol=messages.PROTOCOL,
            worker=worker,
            rooms=len(rooms),
            peers=sum(len(room.peers) for room in rooms),
            cpu=round(self._load.cpu, 3),
            loop_lag_ms=round(lag, 1),
            draining=self.draining,
            started_at=started_at,
        )

    def _give(self, given: Input) -> None:
        self._inputs.append(given)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inputs:
                self._handle(self._inputs.popleft())
        finally:
            self._busy = False
        self._arm()

    def _handle(self, given: Input) -> None:
        outputs: list[Output] | None = None
        with self._fences["control"]:
            outputs = self._control.handle(given, time.monotonic())
        if outputs is None and isinstance(given, Commanded):
            text = "The worker failed on this command: see its log."
            refused = messages.Refused(id=given.command.id, code="bad_command", text=text)
            self._outlet.answer(refused, given.command.reply_to)
        for output in outputs or ():
            with self._fences["output"]:
                self._carry_out(output)

    def _carry_out(self, output: Output) -> None:
        match output:
            case Apply(operations):
                self._apply(operations)
            case Answered(reply, reply_to):
                self._intake.remember(reply, time.monotonic())
                self._outlet.answer(reply, reply_to)
            case OpenPeer():
                self._peers.open(output)
            case RenewPeer():
                self._peers.renew(output, time.monotonic())
            case ClosePeer(transport):
                self._peers.close(transport)
                self._apply([CloseTransport(transport)])
            case RoomChanged(state):
                self._outlet.show(state)
            case RoomClosed(room):
                self._outlet.hide(room)

    def _media(self, batch: Sequence[tuple[bytes, Address]], now: float) -> None:
        events: Sequence[Event] | None = None
        with self._fences["receive"]:
            events = self._plane.receive(batch, now)
        if events:
            self._give(Happened(events))
        elif events is None and len(batch) > 1:
            # One packet must not take its neighbours along. Those already forwarded are stopped by SRTP's
            # replay window.
            for one in batch:
                self._media([one], now)

    def _apply(self, operations: Sequence[Operation]) -> None:
        with self._fences["apply"]:
            events = self._plane.apply(operations, time.monotonic())
            if events:
                self._give(Happened(events))

    def _connected(self, transport: TransportId) -> None:
        self._give(PeerConnected(transport))

    def _closed(self, transport: TransportId, reason: str) -> None:
        self._apply([CloseTransport(transport)])
        self._give(PeerClosed(transport, reason))

    def _arm(self) -> None:
        deadline = self._control.next_deadline()
        if deadline == self._deadline:
            return
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._deadline = deadline
        if deadline is not None:
            delay = max(0.0, deadline - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = self._deadline = None
        self._give(Ticked())

    def _schedule_collection(self) -> None:
        due = asyncio.get_running_loop().time() + COLLECT_S / PARTS
        self._collecting = asyncio.get_running_loop().call_at(due, self._collect, due)

    def _collect(self, due: float) -> None:
        self._load.lag_ms = max(self._load.lag_ms, (asyncio.get_running_loop().time() - due) * 1000)
        self._schedule_collection()
        self._turn = (self._turn + 1) % PARTS
        part = (self._turn, PARTS)
        with self._fences["collect"]:
            collected = self._plane.collect(time.monotonic(), part)
            self._give(Measured(collected, self._heard(collected), time.time(), part))

    def _heard(self, collected: Collected) -> dict[TransportId, float]:
        heard = self._peers.heard()
        for report in collected.transports:
            if report.last_heard > heard.get(report.transport, 0.0):
                heard[report.transport] = report.last_heard
        return heard
