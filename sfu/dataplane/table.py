"""The forwarding table: which transports, streams and slots there are, changed by operations only.

An operation that names something unknown, or takes what is taken, is dropped and counted as ``operation``: the
control plane and the network cross each other's way.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from sfu.dataplane.contract import (
    AddRepair,
    Address,
    AddSlot,
    AddStream,
    BindAddress,
    CloseTransport,
    Connect,
    Disconnect,
    Hold,
    OpenTransport,
    Operation,
    RemoveSlot,
    RemoveStream,
    Retransmit,
    SendRtcp,
    SetDestination,
    SlotId,
    StreamId,
    TransportId,
    UnbindAddress,
)
from sfu.dataplane.numbering import Occupancy
from sfu.dataplane.outlet import Outlet
from sfu.dataplane.slot import Slot
from sfu.dataplane.stream import Repair, Stream
from sfu.dataplane.transport import Transport

FIRST_SEQUENCES = range(32768)
"""libsrtp guesses the rollover counter from the first sequence it sees."""


class Table:
    """Everything that operations make and end."""

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self.addresses: dict[Address, Transport] = {}
        self.transports: dict[TransportId, Transport] = {}
        self.streams: dict[StreamId, Stream] = {}
        self.slots: dict[SlotId, Slot] = {}

    def apply(self, operations: Sequence[Operation]) -> None:
        """Carry out operations in order."""
        for operation in operations:
            if not self.HANDLERS[type(operation)](self, operation):
                self.outlet.dropped["operation"] += 1

    # --- transports: each method tells whether the operation made sense ---------------------------------------

    def _open_transport(self, wanted: OpenTransport) -> bool:
        if wanted.transport in self.transports:
            return False
        self.transports[wanted.transport] = Transport(
            wanted.transport, wanted.inbound, wanted.outbound, wanted.extensions, self.outlet
        )
        return True

    def _bind_address(self, wanted: BindAddress) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None:
            return False
        self.addresses[wanted.address] = transport
        return True

    def _unbind_address(self, wanted: UnbindAddress) -> bool:
        return self.addresses.pop(wanted.address, None) is not None

    def _set_destination(self, wanted: SetDestination) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None:
            return False
        transport.selected = wanted.address
        self._redirect(transport)
        return True

    def _hold(self, wanted: Hold) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None:
            return False
        transport.held = wanted.held
        self._redirect(transport)
        return True

    def _redirect(self, transport: Transport) -> None:
        transport.destination = None if transport.held else transport.selected
        if transport.destination is None:
            for slot in self._slots_of(transport):
                slot.hold()

    def _close_transport(self, wanted: CloseTransport) -> bool:
        transport = self.transports.pop(wanted.transport, None)
        if transport is None:
            return False
        for stream in [s for s in self.streams.values() if s.transport is transport]:
            self._remove_stream(RemoveStream(stream.id))
        for slot in self._slots_of(transport):
            self._remove_slot(RemoveSlot(slot.id))
        self.addresses = {a: t for a, t in self.addresses.items() if t is not transport}
        return True

    def _send_rtcp(self, wanted: SendRtcp) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None:
            return False
        transport.send_rtcp(wanted.packet)
        return True

    # --- streams ------------------------------------------------------------------------------------------------

    def _add_stream(self, wanted: AddStream) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None or wanted.stream in self.streams or wanted.ssrc in transport.sources:
            return False
        stream = Stream(wanted, transport)
        self.streams[wanted.stream] = stream
        transport.sources[wanted.ssrc] = stream
        return True

    def _add_repair(self, wanted: AddRepair) -> bool:
        stream = self.streams.get(wanted.stream)
        if (
            stream is None
            or stream.transport.id != wanted.transport
            or wanted.ssrc in stream.transport.sources
        ):
            return False
        stream.transport.sources[wanted.ssrc] = Repair(stream, wanted.ssrc, wanted.payload_type)
        return True

    def _remove_stream(self, wanted: RemoveStream) -> bool:
        stream = self.streams.pop(wanted.stream, None)
        if stream is None:
            return False
        for slot in self.slots.values():
            slot.forget(stream)
        sources = stream.transport.sources
        for ssrc in [s for s, source in sources.items() if source.belongs_to(stream)]:
            del sources[ssrc]
        return True

    # --- slots --------------------------------------------------------------------------------------------------

    def _add_slot(self, wanted: AddSlot) -> bool:
        transport = self.transports.get(wanted.transport)
        if transport is None or wanted.slot in self.slots:
            return False
        ssrcs = {wanted.ssrc, wanted.rtx_ssrc} - {0}
        usable = wanted.ssrc and wanted.ssrc != wanted.rtx_ssrc and not ssrcs & transport.sent_ssrcs
        if not usable or wanted.first_sequence not in FIRST_SEQUENCES:
            return False
        if wanted.first_rtx_sequence not in FIRST_SEQUENCES:
            return False
        transport.sent_ssrcs |= ssrcs
        self.slots[wanted.slot] = Slot(wanted, transport)
        return True

    def _remove_slot(self, wanted: RemoveSlot) -> bool:
        slot = self.slots.pop(wanted.slot, None)
        if slot is None:
            return False
        slot.retire()
        return True

    def _connect(self, wanted: Connect) -> bool:
        slot, stream = self.slots.get(wanted.slot), self.streams.get(wanted.stream)
        if slot is None or stream is None:
            return False
        slot.connect(Occupancy(stream, wanted.payload_type, wanted.rtx_payload_type))
        return True

    def _disconnect(self, wanted: Disconnect) -> bool:
        slot = self.slots.get(wanted.slot)
        if slot is None:
            return False
        slot.disconnect()
        return True

    def _retransmit(self, wanted: Retransmit) -> bool:
        slot = self.slots.get(wanted.slot)
        if slot is None:
            return False
        for missed in wanted.sequences:
            slot.retransmit(missed)
        return True

    def _slots_of(self, transport: Transport) -> list[Slot]:
        return [slot for slot in self.slots.values() if slot.transport is transport]

    HANDLERS: ClassVar[dict[type[Operation], Callable[[Any, Any], bool]]] = {
        OpenTransport: _open_transport,
        BindAddress: _bind_address,
        UnbindAddress: _unbind_address,
        SetDestination: _set_destination,
        Hold: _hold,
        CloseTransport: _close_transport,
        AddStream: _add_stream,
        AddRepair: _add_repair,
        RemoveStream: _remove_stream,
        AddSlot: _add_slot,
        RemoveSlot: _remove_slot,
        Connect: _connect,
        Disconnect: _disconnect,
        Retransmit: _retransmit,
        SendRtcp: _send_rtcp,
    }
