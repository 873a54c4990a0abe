"""A small controlling ICE agent (RFC 8445): checks in turn, nominates the first that answers, answers checks itself."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aioice import stun

from sfu.control import Candidate

CHECK_EVERY_S = 0.1
CONSENT_EVERY_S = 2.0
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def draw(length: int) -> str:
    """Draw an ICE credential."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Credentials:
    """One side's ufrag and pwd."""

    ufrag: str
    pwd: str


class IceAgent:
    """Checks until an address answers, then keeps consent (RFC 7675). ``selected`` is where to send."""

    def __init__(self, send: Callable[[bytes, tuple[str, int]], None]) -> None:
        self.local = Credentials(draw(4), draw(22))
        self.selected: tuple[str, int] | None = None
        self.consent_failures = 0
        """Requests in a row that were not answered."""
        self._send = send
        self._remote: Credentials | None = None
        self._addresses: list[tuple[str, int]] = []
        self._pending: dict[bytes, tuple[str, int]] = {}
        self._nominated = asyncio.Event()
        self._tie_breaker = secrets.randbits(64)

    def renew(self) -> Credentials:
        """Draw new credentials of our own for a restart."""
        self.local = Credentials(draw(4), draw(22))
        return self.local

    def start(self, remote: Credentials, candidates: Sequence[Candidate]) -> None:
        """Take the other side's credentials and candidates, best first."""
        self._remote = remote
        ordered = sorted(candidates, key=lambda candidate: -candidate.priority)
        self._addresses = [(candidate.address, candidate.port) for candidate in ordered]
        self._pending.clear()
        self._nominated.clear()

    async def run(self) -> None:
        """Check and nominate, then ask for consent until cancelled."""
        while not self._nominated.is_set():
            for address in self._addresses:
                self._check(address, nominate=False)
            try:
                async with asyncio.timeout(CHECK_EVERY_S):
                    await self._nominated.wait()
            except TimeoutError:
                continue
        while True:
            await asyncio.sleep(CONSENT_EVERY_S)
            if self.selected:
                self.consent_failures += 1
                self._check(self.selected, nominate=False)

    async def nominated(self) -> None:
        """Wait for the first nominated address."""
        await self._nominated.wait()

    def receive(self, datagram: bytes, source: tuple[str, int]) -> None:
        """Take an answer, or a check, which only an agent that is not lite makes."""
        try:
            message = stun.parse_message(datagram)
        except ValueError:
            return
        if message.message_class == stun.Class.REQUEST:
            self._answer(message, source)
            return
        address = self._pending.pop(message.transaction_id or b"", None)
        remote = self._remote
        if address is None or remote is None or message.message_class != stun.Class.RESPONSE:
            return
        if not message.check_message_integrity(remote.pwd.encode()):
            return
        self.consent_failures = 0
        if not self._nominated.is_set():
            self.selected = address
            self._nominated.set()
            self._check(address, nominate=True)

    def check(self) -> bytes:
        """Make a check whose answer nobody here waits for.

        Raises:
            ConnectionError: The other side is not known yet.
        """
        return bytes(self._request(nominate=False))

    def _answer(self, request: stun.Message, source: tuple[str, int]) -> None:
        key = self.local.pwd.encode()
        if not request.check_message_integrity(key):
            return
        response = stun.Message(
            stun.Method.BINDING,
            stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
            attributes={"XOR-MAPPED-ADDRESS": source},
        )
        response.add_message_integrity(key)
        self._send(bytes(response), source)

    def _check(self, address: tuple[str, int], *, nominate: bool) -> None:
        request = self._request(nominate=nominate)
        if len(self._pending) > 100:
            self._pending.clear()
        self._pending[request.transaction_id] = address
        self._send(bytes(request), address)

    def _request(self, *, nominate: bool) -> stun.Message:
        if self._remote is None:
            raise ConnectionError("checks begin with start")
        attributes: dict[str, object] = {
            "USERNAME": f"{self._remote.ufrag}:{self.local.ufrag}",
            "PRIORITY": 0x6E7F00FF,
            "ICE-CONTROLLING": self._tie_breaker,
        }
        if nominate:
            attributes["USE-CANDIDATE"] = None
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        request.add_message_integrity(self._remote.pwd.encode())
        return request
