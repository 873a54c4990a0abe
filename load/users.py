"""Locust's users: each a thin shell around a person in the driver process. gevent only."""

from contextlib import suppress
from itertools import count
from typing import ClassVar

import gevent
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from load.driver.messages import Act, Finished, Measured
from load.driver.owner import DriverEnded
from load.evening import Evening
from load.links import LINKED
from load.shapes import Phase
from load.steps import Step

FAILED_PAUSE_S = 2.0
"""After a turn that failed: a server that is away is not asked a hundred times a second."""
IDLE_S = 0.5
DECODES_EACH = 5
"""Each fifth of a class decodes pictures, the first among them."""
TELEPHONE_EACH = 3
"""Each third sends a small picture."""


class Person(User):
    """A user who plays one person."""

    abstract = True
    evening: ClassVar[Evening]
    asks: ClassVar[bool] = False
    """Begins things. Nobody does when the run is closing; those who answer go on until it is over."""
    pause_s: ClassVar[float] = 0.2
    """Between two turns."""
    _counts: ClassVar[dict[str, "count[int]"]] = {}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.role = self.of_role()
        self.number = self.evening.next_number()
        self.nth = next(self._counts.setdefault(self.role, count()))
        self.secret = ""
        self.entered = False

    @classmethod
    def of_role(cls) -> str:
        """Name the role, as links and steps do."""
        return cls.__name__.lower()

    def wait_time(self) -> float:
        """Seconds between two turns."""
        return self.pause_s

    def on_start(self) -> None:
        """Come in."""
        if self.role in LINKED:
            self.secret = self.evening.take_link(self.role) or ""
            if not self.secret:
                self.fail(Step.SIGN_IN, f"more users than links: no {self.role} is left")
                return
        options = self.environment.parsed_options
        enter = Act(
            act="enter",
            user=self.number,
            role=self.role,
            base=self.host or "",
            token=self.secret,
            address=self.evening.address(self.number),
            talk_s=options.talk if options else 0.0,
            layer="h" if self.nth % TELEPHONE_EACH == TELEPHONE_EACH - 1 else "f",
            decode=self.nth % DECODES_EACH == 0,
        )
        self.entered = self.carry_out(enter).took_place

    def on_stop(self) -> None:
        """Leave, so that others see it."""
        with suppress(StopUser):
            self.carry_out(Act(act="leave", user=self.number))
        if self.secret:
            self.evening.give_link_back(self.role, self.secret)

    @task
    def take_turn(self) -> None:
        """Do once what she is here for."""
        phase = self.evening.phase
        if not self.entered or phase is Phase.OVER:
            raise StopUser
        if self.asks and phase is Phase.CLOSING:
            gevent.sleep(IDLE_S)
        elif self.carry_out(Act(act="turn", user=self.number)).failed:
            gevent.sleep(FAILED_PAUSE_S)

    def carry_out(self, act: Act) -> Finished:
        """Have the driver do something.

        Raises:
            StopUser: It could not be done at all.
        """
        try:
            finished = self.evening.carry_out(act, self.role)
        except DriverEnded as ended:
            finished = Finished(error=str(ended))
        if finished.error:
            self.fail("driver", finished.error)
            raise StopUser
        return finished

    def fail(self, step: str, error: str) -> None:
        """Report what the driver cannot."""
        self.evening.told(Measured(who=self.role, step=step, value=0.0, error=error))


# The weights' sum has no common divisor with 2, 3 or 4 workers, over which Locust deals users in turn: then each
# worker has some of every class.


class Pupil(Person):
    """Asks a question, has a lesson, and asks again."""

    weight: float = 7
    asks = True
    pause_s = 1.0


class Volunteer(Person):
    """Takes what rings."""

    weight: float = 5


class Citizen(Person):
    """Writes to the help, sometimes with somebody who helps, sometimes by video."""

    weight: float = 5
    asks = True
    pause_s = 1.0


class Helper(Person):
    """Comes when a citizen invites somebody."""

    weight: float = 2


class Agent(Person):
    """Takes conversations, several side by side."""

    weight: float = 3


class Visitor(Person):
    """Reads the administration's page, and opens the help now and then."""

    weight: float = 3
    asks = True
    pause_s = 3.0
