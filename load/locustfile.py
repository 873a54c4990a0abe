"""Pupils and volunteers meet in calls, from the personal link to the two lines, against a running system.

``LINKS=links.jsonl locust -f load/locustfile.py --headless --host http://127.0.0.1:8080``, or ``make load``. The
exit status is 1 when a step failed, or was never reached, or a call did not take place; 2 when the generator was the
bottleneck. Delays are true when generator and system run on one machine. One Locust process.
"""

import json
import sys
import time
from typing import Any

from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import LocalRunner
from locust.stats import StatsEntry

from load import thresholds
from load.steps import NEEDED, unit
from load.users import BadRun, Evening, Person, Pupil, Volunteer, open_links

__all__ = ["Pupil", "Volunteer"]

USERS, RUN_TIME = 8, "3m"
BOTTLENECK = 2


def _add_arguments(parser: LocustArgumentParser) -> None:
    parser.add_argument("--links", env_var="LINKS", default="", help="file with the persons' personal links")
    parser.add_argument(
        "--calls", type=int, env_var="CALLS", default=5, help="calls to make; 0: until --run-time"
    )
    parser.add_argument("--talk", type=float, env_var="TALK", default=4.0, help="seconds of each call")
    parser.set_defaults(num_users=USERS, spawn_rate=USERS, run_time=RUN_TIME)


def _prepare(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
    options: Any = environment.parsed_options
    if not isinstance(environment.runner, LocalRunner):
        sys.exit("Links are not shared among several Locust processes yet: use one.")
    try:
        links = open_links(options.links)
    except BadRun as problem:
        sys.exit(str(problem))
    Person.evening = Evening(environment, links, options.calls, options.talk)


def _begin(**_: Any) -> None:  # noqa: ANN401 - Locust's
    Person.evening.begin()


def _end(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's
    evening: Evening | None = getattr(Person, "evening", None)
    if evening is None:
        return
    watched = evening.driver.watch()
    evening.driver.close()
    print(f"{evening.made} calls took place, of {evening.wanted or evening.begun}.")
    complaints = _complaints(environment, evening)
    for entry in environment.stats.entries.values():
        print(json.dumps(_figures(entry)))
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    if complaints:
        environment.process_exit_code = 1
    if watched is None:  # it ended before; that is among the complaints
        return
    cpu_share, lag_p99_ms = watched.cpu_share, watched.lag_p99_ms
    print(
        f"Generator: driver {cpu_share:.0%} of a core, its loop late by {lag_p99_ms:.1f} ms (p99), "
        f"{watched.lag_most_ms:.1f} ms (most); Locust {time.process_time():.1f} s of CPU."
    )
    if cpu_share > thresholds.GENERATOR_CPU or lag_p99_ms > thresholds.GENERATOR_LAG_P99_MS:
        print("VOID: the generator was the bottleneck; use fewer users or a faster machine.")
        environment.process_exit_code = environment.process_exit_code or BOTTLENECK


def _complaints(environment: Environment, evening: Evening) -> list[str]:
    """What failed, in sentences."""
    stats = environment.stats
    found = [
        f"{each.method} {each.name}: {each.error} ({each.occurrences})" for each in stats.errors.values()
    ]
    seen = {name for name, _ in stats.entries}
    found += [f"the step '{step}' was never reached" for step in sorted(NEEDED - seen)]
    wanted = evening.wanted or max(1, evening.ended)
    if evening.made < wanted:
        found.append(f"{evening.made} calls took place instead of {wanted}")
    return found


def _figures(entry: StatsEntry) -> dict[str, Any]:
    return {
        "step": entry.name,
        "who": entry.method,
        "count": entry.num_requests,
        "failed": entry.num_failures,
        "median": round(entry.median_response_time, 1),
        "p95": round(entry.get_response_time_percentile(0.95), 1),
        "unit": unit(entry.name),
    }


_hooks: Any = events  # its add_listener has no types
_hooks.init_command_line_parser.add_listener(_add_arguments)
_hooks.init.add_listener(_prepare)
_hooks.test_start.add_listener(_begin)
_hooks.quitting.add_listener(_end)
