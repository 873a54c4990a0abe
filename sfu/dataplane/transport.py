"""One peer's SRTP: its keys, where to send, which ssrcs it sends, what arrived from it."""

from typing import TYPE_CHECKING, Protocol

from pylibsrtp import Error

from sfu.dataplane.contract import Address, ExtensionIds, Session, TransportId, TransportReport
from sfu.dataplane.extensions import Block

if TYPE_CHECKING:
    from sfu.dataplane.outlet import Outlet

MAX_PLAIN = 1356
"""What pylibsrtp protects at most."""
MAX_CIPHER = 1500
MAX_SSRCS = 128
"""Authenticated ssrcs remembered per transport: libsrtp keeps a context for each."""
MAX_ARRIVALS = 2000

REFUSALS = {
    "authentication failure": "srtp_authentication",
    "replay check failed (bad index)": "srtp_replay",
    "replay check failed (index too old)": "srtp_old",
}

Header = tuple[int, int, int, int, int]
"""First byte, marker and payload type, sequence, timestamp, ssrc."""


class Source(Protocol):
    """Who takes the packets of one ssrc."""

    def receive(self, header: Header, level: int, payload: bytes) -> None:
        """Take an authenticated packet whose padding is already gone."""
        ...

    def belongs_to(self, stream: object) -> bool:
        """Tell whether the source ends with this stream."""
        ...


class Transport:
    """The keys of one peer and all that belongs to them."""

    __slots__ = (
        "_reported_heard",
        "arrivals",
        "block",
        "destination",
        "extensions",
        "held",
        "id",
        "inbound",
        "last_heard",
        "outbound",
        "outlet",
        "refused",
        "seen",
        "selected",
        "sent_ssrcs",
        "sources",
    )

    def __init__(
        self,
        number: TransportId,
        inbound: Session,
        outbound: Session,
        extensions: ExtensionIds,
        outlet: "Outlet",
    ) -> None:
        self.id = number
        self.inbound = inbound
        self.outbound = outbound
        self.extensions = extensions
        self.block = Block(extensions)
        self.outlet = outlet
        self.selected: Address | None = None
        """Named by ICE."""
        self.held = False
        self.destination: Address | None = None
        """The selected address, None while held."""
        self.sources: dict[int, Source] = {}
        self.seen: set[int] = set()
        self.refused: dict[int, float] = {}
        """Until when an ssrc that the control plane did not want is dropped without asking again."""
        self.sent_ssrcs: set[int] = set()
        """Of all slots that ever were: under the same keys none may start its numbering anew."""
        self.arrivals: list[tuple[int, float]] = []
        self.last_heard = outlet.now
        self._reported_heard = 0.0

    def admits(self, ssrc: int) -> bool:
        """Tell whether libsrtp may see this ssrc; asked before authentication, so it keeps nothing."""
        return ssrc in self.seen or ssrc in self.sources or len(self.seen) < MAX_SSRCS

    def send(self, plain: bytes) -> bool:
        """Protect a packet and send it; tell whether that worked."""
        outlet = self.outlet
        if self.destination is None:
            outlet.dropped["no_destination"] += 1
            return False
        if len(plain) > MAX_PLAIN:
            outlet.dropped["too_big"] += 1
            return False
        try:
            cipher = self.outbound.protect(plain)
        except (Error, ValueError):
            outlet.dropped["protect"] += 1
            return False
        outlet.emit(cipher, self.destination)
        return True

    def send_rtcp(self, plain: bytes) -> None:
        """Protect an RTCP packet and send it."""
        dropped = self.outlet.dropped
        if self.destination is None:
            dropped["no_destination"] += 1
        elif len(plain) > MAX_PLAIN - 4:
            dropped["too_big"] += 1
        else:
            try:
                cipher = self.outbound.protect_rtcp(plain)
            except (Error, ValueError):
                dropped["protect"] += 1
                return
            self.outlet.emit(cipher, self.destination)

    def collect(self) -> TransportReport | None:
        """Report what arrived since the last time, if anything did."""
        if self.last_heard == self._reported_heard and not self.arrivals:
            return None
        self._reported_heard = self.last_heard
        report = TransportReport(self.id, self.last_heard, self.arrivals)
        self.arrivals = []
        return report
