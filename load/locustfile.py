"""A whole evening of people against a running system, from the personal link to the hang-up: docs/load.md.

``LINKS=links.jsonl locust -f load/locustfile.py --headless --host http://127.0.0.1:8080``, or ``make load``. Exit status
1: a step failed, was past its limit or was never reached; 2: the generator was the bottleneck. Delays are true when
generator and system run on one machine.
"""

import json
import os
import sys
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner
from locust.stats import StatsEntry

from load import verdict
from load.dealer import Dealer
from load.evening import Evening
from load.links import BadRun, open_links
from load.schedule import Schedule
from load.shapes import Shape
from load.users import Agent, Citizen, Helper, Person, Pupil, Visitor, Volunteer

__all__ = ["Agent", "Citizen", "Helper", "Pupil", "Schedule", "Visitor", "Volunteer"]

USERS, RUN_TIME, TALK_S = "24", "3m", 4.0


class Run:
    """What the hooks of one Locust process share: users here, the dealing and judging here, or both."""

    def __init__(self, environment: Environment) -> None:
        options: Any = environment.parsed_options
        runner: Any = environment.runner
        self._runner = runner
        self.environment = environment
        self.roles = [user.of_role() for user in environment.user_classes if issubclass(user, Person)]
        self._lines: list[str] = []
        self.dealer, self.evening = None, None
        if not isinstance(self._runner, WorkerRunner):
            self.dealer = Dealer(self._runner, open_links(options.links, self.roles))
        if not isinstance(self._runner, MasterRunner):
            self.evening = Person.evening = Evening(environment)

    def begin(self) -> None:
        """Begin."""
        if self.dealer:
            self.dealer.begin()
        if self.evening:
            self.evening.begin()

    def end(self) -> None:
        """End the driver."""
        if self.evening:
            self.evening.cut()
            self.evening.close()

    def judge(self) -> None:
        """Write down what was, and set the exit status."""
        if not self.dealer:
            return
        if self.evening:
            self.dealer.hear("", self.evening.report())
        options: Any = self.environment.parsed_options
        rows = _rows(self.environment)
        storm = options.shape == Shape.STORM
        found = verdict.complaints(rows, self.roles, storm=storm)
        found += [f"our fault: {each['msg']}" for each in self._runner.exceptions.values()]
        generators = self.dealer.generators()
        strained = verdict.strain(generators)
        lines = [verdict.table(rows, storm=storm)]
        lines += [json.dumps(verdict.figures(row, storm=storm)) for row in rows]
        lines.append(f"Turns: {', '.join(f'{role} {n}' for role, n in sorted(self.dealer.turns.items()))}.")
        lines += [verdict.told_about(name, seconds) for name, seconds in generators.items()]
        lines += [f"FAILED: {complaint}" for complaint in found]
        lines += [f"VOID: {where}; use fewer users, more workers or a faster machine." for where in strained]
        self._lines = lines
        self.environment.process_exit_code = verdict.code(found, strained)

    def tell(self) -> None:
        """Print it."""
        if self._lines:
            print("\n".join(self._lines), flush=True)


_run: list[Run] = []
"""The one of this process, once Locust is ready."""


def _add_arguments(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--links", env_var="LINKS", default="", include_in_web_ui=False, help="file of personal links"
    )
    parser.add_argument(
        "--shape", env_var="SHAPE", default=Shape.EVENING.value, choices=list(Shape), help="how people come"
    )
    parser.add_argument("--talk", type=float, env_var="TALK", default=TALK_S, help="seconds of each call")
    environ = os.environ
    parser.set_defaults(
        num_users=environ.get("USERS") or USERS,
        run_time=environ.get("RUN_TIME") or RUN_TIME,
        spawn_rate=1,  # asked for and not read: the shape decides
        loglevel="WARNING",  # Locust tells of each tick
    )


def _prepare(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
    try:
        _run[:] = [Run(environment)]
    except BadRun as problem:
        sys.exit(str(problem))


def _begin(**_: Any) -> None:  # noqa: ANN401 - Locust's
    for run in _run:
        run.begin()


def _stopping(**_: Any) -> None:  # noqa: ANN401 - Locust's
    for run in _run:
        if run.evening:
            run.evening.cut()


def _stopped(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
    """Judge where Locust's page stays open; otherwise at the very end, when all workers have told."""
    for run in _run:
        if environment.web_ui:
            run.judge()
            run.tell()


def _quit(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
    for run in _run:
        run.end()
        if not environment.web_ui:
            run.judge()


def _tell(**_: Any) -> None:  # noqa: ANN401 - Locust's
    """Behind Locust's own tables."""
    for run in _run:
        if not run.environment.web_ui:
            run.tell()


def _report(data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - Locust's
    for run in _run:
        if run.evening:
            data["evening"] = run.evening.report()


def _hear(client_id: str, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - Locust's
    for run in _run:
        if run.dealer and "evening" in data:
            run.dealer.hear(client_id, data["evening"])


def _rows(environment: Environment) -> list[verdict.Row]:
    said: dict[tuple[str, str], dict[str, int]] = {}
    for each in environment.stats.errors.values():
        errors = said.setdefault((each.method, each.name), {})
        text = str(each.error)
        errors[text] = errors.get(text, 0) + each.occurrences
    rows = (
        _row(entry, said.get((entry.method, entry.name), {})) for entry in environment.stats.entries.values()
    )
    return sorted(rows, key=verdict.in_order)


def _row(entry: StatsEntry, errors: dict[str, int]) -> verdict.Row:
    return verdict.Row(
        who=entry.method,
        step=entry.name,
        count=entry.num_requests,
        failed=entry.num_failures,
        median=round(entry.median_response_time, 1),
        p95=round(entry.get_response_time_percentile(0.95), 1),
        p99=round(entry.get_response_time_percentile(0.99), 1),
        errors=errors,
    )


_hooks: Any = events  # its add_listener has no types
_hooks.init_command_line_parser.add_listener(_add_arguments)
_hooks.init.add_listener(_prepare)
_hooks.test_start.add_listener(_begin)
_hooks.test_stopping.add_listener(_stopping)
_hooks.test_stop.add_listener(_stopped)
_hooks.quitting.add_listener(_quit)
_hooks.quit.add_listener(_tell)
_hooks.report_to_master.add_listener(_report)
_hooks.worker_report.add_listener(_hear)
