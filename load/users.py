"""Locust's users: pupils and volunteers, each a thin shell around a person in the driver process. gevent only."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import gevent
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from load.driver.owner import Driver, DriverEnded, Finished, Measured
from load.steps import Step

LINK = re.compile(r"\b(pupil|volunteer)\b.*/entrer#([\w-]+)")
PAUSE_S = 0.2

Links = dict[str, list[str]]
"""Role to secrets."""


class BadRun(Exception):  # noqa: N818 - a sentence for the operator
    """The run cannot begin."""


def read_links(text: str) -> Links:
    """Read personal links: what ``signaling.admin seed`` or ``make run`` printed, a person a line.

    Returns:
        Role to secrets, in the order of the lines.
    """
    found: Links = {"pupil": [], "volunteer": []}
    for match in map(LINK.search, text.splitlines()):
        if match and match[2] not in found[match[1]]:
            found[match[1]].append(match[2])
    return found


def open_links(path: str) -> Links:
    """Read the file of links.

    Raises:
        BadRun: There are none.
    """
    try:
        links = read_links(Path(path).read_text(encoding="utf-8")) if path else {}
    except OSError as error:
        raise BadRun(f"LINKS names {path}, which cannot be read: {error.strerror}.") from error
    if not all(links.get(role) for role in ("pupil", "volunteer")):
        raise BadRun(
            "No links of pupils and volunteers: set LINKS to a file with what "
            "`python -m signaling.admin seed classroom.app:app` prints."
        )
    return links


class Evening:
    """What the users of one process share: the driver, the links, and how many calls are still to be made."""

    def __init__(self, environment: Environment, links: Links, calls: int, talk_s: float) -> None:
        self.driver = Driver()
        self.talk_s = talk_s
        self.wanted = calls
        """0: as many as there is time for."""
        self.begun = self.ended = self.made = 0
        self._environment = environment
        self._all_links = links
        self._links: Links = {}
        self._pupils: set[int] | None = None
        self._volunteers: set[int] = set()

    def begin(self) -> None:
        """Begin a run."""
        self.begun = self.ended = self.made = 0
        self._links = {role: list(reversed(secrets)) for role, secrets in self._all_links.items()}
        self._pupils = None
        self._volunteers.clear()

    @property
    def is_over(self) -> bool:
        """All calls that were wanted have ended, well or not, or no pupil is left who could ask."""
        return 0 < self.wanted <= self.ended or (self._pupils is not None and not self._pupils)

    def take_link(self, role: str) -> str | None:
        """Give the secret of a person whom no other user plays."""
        return self._links[role].pop() if self._links[role] else None

    def may_begin(self) -> bool:
        """Take one of the calls that are to be made."""
        if 0 < self.wanted <= self.begun:
            return False
        self.begun += 1
        return True

    def came(self, role: str, user: int) -> None:
        """A user is there."""
        if role == "pupil":
            self._pupils = (self._pupils or set()) | {user}
        else:
            self._volunteers.add(user)

    def left(self, user: int) -> None:
        """A user has gone; when nobody is left, the run ends."""
        for users in (self._pupils or set(), self._volunteers):
            users.discard(user)
        if self.is_over and not self._volunteers and self._environment.runner:
            gevent.spawn(self._environment.runner.quit)


class Person(User):
    """A user who plays one person."""

    abstract = True
    evening: ClassVar[Evening]
    role: ClassVar[str]
    numbers: ClassVar[int] = 0

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        Person.numbers += 1
        self.number = Person.numbers
        self.entered = False

    def wait_time(self) -> float:
        """Seconds between two lessons."""
        return PAUSE_S

    def on_start(self) -> None:
        """Sign in."""
        self.evening.came(self.role, self.number)
        secret = self.evening.take_link(self.role)
        if secret is None:
            self.fire(Step.SIGN_IN, 0.0, f"more users than links: no {self.role} is left")
            return
        entering = self.evening.driver.enter(
            self.number, role=self.role, base=self.host or "", token=secret, talk_s=self.evening.talk_s
        )
        self.entered = self.carry_out(entering).took_place

    def on_stop(self) -> None:
        """Leave, so that others see it."""
        with suppress(StopUser):
            self.carry_out(self.evening.driver.act(self.number, "leave"))
        self.evening.left(self.number)

    def turn(self) -> bool:
        """Have the driver play one turn; tell whether it took place."""
        return self.carry_out(self.evening.driver.act(self.number, "turn")).took_place

    def carry_out(self, reports: Iterable[object]) -> Finished:
        """Turn what the driver reports into requests of Locust.

        Raises:
            StopUser: The driver ended.
        """
        finished = Finished(id=0)
        try:
            for report in reports:
                if isinstance(report, Measured):
                    self.fire(report.step, report.value, report.error)
                elif isinstance(report, Finished):
                    finished = report
        except DriverEnded as ended:
            finished = Finished(id=0, error=str(ended))
        if finished.error:
            self.fire("driver", 0.0, finished.error)
            raise StopUser
        return finished

    def fire(self, step: str, value: float, error: str) -> None:
        """Tell Locust of one step."""
        self.environment.events.request.fire(
            request_type=self.role,
            name=str(step),
            response_time=value,
            response_length=0,
            exception=RuntimeError(error) if error else None,
            context={},
        )


class Pupil(Person):
    """Asks, and asks again, while calls are to be made."""

    role = "pupil"
    weight: float = 5

    @task
    def ask(self) -> None:
        """One question and its lesson."""
        if not self.entered or not self.evening.may_begin():
            raise StopUser
        try:
            took_place = self.turn()
            self.evening.made += took_place
        finally:
            self.evening.ended += 1


class Volunteer(Person):
    """Takes what rings until all is over."""

    role = "volunteer"
    weight: float = 3

    @task
    def help(self) -> None:
        """One lesson, if something rings."""
        if not self.entered or self.evening.is_over:
            raise StopUser
        self.turn()
