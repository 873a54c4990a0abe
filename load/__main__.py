"""``make load`` and ``make load-ui``: ``USERS=24 SHAPE=evening RUN_TIME=3m python -m load [page]``.

HOST names a system that runs already (then LINKS, the file of its personal links, too), OUT the folder of the
report. The exit status is Locust's: 1 when something failed, 2 when the generator was the bottleneck; 64 when an option
means nothing, and nothing was started.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from load.run import Options, run
from load.shapes import Shape
from load.system.processes import end_when_asked

REFUSED = 64
"""EX_USAGE of sysexits.h: unlike each status that judges a run."""
RUN_TIME = re.compile(r"(?=.*[1-9])([0-9]+|(?=[0-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?)")
"""What Locust reads, but for no time at all; importing its reader would patch this process for gevent."""


def read(environment: Mapping[str, str], *, page: bool) -> Options:
    """Read the options.

    Raises:
        ValueError: With a sentence for the operator.
    """

    def given(name: str, otherwise: str) -> str:
        return environment.get(name) or otherwise  # make passes an empty one on

    users, host, links = given("USERS", "24"), given("HOST", ""), given("LINKS", "")
    if not users.isdecimal() or not int(users):
        raise ValueError(f"USERS is {users!r}: write how many people, such as 24.")
    if host and not host.startswith(("http://", "https://")):
        raise ValueError(f"HOST is {host!r}: write the address of a system, such as https://help.example.")
    if host and not links:
        raise ValueError(
            "HOST is given and LINKS is not: set LINKS to a file with what "
            "`python -m signaling.admin seed classroom.app:app helpdesk.app:app` prints there."
        )
    shape, run_time, talk = given("SHAPE", "evening"), given("RUN_TIME", "3m"), given("TALK", "4")
    if shape not in set(Shape):
        raise ValueError(f"SHAPE is {shape!r}: write one of {', '.join(Shape)}.")
    if not RUN_TIME.fullmatch(run_time):
        raise ValueError(f"RUN_TIME is {run_time!r}: write how long, such as 90s, 3m or 1h30m.")
    if not re.fullmatch(r"\d+(\.\d+)?", talk):
        raise ValueError(f"TALK is {talk!r}: write the seconds of a call, such as 4.")
    return Options(
        out=Path(given("OUT", "load-report")).absolute(),
        users=int(users),
        shape=shape,
        run_time=run_time,
        talk_s=float(talk),
        host=host,
        links=links,
        page=page,
        terminal=sys.stdout.fileno(),
    )


def main() -> int:
    """Run once."""
    end_when_asked()
    try:
        options = read(os.environ, page=sys.argv[1:] == ["page"])
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    try:
        return run(options)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
