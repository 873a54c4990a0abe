"""What is to run: the Procfile's lines, and the supervisor's configuration made from them. Pure."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PRIORITIES = {"redis": 10, "sfu": 20, "worker": 30, "web": 40}
"""Started in this order and stopped in the opposite one: first nobody comes in, last the store goes."""
OTHERS = 35
LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")


@dataclass(frozen=True, slots=True)
class Program:
    """One line: a command, run by `count` processes; each finds its number in the variable `index_variable`."""

    name: str
    command: str
    count: int = 1
    index_variable: str = ""


def read(text: str) -> dict[str, str]:
    """Read a Procfile: `name: command` lines, comments and empty lines.

    Raises:
        ValueError: A line is neither; the text names it.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    found = {line: LINE.fullmatch(line) for line in lines}
    for line, match in found.items():
        if match is None:
            raise ValueError(f"the Procfile has a line that is not `name: command`: {line}")
    return {match[1]: match[2] for match in found.values() if match}


def apps(commands: dict[str, str]) -> list[str]:
    """The apps that the web line hosts, as dotted names: `classroom.app:app`."""
    return [word for word in shlex.split(commands.get("web", "")) if re.fullmatch(r"[\w.]+:\w+", word)]


def supervisor_configuration(programs: Iterable[Program], *, socket: Path, folder: Path, user: str) -> str:
    """Write the configuration for supervisord; its own files and the logs go to `folder`.

    What ends is started again, with growing pauses; a process that does not stop in 10 s is killed with its group.
    Secrets are not in here: processes inherit the environment.
    """
    sections = [
        _section(
            "supervisord", logfile=folder / "supervisord.log", pidfile=folder / "supervisord.pid", user=user
        ),
        _section("unix_http_server", file=socket, chmod="0700"),
        "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
    ]
    for program in programs:
        name = program.name
        sections.append(
            _section(f"program:{name}", command=program.command, directory=folder.parent)
            + f"process_name={name}-%(process_num)d\n"
            + (f'environment={program.index_variable}="%(process_num)d"\n' if program.index_variable else "")
            + f"numprocs={program.count}\n"
            f"priority={PRIORITIES.get(name, OTHERS)}\n"
            f"stdout_logfile={_escape(folder)}/log/{name}-%(process_num)d.log\n"
            "stdout_logfile_maxbytes=5MB\nstdout_logfile_backups=1\nredirect_stderr=true\n"
            "autorestart=true\nstartsecs=1\nstartretries=60\n"
            "stopsignal=TERM\nstopwaitsecs=10\nstopasgroup=false\nkillasgroup=true\n"
        )
    return "\n".join(sections)


def _section(name: str, **values: object) -> str:
    return f"[{name}]\n" + "".join(f"{key}={_escape(value)}\n" for key, value in values.items())


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")
