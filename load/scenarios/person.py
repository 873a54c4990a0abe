"""One person and her page: the part that pupils and volunteers share."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from load.client import Client
from load.scenarios.measuring import FAILURES, CheckFailed, Measuring
from load.steps import Step
from load.thresholds import WITHIN_S

CLASSROOM = "classroom"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person is told."""

    base: str
    token: str
    talk_s: float


class Person(ABC):
    """A page that is open. ``enter``, ``turn`` again and again, ``leave``."""

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        self.measuring = measuring
        """May be replaced between acts."""
        self.plan = plan
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The page; only after ``enter``."""
        if self._client is None:
            raise CheckFailed("not signed in")
        return self._client

    @property
    def view(self) -> dict[str, Any]:
        """The classroom as this person sees it now."""
        return dict(self.client.views.get(CLASSROOM) or {})

    @property
    def id(self) -> str:
        """Her id, as views and logs name her."""
        return str(self.view["me"])

    async def enter(self) -> None:
        """Use the personal link and open the page.

        Raises:
            StepFailed: Something did not work.
        """
        with self.measuring.timed(Step.SIGN_IN) as began:
            self._client = await Client.sign_in(self.plan.base, self.plan.token)
            await self._client.connect()
            if await self._client.open_view(CLASSROOM) is None:
                raise CheckFailed("the classroom is not open to this person")
        await self.arrived(began)

    @abstractmethod
    async def arrived(self, began: float) -> None:
        """Do what follows on entering."""

    @abstractmethod
    async def turn(self) -> bool:
        """Do once what this person is here for, such as a lesson; False when there was nothing to do.

        Raises:
            StepFailed: A step failed, after which the lesson could not go on.
        """

    async def leave(self) -> None:
        """Close the page."""
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

    async def quietly(self, *commands: Any) -> None:  # noqa: ANN401 - any commands
        """Put things back in order after a failure, as far as the server lets us."""
        for command in commands:
            try:
                await self.client.send(command)
            except FAILURES:
                continue
