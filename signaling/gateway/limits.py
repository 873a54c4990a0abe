"""How often is too often. Pure: the time is passed in.

Limits that must hold across processes (failed sign-ins, guests) are in Redis; see ``sign_in`` and ``guests``. These
hold per process.
"""

from collections import OrderedDict
from dataclasses import dataclass

COMMANDS_PER_S, COMMANDS_BURST = 10.0, 20
"""Of one connection, or of one login over plain HTTP."""
POLLS_PER_S, POLLS_BURST = 5.0, 30
"""Of one login."""
UPLOADS_PER_S, UPLOADS_BURST = 1 / 20, 6
"""Of one login."""
SIGN_INS_PER_S, SIGN_INS_BURST = 10.0, 100
"""Of one address, successes too: a whole school may come at once from one."""
GUESTS_PER_S, GUESTS_BURST = 60 / 600, 20
"""Of one address: a library or a town hall has one for all of its visitors."""
ALL_GUESTS_PER_S, ALL_GUESTS_BURST = 5.0, 100
"""Of all addresses."""
CONNECTIONS_PER_LOGIN = 8
KNOWN_MOST = 20_000
"""Names a set of buckets remembers; the one unused for longest is forgotten first."""


@dataclass(slots=True)
class TokenBucket:
    """Lets ``burst`` acts through at once, and then ``rate_per_s``."""

    rate_per_s: float
    burst: float
    tokens: float
    filled_at: float

    @classmethod
    def full(cls, rate_per_s: float, burst: float, now: float) -> "TokenBucket":
        """Return a bucket from which nothing was taken."""
        return cls(rate_per_s, burst, burst, now)

    def take(self, now: float) -> bool:
        """Take one token; return whether there was one."""
        if self.is_empty(now):
            return False
        self.tokens -= 1.0
        return True

    def is_empty(self, now: float) -> bool:
        """Return whether there is nothing to take."""
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.filled_at) * self.rate_per_s)
        self.filled_at = now
        return self.tokens < 1.0


class Buckets:
    """One bucket for each name, as many as are remembered."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Take one token of this name; return whether there was one."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = TokenBucket.full(self._rate_per_s, self._burst, now)
            if len(self._buckets) > KNOWN_MOST:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        return bucket.take(now)

    def is_empty(self, name: str, now: float) -> bool:
        """Return whether there is nothing to take of this name."""
        bucket = self._buckets.get(name)
        return bucket is not None and bucket.is_empty(now)
