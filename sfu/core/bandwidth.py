"""What subscribers can take, and the caps that publishers are told (REMB both ways).

Theory of operation. A browser that receives sends REMB: its estimate follows what it receives, so a low figure alone
says nothing (it may be that little was sent). A figure that falls, below what is being sent, says that its network is
full. From then on the figure is a limit, which the browser raises again by itself; after a while without another fall
the limit is lifted, so that a publisher is not held at a rate nobody needs any more.

A publisher is capped to what its subscribers can take: with one layer to the least of them, with several layers to
the best of them, because the others are given a lower layer. Voice and the lowest layer always have their share.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FELL = 0.97
"""libwebrtc sends REMB at once when it falls by more than three per cent."""
LIFTED_AFTER_S = 15.0
STALE_AFTER_S = 10.0
LEAST_BPS = 150_000
UNCAPPED_BPS = 50_000_000
RELEASES = 3
"""How often the lifted cap is told: RTCP may be lost, and browsers keep the last one for ever."""


@dataclass(slots=True)
class Downlink:
    """What one subscriber said."""

    estimate_bps: int | None = None
    heard_at: float = float("-inf")
    limited_at: float = float("-inf")
    sent_bps: float = 0.0
    """What the worker sends to it, kept by the owner."""

    def hear(self, bitrate_bps: int, now: float) -> None:
        """Take a REMB."""
        former = self.estimate_bps if now - self.heard_at <= STALE_AFTER_S else None
        if former is not None and bitrate_bps < FELL * former and bitrate_bps < self.sent_bps:
            self.limited_at = now
        self.estimate_bps = bitrate_bps
        self.heard_at = now

    def limit(self, now: float) -> float | None:
        """Return what it can take in bit/s, None when it does not complain."""
        if self.estimate_bps is None or now - self.heard_at > STALE_AFTER_S:
            return None
        if now - self.limited_at > LIFTED_AFTER_S:
            return None
        return max(LEAST_BPS, self.estimate_bps)


@dataclass(slots=True)
class Cap:
    """What one publisher was told."""

    releases: int = 0

    def due(self, limit_bps: float | None) -> int | None:
        """Return the REMB to send in this second, if any."""
        if limit_bps is not None:
            self.releases = RELEASES
            return int(max(LEAST_BPS, limit_bps))
        if self.releases:
            self.releases -= 1
            return UNCAPPED_BPS
        return None


def combined(limits: Sequence[float | None], *, simulcast: bool) -> float | None:
    """Combine the limits of a publisher's subscribers."""
    known = [limit for limit in limits if limit is not None]
    if simulcast and len(known) < len(limits):
        return None
    if not known:
        return None
    return max(known) if simulcast else min(known)
