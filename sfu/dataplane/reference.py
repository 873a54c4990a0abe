"""The reference data plane: forwards RTP between transports as the table says, in Python.

No sockets, no clock, no RTCP parsing, no policy. A second data plane has to agree with this one byte for byte;
tests/sfu/dataplane/oracle.py is a slow one that does. A packet's walk: ``receive`` here, ``Stream.receive``,
``Slot.forward``, ``Transport.send``. Source: RFC 3550, RFC 3711, RFC 5761, RFC 7983.
"""

from collections.abc import Sequence

from pylibsrtp import Error

from sfu.core.rtp import HEADER, HEADER_SIZE, RTCP_TYPES, VERSION_2, payload_bounds, read_extensions
from sfu.dataplane.contract import (
    EVERYTHING,
    Address,
    Collected,
    Emit,
    Event,
    Operation,
    Part,
    Resolve,
    RtcpReceived,
    UnknownSsrc,
)
from sfu.dataplane.extensions import scan
from sfu.dataplane.outlet import Outlet
from sfu.dataplane.table import Table
from sfu.dataplane.transport import MAX_ARRIVALS, MAX_CIPHER, REFUSALS, Header, Source, Transport

ASK_AGAIN = 1.0
"""Seconds for which an unknown ssrc that was not wanted is dropped without asking."""


class ReferencePlane:
    """See ``sfu.dataplane.contract.DataPlane``."""

    def __init__(self, resolve: Resolve, emit: Emit) -> None:
        self._resolve = resolve
        self._outlet = Outlet(emit)
        self._table = Table(self._outlet)

    def apply(self, operations: Sequence[Operation], now: float) -> list[Event]:
        """Change the table, retransmit, send RTCP."""
        events = self._outlet.begin(now)
        self._table.apply(operations)
        return events

    def receive(self, datagrams: Sequence[tuple[bytes, Address]], now: float) -> list[Event]:
        """Forward SRTP and take SRTCP; what is not understood is dropped and counted."""
        outlet = self._outlet
        events = outlet.begin(now)
        for datagram, address in datagrams:
            # Looked up anew each time: resolving may have changed the table.
            transport = self._table.addresses.get(address)
            if transport is None:
                outlet.dropped["unknown_address"] += 1
            elif not HEADER_SIZE <= len(datagram) <= MAX_CIPHER or datagram[0] & 0xC0 != VERSION_2:
                outlet.dropped["not_media"] += 1
            elif datagram[1] in RTCP_TYPES:
                self._receive_rtcp(transport, datagram)
            else:
                self._receive_rtp(transport, datagram)
        return events

    def collect(self, now: float, part: Part = EVERYTHING) -> Collected:
        """Read the counters of a part that changed; its arrivals and audio levels start anew."""
        k, n = part
        table = self._table
        return Collected(
            streams=list(
                filter(None, (one.collect() for one in table.streams.values() if one.transport.id % n == k))
            ),
            slots=list(
                filter(None, (one.collect() for one in table.slots.values() if one.transport.id % n == k))
            ),
            transports=list(
                filter(None, (one.collect() for one in table.transports.values() if one.id % n == k))
            ),
            dropped=self._outlet.dropped.copy(),
        )

    def _receive_rtcp(self, transport: Transport, datagram: bytes) -> None:
        ssrc = int.from_bytes(datagram[4:8], "big")
        if not transport.admits(ssrc):
            self._outlet.dropped["too_many_ssrcs"] += 1
            return
        try:
            packet = transport.inbound.unprotect_rtcp(datagram)
        except (Error, ValueError) as error:
            self._outlet.dropped[REFUSALS.get(str(error), "srtp")] += 1
            return
        transport.seen.add(ssrc)
        transport.last_heard = self._outlet.now
        self._outlet.events.append(RtcpReceived(transport.id, packet))

    def _receive_rtp(self, transport: Transport, datagram: bytes) -> None:
        outlet = self._outlet
        header: Header = HEADER.unpack_from(datagram)
        source = transport.sources.get(header[4])
        if source is None and not transport.admits(header[4]):
            outlet.dropped["too_many_ssrcs"] += 1
            return
        try:
            packet = transport.inbound.unprotect(datagram)
        except (Error, ValueError) as error:
            outlet.dropped[REFUSALS.get(str(error), "srtp")] += 1
            return
        transport.last_heard = outlet.now
        bounds = payload_bounds(packet)
        if bounds is None:
            outlet.dropped["bad_header"] += 1
            return
        extensions, extensions_end, start, end = bounds
        read = scan(packet, extensions, extensions_end, transport.extensions)
        if read is None:
            outlet.dropped["bad_extension"] += 1
            return
        level, transport_wide = read
        if transport_wide >= 0 and len(transport.arrivals) < MAX_ARRIVALS:
            transport.arrivals.append((transport_wide, outlet.now))
        if source is None:
            source = self._ask(transport, header, read_extensions(packet, extensions, extensions_end) or {})
            if source is None:
                outlet.dropped["unknown_ssrc"] += 1
                return
        source.receive(header, level, packet[start:end])

    def _ask(self, transport: Transport, header: Header, extensions: dict[int, bytes]) -> Source | None:
        ssrc, now = header[4], self._outlet.now
        transport.seen.add(ssrc)
        if now < transport.refused.get(ssrc, now):
            return None
        ids = transport.extensions
        mid, rid, repaired_rid = (
            extensions.get(number, b"").decode("ascii", "replace") if number else ""
            for number in (ids.mid, ids.rid, ids.repaired_rid)
        )
        unknown = UnknownSsrc(transport.id, ssrc, header[1] & 0x7F, mid, rid, repaired_rid)
        self._table.apply(self._resolve(unknown))
        source = transport.sources.get(ssrc)
        if source is None:
            transport.refused[ssrc] = now + ASK_AGAIN
        else:
            transport.refused.pop(ssrc, None)
        return source
