"""The driver: outputs in order, one timer, and a fence around every failure. Both planes are scripted here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
from aiortc import RTCCertificate

from sfu import control as messages
from sfu.control import AnyReply, Drain, Leave, Refused, RoomState
from sfu.core.contract import (
    Answered,
    Apply,
    Commanded,
    Happened,
    Input,
    Measured,
    Output,
    RoomChanged,
    Ticked,
)
from sfu.dataplane.contract import (
    EVERYTHING,
    Address,
    Collected,
    Event,
    Filled,
    Operation,
    Part,
    RemoveStream,
    StreamId,
    TransportId,
    TransportReport,
    UnknownSsrc,
)
from sfu.service import PARTS, Driver, Outlet
from sfu.transports.addresses import plan
from sfu.transports.peers import Peers

LEAVE = Leave(id="1", reply_to="sfu:reply:1", room="r", peer="p")
DONE = messages.Done(id="1")
REMOVE = RemoveStream(StreamId(1))
FILLED = Filled(StreamId(1), 5)


class Script:
    """A control plane that answers by a function, and a data plane that fails on packets named ``bad``."""

    def __init__(self, outputs: Callable[[Input], list[Output]]) -> None:
        self.given: list[Input] = []
        self.applied: list[Operation] = []
        self.forwarded: list[bytes] = []
        self.deadline: float | None = None
        self.changed = asyncio.Event()
        self._outputs = outputs

    def handle(self, given: Input, now: float) -> list[Output]:
        self.given.append(given)
        self.changed.set()
        if isinstance(given, Ticked):
            self.deadline = None
        return self._outputs(given)

    def next_deadline(self) -> float | None:
        return self.deadline

    def rooms(self) -> list[RoomState]:
        return []

    def resolve(self, unknown: UnknownSsrc) -> Sequence[Operation]:
        return []

    def apply(self, operations: Sequence[Operation], now: float) -> list[Event]:
        self.applied += operations
        return [FILLED]

    def receive(self, datagrams: Sequence[tuple[bytes, Address]], now: float) -> list[Event]:
        for data, _ in datagrams:
            if data == b"bad":
                raise RuntimeError("a fault of ours")
            self.forwarded.append(data)
        return []

    def collect(self, now: float, part: Part = EVERYTHING) -> Collected:
        return Collected(transports=[TransportReport(TransportId(1), 7.0, [])])

    async def until(self, kind: type) -> Input:
        async with asyncio.timeout(5):
            while not (found := [given for given in self.given if isinstance(given, kind)]):
                self.changed.clear()
                await self.changed.wait()
        return found[0]


class Desk:
    """What the driver said."""

    def __init__(self) -> None:
        self.replies: list[tuple[AnyReply, str]] = []
        self.shown: list[RoomState] = []
        self.hidden: list[str] = []

    def outlet(self) -> Outlet:
        return Outlet(
            lambda reply, to: self.replies.append((reply, to)), self.shown.append, self.hidden.append
        )


@asynccontextmanager
async def driving(script: Script, desk: Desk) -> AsyncIterator[Driver]:
    driver = Driver(script, desk.outlet())
    peers = Peers(plan(["127.0.0.1"], []), 0, RTCCertificate.generateCertificate(), driver.sink())
    driver.start(script, peers)
    try:
        yield driver
    finally:
        driver.stop()
        await peers.start(tcp=False)
        await peers.stop()


def answers(given: Input) -> list[Output]:
    if isinstance(given, Commanded):
        return [
            Apply((REMOVE,)),
            Answered(DONE, "sfu:reply:1"),
            RoomChanged(RoomState(room="r", worker="w", version=1)),
        ]
    return []


async def test_outputs_are_carried_out_in_order_and_events_come_back():
    script, desk = Script(answers), Desk()
    async with driving(script, desk) as driver:
        driver.commanded(msgspec.msgpack.encode(LEAVE))
        assert script.given == [Commanded(LEAVE), Happened([FILLED])]
        assert script.applied == [REMOVE]
        assert desk.replies == [(DONE, "sfu:reply:1")]
        assert [state.room for state in desk.shown] == ["r"]


async def test_a_repeat_is_answered_without_the_control_plane():
    script, desk = Script(answers), Desk()
    async with driving(script, desk) as driver:
        for _ in range(2):
            driver.commanded(msgspec.msgpack.encode(LEAVE))
        assert script.given.count(Commanded(LEAVE)) == 1
        assert desk.replies == [(DONE, "sfu:reply:1")] * 2


async def test_a_command_on_which_the_control_plane_fails_is_refused():
    def fails(given: Input) -> list[Output]:
        raise RuntimeError("a fault of ours")

    script, desk = Script(fails), Desk()
    async with driving(script, desk) as driver:
        driver.commanded(msgspec.msgpack.encode(LEAVE))
        [(reply, _)] = desk.replies
        assert isinstance(reply, Refused)
        assert driver.failures() == {"control": 1}


async def test_one_bad_packet_does_not_take_its_neighbours_along():
    script = Script(answers)
    async with driving(script, Desk()) as driver:
        driver.sink().media([(b"one", 1), (b"bad", 1), (b"two", 1)], 0.0)
        assert script.forwarded[-1] == b"two"
        assert driver.failures() == {"receive": 2}, "the batch, then the packet alone"


async def test_a_deadline_comes_back_as_a_tick():
    script = Script(answers)
    async with driving(script, Desk()) as driver:
        script.deadline = 0.0
        driver.commanded(msgspec.msgpack.encode(LEAVE))
        await script.until(Ticked)


async def test_collections_tell_who_was_heard():
    script = Script(answers)
    async with driving(script, Desk()):
        measured = await script.until(Measured)
        assert isinstance(measured, Measured)
        assert measured.heard == {TransportId(1): 7.0}


async def test_everybody_has_a_turn_and_not_all_at_once():
    script = Script(answers)
    async with driving(script, Desk()):
        async with asyncio.timeout(5):
            while len(parts := [given.part for given in script.given if isinstance(given, Measured)]) < PARTS:
                script.changed.clear()
                await script.changed.wait()
    assert sorted(parts[:PARTS]) == [(k, PARTS) for k in range(PARTS)]


async def test_the_heartbeat_says_that_the_worker_drains():
    script = Script(answers)
    async with driving(script, Desk()) as driver:
        assert not driver.state("w", 0.0).draining
        driver.commanded(msgspec.msgpack.encode(Drain(id="2", reply_to="sfu:reply:2")))
        state = driver.state("w", 0.0)
        assert state.draining
        assert 0.0 <= state.cpu <= 1.0
