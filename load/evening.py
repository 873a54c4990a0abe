"""What the users of one Locust process share: the driver, the phase of the run, and the way to personal links."""

from collections import Counter
from contextlib import suppress
from itertools import count
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.env import Environment

from load.dealer import BACK, DEALT, WANTED
from load.driver.messages import Act, Finished, Measured
from load.driver.owner import Driver
from load.links import address
from load.shapes import Phase

PHASE = "phase"
LINK_WITHIN_S = 10.0
TURN_MOST_S = 150.0
"""Who is to go home in the middle of a run ends her turn before."""


class Evening:
    """Make it in a process that has users."""

    def __init__(self, environment: Environment) -> None:
        self.phase = Phase.OPEN
        self._environment = environment
        runner: Any = environment.runner
        self._runner = runner
        self._request: Any = environment.events.request  # its fire has no types
        self._driver = Driver(self.told)
        self._numbers = count(1)
        self._wanted: dict[int, AsyncResult[str | None]] = {}
        self._turns: Counter[str] = Counter()
        for kind, listener in ((DEALT, self._dealt), (PHASE, self._enter_phase)):
            self._runner.register_message(kind, listener)

    def begin(self) -> None:
        """Begin a run."""
        self.phase = Phase.OPEN
        self._environment.stop_timeout = TURN_MOST_S
        if self._driver.has_ended or self._driver.was_cut:
            self._driver.close()
            self._driver = Driver(self.told)
        self._driver.seconds.clear()  # nobody was there

    def cut(self) -> None:
        """End at once what still runs; what that breaks off is no failure."""
        self.phase = Phase.OVER
        self._environment.stop_timeout = 0.0
        self._driver.cut()

    def close(self) -> None:
        """End the driver."""
        self._driver.close()

    def next_number(self) -> int:
        """Give a user her number in this process."""
        return next(self._numbers)

    def address(self, number: int) -> str:
        """Give a user an address that nobody else has, in whichever process."""
        return address(self._runner.worker_index, number)

    def take_link(self, role: str) -> str | None:
        """Ask for the secret of a person whom no other user plays; None when none is left."""
        number = next(self._numbers)
        answer = self._wanted[number] = AsyncResult()
        try:
            self._runner.send_message(WANTED, {"number": number, "role": role})
            secret: str | None = answer.get(timeout=LINK_WITHIN_S)
        except gevent.Timeout:
            return None
        finally:
            del self._wanted[number]
        return secret

    def give_link_back(self, role: str, secret: str) -> None:
        """Let somebody else play her."""
        self._runner.send_message(BACK, {"role": role, "secret": secret})

    def carry_out(self, act: Act, role: str) -> Finished:
        """Have the driver do something.

        Raises:
            DriverEnded: It will not be done.
        """
        finished = self._driver.carry_out(act)
        self._turns[role] += act.act == "turn" and finished.took_place
        return finished

    def told(self, measured: Measured) -> None:
        """Make a request of Locust of a step."""
        self._request.fire(
            request_type=measured.who,
            name=measured.step,
            response_time=measured.value,
            response_length=0,
            exception=RuntimeError(measured.error) if measured.error else None,
            context={},
        )

    def report(self) -> dict[str, Any]:
        """Give what was not reported yet: seconds of the generator, turns that took place."""
        seconds = []
        with suppress(IndexError):
            while True:
                second = self._driver.seconds.popleft()
                seconds.append([second.driver_cpu, second.locust_cpu, second.lag_ms])
        turns, self._turns = dict(self._turns), Counter()
        return {"seconds": seconds, "turns": turns}

    def _dealt(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - Locust's
        if (answer := self._wanted.get(msg.data["number"])) is not None:
            answer.set(msg.data["secret"])

    def _enter_phase(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - Locust's
        self.phase = Phase(msg.data["phase"])
