"""When a publisher is asked for a keyframe (PLI, RFC 4585 section 6.3.1).

A request stands while a slot waits for the layer or since a subscriber asked, until a keyframe is counted. Requests
for one layer are at least 500 ms apart; an unanswered one is repeated, faster at first because a lost PLI leaves
somebody with a black picture.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sfu.dataplane.contract import StreamId

APART_S = 0.5
REPEATS_S = (0.25, 0.5, 1.0, 2.0)


@dataclass(slots=True)
class _Request:
    sent_at: float = float("-inf")
    tries: int = 0
    """Since the last keyframe."""
    keyframes: int = 0


class Keyframes:
    """The requests of all layers."""

    def __init__(self) -> None:
        self._requests: dict[StreamId, _Request] = {}
        self._asked: set[StreamId] = set()

    def ask(self, stream: StreamId) -> None:
        """Want a keyframe soon: a subscriber said that it needs one, or a packet is lost for good."""
        self._asked.add(stream)

    def count(self, stream: StreamId, keyframes: int) -> None:
        """Take a layer's count of keyframes: a new one answers what was asked."""
        request = self._requests.get(stream)
        if request is None:
            if keyframes:
                self._requests[stream] = _Request(keyframes=keyframes)
        elif keyframes > request.keyframes:
            request.keyframes = keyframes
            request.tries = 0
            self._asked.discard(stream)

    def due(self, armed: Collection[StreamId], now: float) -> list[StreamId]:
        """List the layers to ask now; they count as asked.

        Args:
            armed: layers that a slot waits for.
            now: monotonic seconds.
        """
        return [stream for stream in (*armed, *self._asked.difference(armed)) if self._is_due(stream, now)]

    def forget(self, stream: StreamId) -> None:
        """The layer is gone."""
        self._requests.pop(stream, None)
        self._asked.discard(stream)

    def _is_due(self, stream: StreamId, now: float) -> bool:
        request = self._requests.setdefault(stream, _Request())
        apart = REPEATS_S[min(request.tries, len(REPEATS_S)) - 1] if request.tries else APART_S
        if now - request.sent_at < apart:
            return False
        request.sent_at = now
        request.tries += 1
        return True
