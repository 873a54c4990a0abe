"""``python -m tests.support.broken_sfu loss``: the real worker with one fault, between its two planes.

What the control plane asks of the data plane, and what this gives back, is changed on the way; ``sfu`` itself
knows nothing of it.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import sfu.__main__ as worker
from sfu.core.rtp import HEADER_SIZE, RTCP_TYPES, payload_bounds
from sfu.dataplane import vp8
from sfu.dataplane.contract import (
    EVERYTHING,
    Address,
    AddSlot,
    AddStream,
    CloseTransport,
    Collected,
    Connect,
    Disconnect,
    Emit,
    Event,
    Media,
    OpenTransport,
    Operation,
    Part,
    Resolve,
    Session,
    SlotId,
    StreamId,
    Switched,
    TransportId,
)
from sfu.dataplane.reference import ReferencePlane

LOSS = 0.02
DELAY_S = 0.05
FREEZE_AFTER_S = 1.0


class Fault:
    """None: everything goes through as it is."""

    def emit(self, emit: Emit) -> Emit:
        """Change how ciphertext is sent."""
        return emit

    def asked(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Change what the data plane is asked."""
        return operations

    def slot_of(self, slot: SlotId) -> SlotId:
        """Say which slot the data plane's words are told about."""
        return slot


class BrokenPlane(ReferencePlane):
    """The data plane behind a fault."""

    def __init__(self, resolve: Resolve, emit: Emit, fault: Fault) -> None:
        super().__init__(lambda unknown: fault.asked(resolve(unknown)), fault.emit(emit))
        self._fault = fault

    def apply(self, operations: Sequence[Operation], now: float) -> list[Event]:
        return self._told(super().apply(self._fault.asked(operations), now))

    def receive(self, datagrams: Sequence[tuple[bytes, Address]], now: float) -> list[Event]:
        return self._told(super().receive(datagrams, now))

    def collect(self, now: float, part: Part = EVERYTHING) -> Collected:
        collected = super().collect(now, part)
        collected.slots = [replace(one, slot=self._fault.slot_of(one.slot)) for one in collected.slots]
        return collected

    def _told(self, events: list[Event]) -> list[Event]:
        return [
            replace(event, slot=self._fault.slot_of(event.slot)) if isinstance(event, Switched) else event
            for event in events
        ]


def is_media(packet: bytes) -> bool:
    return packet[1] not in RTCP_TYPES


class Loss(Fault):
    """Two of a hundred media packets do not go out."""

    def emit(self, emit: Emit) -> Emit:
        chance = random.Random(2)

        def send(packet: bytes, address: Address) -> None:
            if not is_media(packet) or chance.random() >= LOSS:
                emit(packet, address)

        return send


class Delay(Fault):
    """Each media packet goes out 50 ms later."""

    def emit(self, emit: Emit) -> Emit:
        def send(packet: bytes, address: Address) -> None:
            if is_media(packet):
                asyncio.get_running_loop().call_later(DELAY_S, emit, packet, address)
            else:
                emit(packet, address)

        return send


class Freeze(Fault):
    """A second into a call no media go out to a receiver any more; RTCP goes on, and the worker is well."""

    def emit(self, emit: Emit) -> Emit:
        began: dict[Address, float] = {}  # each receiver has an address of her own in each call

        def send(packet: bytes, address: Address) -> None:
            if is_media(packet):
                now = time.monotonic()
                if now - began.setdefault(address, now) > FREEZE_AFTER_S:
                    return
            emit(packet, address)

        return send


class Pictures(Fault):
    """Knows the slots and the streams, for faults of the picture."""

    def __init__(self) -> None:
        self.streams: dict[StreamId, AddStream] = {}
        self.slots: dict[SlotId, AddSlot] = {}
        self.shown: dict[SlotId, Connect] = {}
        """The picture that each slot is to show."""

    def asked(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        return [changed for operation in operations for changed in self._asked(operation)]

    def change(self, operation: Operation) -> Sequence[Operation]:
        """Change one operation, which is noted already."""
        return [operation]

    def _asked(self, operation: Operation) -> Sequence[Operation]:
        match operation:
            case AddStream(stream=stream):
                self.streams[stream] = operation
            case AddSlot(slot=slot):
                self.slots[slot] = operation
            case Connect(slot=slot, stream=stream) if self.streams[stream].media is Media.VP8:
                self.shown[slot] = operation
            case Disconnect(slot=slot):
                self.shown.pop(slot, None)
            case CloseTransport(transport=transport):
                for slot in [slot for slot, added in self.slots.items() if added.transport == transport]:
                    self.shown.pop(slot, None)
            case _:
                pass
        return self.change(operation)


class Swap(Pictures):
    """Of two calls side by side, one person in each gets the picture of the other call."""

    def __init__(self) -> None:
        super().__init__()
        self.swapped: dict[SlotId, SlotId] = {}

    def slot_of(self, slot: SlotId) -> SlotId:
        return self.swapped.get(slot, slot)

    def change(self, operation: Operation) -> Sequence[Operation]:
        if not isinstance(operation, Connect | Disconnect):
            return [operation]
        there = replace(operation, slot=self.slot_of(operation.slot))
        if operation.slot in self.swapped or operation.slot not in self.shown:
            return [there]
        other = next((slot for slot in self.shown if self._may_swap(operation.slot, slot)), None)
        if other is None:
            return [operation]
        self.swapped |= {operation.slot: other, other: operation.slot}
        return [replace(operation, slot=other), replace(self.shown[other], slot=operation.slot)]

    def _may_swap(self, one: SlotId, other: SlotId) -> bool:
        return other not in self.swapped and not self._call(one) & self._call(other)

    def _call(self, slot: SlotId) -> set[TransportId]:
        return {self.slots[slot].transport, self.streams[self.shown[slot].stream].transport}


class WithoutKeyframes:
    """A session whose keyframes claim to be frames like the others."""

    def __init__(self, session: Session, pictures: set[int]) -> None:
        self._session = session
        self._pictures = pictures
        self.unprotect = session.unprotect
        self.protect_rtcp = session.protect_rtcp
        self.unprotect_rtcp = session.unprotect_rtcp

    def protect(self, packet: bytes) -> bytes:
        bounds = payload_bounds(packet)
        if bounds and int.from_bytes(packet[8:HEADER_SIZE], "big") in self._pictures:
            payload = packet[bounds[2] : bounds[3]]
            described = vp8.positions(payload)
            if described and vp8.starts_keyframe(payload):
                at = bounds[2] + described[0]
                packet = packet[:at] + bytes([packet[at] | vp8.INTER_FRAME]) + packet[at + 1 :]
        return self._session.protect(packet)


class NoKeyframe(Pictures):
    """Never sends a keyframe; all else of a picture goes out."""

    def __init__(self) -> None:
        super().__init__()
        self._ssrcs: set[int] = set()

    def change(self, operation: Operation) -> Sequence[Operation]:
        if isinstance(operation, OpenTransport):
            return [replace(operation, outbound=WithoutKeyframes(operation.outbound, self._ssrcs))]
        self._ssrcs |= {self.slots[slot].ssrc for slot in self.shown}
        return [operation]


FAULTS: dict[str, Callable[[], Fault]] = {
    "none": Fault,
    "loss": Loss,
    "delay": Delay,
    "freeze": Freeze,
    "swap": Swap,
    "keyframe": NoKeyframe,
}


def main() -> int:
    fault = FAULTS[sys.argv[1]]()
    vars(worker)["ReferencePlane"] = partial(BrokenPlane, fault=fault)
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
