"""The worker's side of ICE for all peers on its ports: a lite agent (RFC 8445), STUN by RFC 8489. No I/O.

A datagram, where it came from and the time go in; a list of effects comes out, to be carried out in order.

Rules:

- The user name is looked up before any HMAC, and a stranger is never answered: an unknown user name costs one
  walk over the attributes and a dictionary look-up, which is what dropping a packet costs anyway.
- An address belongs to a peer once a signed request came from it; media goes to it only after USE-CANDIDATE.
- After a restart the former credentials are accepted for a minute beside the new ones (RFC 8445 section 9).
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from aioice import stun

from sfu.core.contract import Credentials
from sfu.dataplane.contract import Address, TransportId

MAX_ADDRESSES = 8
"""Validated addresses of one peer; the one heard longest ago makes place."""
FORMER_CREDENTIALS_S = 60.0
MAX_CREDENTIALS = 4
"""Pairs accepted for one peer at the same time, whatever it restarts."""
MAX_FORGERIES_PER_S = 50
"""Wrong signatures for one peer within a second before its requests are only taken from addresses it has."""

_HEADER = struct.Struct("!HHI")
_ATTRIBUTE = struct.Struct("!HH")
_BINDING_REQUEST = 0x0001
_USERNAME = 0x0006


@dataclass(frozen=True, slots=True)
class Respond:
    """Send these bytes to where the request came from."""

    datagram: bytes
    address: Address


@dataclass(frozen=True, slots=True)
class Validated:
    """The address belongs to the peer from now on."""

    transport: TransportId
    address: Address


@dataclass(frozen=True, slots=True)
class Selected:
    """The peer named this address with USE-CANDIDATE, or lost the one it had named (None)."""

    transport: TransportId
    address: Address | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The address belongs to nobody any more."""

    address: Address


Effect = Respond | Validated | Selected | Forgotten


@dataclass(slots=True)
class _Agent:
    """One peer, as ICE sees it."""

    transport: TransportId
    usernames: dict[bytes, float | None] = field(default_factory=dict)
    """Accepted ``ours:theirs`` and when each ends; None for the present one."""
    addresses: dict[Address, None] = field(default_factory=dict)
    """In order of the last valid request."""
    selected: Address | None = None
    heard: float | None = None
    forgeries: int = 0
    forgeries_since: float = 0.0


class IceLite:
    """All agents of one worker."""

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self._agents: dict[TransportId, _Agent] = {}
        self._accepted: dict[bytes, tuple[_Agent, bytes]] = {}
        self._owners: dict[Address, _Agent] = {}

    def open(self, transport: TransportId, local: Credentials, remote: Credentials) -> None:
        """Accept requests signed with ``local`` for a new peer."""
        self._agents[transport] = agent = _Agent(transport)
        self._accept(agent, local, remote)

    def renew(self, transport: TransportId, local: Credentials, remote: Credentials, now: float) -> None:
        """Restart: accept new credentials, and the former ones for another minute."""
        agent = self._agents.get(transport)
        if agent is None:
            return
        for username, ends in list(agent.usernames.items()):
            if ends is None:
                agent.usernames[username] = now + FORMER_CREDENTIALS_S
            elif now > ends or len(agent.usernames) >= MAX_CREDENTIALS:
                del agent.usernames[username], self._accepted[username]
        self._accept(agent, local, remote)

    def close(self, transport: TransportId) -> list[Effect]:
        """Forget a peer and its addresses."""
        agent = self._agents.pop(transport, None)
        if agent is None:
            return []
        for username in agent.usernames:
            del self._accepted[username]
        return [effect for address in list(agent.addresses) for effect in self.forget(address)]

    def forget(self, address: Address) -> list[Effect]:
        """Take an address from its owner: its TCP connection ended, or somebody else proved to be there."""
        agent = self._owners.pop(address, None)
        if agent is None:
            return []
        del agent.addresses[address]
        effects: list[Effect] = [Forgotten(address)]
        if agent.selected == address:
            agent.selected = None
            effects.append(Selected(agent.transport, None))
        return effects

    def owner(self, address: Address) -> TransportId | None:
        """Name the peer that this address belongs to."""
        agent = self._owners.get(address)
        return agent.transport if agent else None

    def heard(self, transport: TransportId) -> float | None:
        """Tell when the last valid request of a peer came, in monotonic seconds."""
        agent = self._agents.get(transport)
        return agent.heard if agent else None

    def selected(self, transport: TransportId) -> Address | None:
        """Name the address that the peer chose."""
        agent = self._agents.get(transport)
        return agent.selected if agent else None

    def addresses(self, transport: TransportId) -> tuple[Address, ...]:
        """Name all addresses of a peer."""
        agent = self._agents.get(transport)
        return tuple(agent.addresses) if agent else ()

    def receive(self, datagram: bytes, address: Address, source: tuple[str, int], now: float) -> list[Effect]:
        """Take what looks like STUN.

        Args:
            datagram: As received.
            address: Where an answer goes.
            source: IP address and port of the sender, told to it as XOR-MAPPED-ADDRESS.
            now: Monotonic seconds.
        """
        accepted = self._known(datagram, now)
        if accepted is None:
            return self._drop("stun_unknown")
        agent, password = accepted
        own = address in agent.addresses
        if not own and agent.forgeries >= MAX_FORGERIES_PER_S and now < agent.forgeries_since + 1.0:
            return self._drop("stun_limited")
        request = parse(datagram)
        if request is None:
            return self._drop("stun_malformed")
        if not request.check_message_integrity(password):
            self._count_forgery(agent, now)
            return self._drop("stun_forged")
        if "ICE-CONTROLLED" in request.attributes:
            # RFC 8445 section 7.3.1.1: a lite agent cannot take the other role, so the peer has to.
            return [Respond(_refusal(request, password), address)]
        agent.heard = now
        return self._accept_request(agent, address, request, _success(request, source, password))

    def _accept(self, agent: _Agent, local: Credentials, remote: Credentials) -> None:
        username = f"{local.ufrag}:{remote.ufrag}".encode()
        agent.usernames[username] = None
        self._accepted[username] = (agent, local.pwd.encode())

    def _known(self, datagram: bytes, now: float) -> tuple[_Agent, bytes] | None:
        username = username_of(datagram)
        accepted = self._accepted.get(username) if username else None
        if accepted is None or username is None:
            return None
        ends = accepted[0].usernames[username]
        if ends is not None and now > ends:
            del self._accepted[username], accepted[0].usernames[username]
            return None
        return accepted

    def _accept_request(
        self, agent: _Agent, address: Address, request: stun.Message, response: bytes
    ) -> list[Effect]:
        effects: list[Effect] = []
        if address in agent.addresses:
            agent.addresses[address] = agent.addresses.pop(address)
        else:
            effects += self.forget(address)
            if len(agent.addresses) >= MAX_ADDRESSES:
                effects += self.forget(next(known for known in agent.addresses if known != agent.selected))
            agent.addresses[address] = None
            self._owners[address] = agent
            effects.append(Validated(agent.transport, address))
        if "USE-CANDIDATE" in request.attributes and agent.selected != address:
            agent.selected = address
            effects.append(Selected(agent.transport, address))
        effects.append(Respond(response, address))
        return effects

    def _count_forgery(self, agent: _Agent, now: float) -> None:
        if now >= agent.forgeries_since + 1.0:
            agent.forgeries, agent.forgeries_since = 0, now
        agent.forgeries += 1

    def _drop(self, reason: str) -> list[Effect]:
        self.dropped[reason] += 1
        return []


def username_of(datagram: bytes) -> bytes | None:
    """Find the USERNAME of a binding request, or None where it is anything else (RFC 8489 section 5)."""
    if len(datagram) < stun.HEADER_LENGTH:
        return None
    kind, length, cookie = _HEADER.unpack_from(datagram)
    if kind != _BINDING_REQUEST or cookie != stun.COOKIE or length != len(datagram) - stun.HEADER_LENGTH:
        return None
    for name, value in _attributes(datagram):
        if name == _USERNAME:
            return value
    return None


def parse(datagram: bytes) -> stun.Message | None:
    """Read a connectivity check, which always ends with FINGERPRINT (RFC 8445 section 7.1)."""
    try:
        request = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    return request if "FINGERPRINT" in request.attributes else None


def _attributes(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    position = stun.HEADER_LENGTH
    while position <= len(datagram) - 4:
        name, length = _ATTRIBUTE.unpack_from(datagram, position)
        yield name, datagram[position + 4 : position + 4 + length]
        position += 4 + length + -length % 4


def _success(request: stun.Message, source: tuple[str, int], password: bytes) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": source},
    )
    response.add_message_integrity(password)
    return bytes(response)


def _refusal(request: stun.Message, password: bytes) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": (487, "Role Conflict")},
    )
    response.add_message_integrity(password)
    return bytes(response)
