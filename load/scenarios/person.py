"""One person and her page: the part that everybody shares who signs in."""

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from load.client import Client
from load.scenarios.invitations import Invitations
from load.scenarios.measuring import FAILURES, CheckFailed, Measuring
from load.scenarios.outbox import insist
from load.steps import Step
from load.thresholds import BACK_S, WITHIN_S
from signaling.wire import Command


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person is told.

    Attributes:
        base: ``http://host:port`` of the system.
        token: Of her personal link; empty for guests and visitors.
        talk_s: How long she talks with somebody, in seconds.
        address: Whom the system's limits count, where it trusts the generator as its proxy.
        layer: Size of the picture that she sends: ``f`` 640x480, ``h`` 320x240, ``q`` 160x120.
        decode: Whether frames that come are also decoded.
        invitations: Where citizens and helpers of one driver meet.
    """

    base: str
    token: str
    talk_s: float
    address: str = ""
    layer: str = "f"
    decode: bool = False
    invitations: Invitations = field(default_factory=Invitations)


class Person(ABC):
    """A page that is open. ``enter``, ``turn`` again and again, ``leave``."""

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        self.measuring = measuring
        """May be replaced between acts."""
        self.plan = plan
        self.chance = random.Random(plan.address or plan.token)
        """What she decides; the same in each run for the same person."""
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The page; only after ``enter``."""
        if self._client is None:
            raise CheckFailed("not signed in")
        return self._client

    async def enter(self) -> None:
        """Sign in and open the page.

        Raises:
            StepFailed: Something did not work.
        """
        with self.measuring.timed(Step.SIGN_IN) as began:
            self._client = await self.sign_in()
            await self._client.connect()
            await self.open_page()
        await self.arrived(began)

    async def sign_in(self) -> Client:
        """Open a login, by the personal link unless a person has another way."""
        return await Client.sign_in(self.plan.base, self.plan.token, address=self.plan.address)

    async def turn(self) -> bool:
        """Do once what this person is here for, such as a lesson; False when there was nothing to do.

        Raises:
            StepFailed: A step failed, after which it could not go on.
        """
        self._tell_outages()
        try:
            return await self.take_turn()
        finally:
            self._tell_outages()

    @abstractmethod
    async def open_page(self) -> None:
        """Open the first view.

        Raises:
            CheckFailed: It is not open to this person.
        """

    @abstractmethod
    async def arrived(self, began: float) -> None:
        """Do what follows on entering, which began then (``time.monotonic()``)."""

    @abstractmethod
    async def take_turn(self) -> bool:
        """As ``turn``."""

    async def leave(self) -> None:
        """Close the page."""
        self._tell_outages()
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def see(self, condition: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
        """Wait until the page shows something.

        Raises:
            CheckFailed: It did not in time; ``what`` says what.
        """
        try:
            await self.client.wait_for(condition, within_s)
        except TimeoutError:
            raise CheckFailed(f"not shown within {within_s:.0f} s: {what}") from None

    async def do(self, command: Command) -> dict[str, Any]:
        """Carry out what may be repeated, on whatever connection there is; as ``insist``."""
        client = self.client
        return dict(await insist(lambda: client.send(command), client))

    async def quietly(self, *commands: Any) -> None:  # noqa: ANN401 - any commands
        """Put things back in order after a failure, as far as the server lets us."""
        for command in commands:
            try:
                await self.do(command)
            except FAILURES:
                continue

    def _tell_outages(self) -> None:
        """Report each time without connection once: when it is over, or has lasted too long."""
        outages = self._client.outages if self._client and not self._client.login_ended else []
        for outage in list(outages):
            lasted_s = (outage.until or time.monotonic()) - outage.since
            late = lasted_s > BACK_S
            if outage.until or late:
                outages.remove(outage)
                complaint = f"not up to date within {BACK_S:.0f} s" if late else ""
                self.measuring.check(Step.RECONNECT, lasted_s * 1e3, complaint)
