"""`make run`: start everything, say where each demo person enters, and leave nothing behind."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from signaling.launcher import health
from signaling.launcher.errors import CannotLaunch, Stopped
from signaling.launcher.procfile import supervisor_configuration
from signaling.launcher.settings import Plan, check_ports, plan
from signaling.launcher.supervision import TICK_S, Supervisor, ask

LINES_SHOWN = 15
SAME_REQUEST_S = 1.0
"""make and the terminal may both pass one Ctrl-C on."""


class Requests:
    """Knows whether we were asked to stop: by a signal, or because the terminal is gone."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._again = False
        self._terminal = select.poll()
        if sys.stdout.isatty():
            self._terminal.register(sys.stdout.fileno(), 0)  # a hang-up is reported without being asked for
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._received)

    def _received(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        elif now - self._first > SAME_REQUEST_S:
            self._again = True

    def hurry(self) -> bool:
        """Whether somebody asked a second time."""
        return self._again

    def pause(self) -> None:
        """Wait one tick.

        Raises:
            Stopped: We were asked to stop.
        """
        # When make leads the session (`ssh -t host make run`), a hang-up reaches make only, which waits for us.
        for terminal, event in self._terminal.poll(TICK_S * 1000):
            if event & select.POLLHUP:
                raise Stopped
            self._terminal.unregister(terminal)  # this system cannot poll terminals
        if self._first is not None:
            raise Stopped


def say(text: str = "") -> None:
    """Write one line; a terminal that is gone is no reason not to stop in order."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of our life


def run_to_end(the: Plan, requests: Requests, argv: Sequence[str]) -> str:
    """Run a Python command and return what it wrote."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *argv],
        cwd=the.root,
        env=the.environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            while True:
                requests.pause()
                try:
                    output, errors = process.communicate(timeout=TICK_S)
                    break
                except subprocess.TimeoutExpired:
                    continue
        except Stopped:
            process.kill()
            raise
    if process.returncode:
        say(errors.strip())
        raise CannotLaunch(f"`python {' '.join(argv)}` failed: above is why.")
    return output


def missing(the: Plan, supervisor: Supervisor) -> list[str]:
    """Name what is not up yet."""
    states = supervisor.states()
    expected = sum(each.count for each in the.programs)
    if len(states) < expected or health.not_running(states):
        return health.not_running(states) or ["supervisor"]
    seen = health.look(the.health_url)
    found = {
        "web": seen.web,
        "worker": seen.worker or not the.count("worker"),
        "sfu": seen.sfu >= the.count("sfu"),
    }
    return [name for name, up in found.items() if not up]


def wait_until_healthy(the: Plan, supervisor: Supervisor, requests: Requests) -> None:
    """Wait until all processes are up.

    Raises:
        CannotLaunch: Not in time; the end of the log was shown.
        Stopped: We were asked to stop.
    """
    deadline = time.monotonic() + the.patience_s
    while waited_for := missing(the, supervisor):
        if time.monotonic() > deadline:
            show_logs(the, waited_for)
            raise CannotLaunch(f"Not up after {the.patience_s} s: {', '.join(waited_for)}. See .run/log/.")
        requests.pause()


def show_logs(the: Plan, names: list[str]) -> None:
    """Show the last lines which these processes wrote."""
    for path in sorted((the.run_folder / "log").glob("*.log")):
        if path.stem in names or path.stem.rsplit("-", 1)[0] in names:
            lines = deque(path.read_text(encoding="utf-8", errors="replace").splitlines(), LINES_SHOWN)
            say(f"--- {path.relative_to(the.root)}\n" + "\n".join(lines))


def show_people(the: Plan, seeded: str) -> None:
    """Write one aligned line for each demo person."""
    people = [json.loads(line) for line in seeded.splitlines() if line.startswith("{")]
    widths = [max((len(str(each[key])) for each in people), default=0) for key in ("name", "role")]
    for each in people:
        say(f"{each['name']:{widths[0]}}  {each['role']:{widths[1]}}  {the.base_url}{each['path']}")


def launch(root: Path, requests: Requests, admin: Sequence[str]) -> None:
    """Start everything and stay until somebody asks us to stop."""
    the = plan(root, os.environ)
    if running := ask(the.supervisor_socket):
        raise CannotLaunch(
            f"Permanence runs already from this folder ({running[0].name}, process {running[0].pid}): "
            f"stop it with Ctrl-C in its terminal, or by: kill $(cat {the.run_folder / 'supervisord.pid'})"
        )
    check_ports(the)
    say("Bringing the database up to date")
    run_to_end(the, requests, [*admin, "migrate", *the.apps])
    configuration = the.run_folder / "supervisord.conf"
    text = supervisor_configuration(
        the.programs, socket=the.supervisor_socket, folder=the.run_folder, user=str(os.getuid())
    )
    configuration.write_text(text, encoding="utf-8")
    with Supervisor(
        configuration, the.supervisor_socket, the.environment, hurry=requests.hurry
    ) as supervisor:
        say("Starting the processes; their logs are in .run/log/")
        seeded = run_to_end(the, requests, [*admin, "seed", *the.apps]) if the.demo else ""
        try:
            wait_until_healthy(the, supervisor, requests)
            greet(the, seeded)
            while True:
                for _ in range(20):
                    requests.pause()
                supervisor.states()
        except Stopped:
            say("\nStopping (Ctrl-C once more: at once)")


def greet(the: Plan, seeded: str) -> None:
    """Say that everything is up and where to go."""
    say(f"\nPermanence is up: {the.base_url} (Ctrl-C stops it)")
    if the.self_signed:
        say(
            "The certificate is this machine's own: a phone warns that the connection is not private; "
            "choose to see the details and to go on."
        )
    say()
    show_people(the, seeded)


def main(admin: Sequence[str] = ("-m", "signaling.admin")) -> int:
    """Run and return the exit code; `admin` is the Python command that migrates and seeds."""
    requests = Requests()
    try:
        launch(Path.cwd(), requests, admin)
    except CannotLaunch as problem:
        say(f"\n{problem}")
        return 1
    except Stopped:
        say()
    return 0


if __name__ == "__main__":
    sys.exit(main())
