"""The life of a peer's connection, as a table, and the delays after which silence means something.

Theory of operation: a peer is ``new`` until DTLS is done, then ``connected``; ``silent`` when nothing authentic was
heard for a while, and back when it is heard again (RFC 7675 lets a browser be quiet for some seconds); ``closed``
for good. Another join of the same peer makes another connection.
"""

from enum import Enum

SILENT_AFTER_S = 5.0
MEDIA_STOPS_AFTER_S = 10.0
CLOSED_AFTER_S = 90.0
CONNECT_WITHIN_S = 60.0
"""From the join to the end of DTLS."""
SHOWN_CLOSED_S = 60.0
"""How long a closed peer stays in the room, with its slots reserved, so that it may come back to them."""


class Connection(Enum):
    """The states; the values are those of ``PeerState.connection``."""

    NEW = "new"
    CONNECTED = "connected"
    SILENT = "silent"
    CLOSED = "closed"


class Sign(Enum):
    """What happens to a connection."""

    KEYED = "keyed"
    HEARD = "heard"
    QUIET = "quiet"
    GONE = "gone"


TRANSITIONS: dict[tuple[Connection, Sign], Connection] = {
    (Connection.NEW, Sign.KEYED): Connection.CONNECTED,
    (Connection.NEW, Sign.GONE): Connection.CLOSED,
    (Connection.CONNECTED, Sign.HEARD): Connection.CONNECTED,
    (Connection.CONNECTED, Sign.QUIET): Connection.SILENT,
    (Connection.CONNECTED, Sign.GONE): Connection.CLOSED,
    (Connection.SILENT, Sign.HEARD): Connection.CONNECTED,
    (Connection.SILENT, Sign.QUIET): Connection.SILENT,
    (Connection.SILENT, Sign.GONE): Connection.CLOSED,
}


class IllegalTransitionError(Exception):
    """A sign that cannot come in this state: a mistake of ours."""


def after(state: Connection, sign: Sign) -> Connection:
    """Return the next state.

    Raises:
        IllegalTransitionError: the table has no such pair.
    """
    try:
        return TRANSITIONS[state, sign]
    except KeyError:
        raise IllegalTransitionError(f"{sign.value} while {state.value}") from None


def sign_of(silence_s: float) -> Sign:
    """Read how long a keyed connection has been silent."""
    if silence_s >= CLOSED_AFTER_S:
        return Sign.GONE
    return Sign.QUIET if silence_s >= SILENT_AFTER_S else Sign.HEARD
