"""What `make run` is told by its environment, and the environment that it gives to the processes."""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from signaling.launcher import procfile
from signaling.launcher.certificate import certificate_for
from signaling.launcher.errors import CannotLaunch
from signaling.launcher.machine import check_port, primary_address, socket_folder, store_command
from signaling.launcher.procfile import Program
from signaling.settings import ANY_ADDRESS, BadSetting, Settings

DEFAULT_PORT = 8080
DEFAULT_MEDIA_PORT = 47000
MOST_PROCESSES = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before the first process starts."""

    root: Path
    run_folder: Path
    supervisor_socket: Path
    environment: dict[str, str]
    """For every process that we start."""
    programs: tuple[Program, ...]
    apps: tuple[str, ...]
    demo: bool
    base_url: str
    """What a person types: scheme, host, port."""
    health_url: str
    self_signed: bool
    patience_s: int
    """How long the processes may take until they are up."""

    def count(self, name: str) -> int:
        """How many processes of this name there will be."""
        return sum(each.count for each in self.programs if each.name == name)


def plan(root: Path, given: Mapping[str, str]) -> Plan:
    """Decide everything; nothing is started, ports are only tried.

    Raises:
        CannotLaunch: The sentence for the person at the keyboard.
    """
    run_folder = root / ".run"
    (run_folder / "log").mkdir(parents=True, exist_ok=True)
    sockets = socket_folder(run_folder)
    try:
        commands = procfile.read((root / "Procfile").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotLaunch(f"The Procfile cannot be read: {error}.") from None
    programs = [
        Program("web", commands.get("web", ""), _number(given, "WEB_PROCESSES", 1)),
        Program("sfu", commands.get("sfu", ""), _number(given, "SFU_WORKERS", _spare_cores()), "SFU_INDEX"),
    ]
    named = {each.name for each in programs}
    programs = [each for each in programs if each.command]
    programs += [Program(name, command) for name, command in commands.items() if name not in named]

    environment = dict(given)
    environment["PATH"] = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{given.get('PATH', os.defpath)}"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PORT"] = str(_number(given, "PORT", DEFAULT_PORT, most=65535))
    environment.setdefault("DATA_DIR", str(root / "data"))
    if not given.get("REDIS_URL"):
        path = sockets / "redis.sock"
        programs.insert(0, Program("redis", store_command(path, run_folder)))
        environment["REDIS_URL"] = f"unix://{quote(str(path))}"
    self_signed = given.get("HOST", "") in ANY_ADDRESS[:2] and not given.get("TLS_CERT")
    if self_signed:
        certificate, key = certificate_for(["127.0.0.1", primary_address()], run_folder)
        environment |= {"TLS_CERT": str(certificate), "TLS_KEY": str(key)}
    try:
        settings = Settings.from_environment(environment)
    except BadSetting as problem:
        raise CannotLaunch(str(problem)) from None
    return Plan(
        root=root,
        run_folder=run_folder,
        supervisor_socket=sockets / "supervisor.sock",
        environment=environment,
        programs=tuple(programs),
        apps=tuple(procfile.apps(commands)),
        demo=settings.demo,
        base_url=_base_url(settings, given),
        health_url=_url(settings, "127.0.0.1" if settings.host in ANY_ADDRESS else settings.host) + "/health",
        self_signed=self_signed,
        patience_s=_number(given, "START_WITHIN_S", 45, most=3600),
    )


def check_ports(plan: Plan) -> None:
    """Refuse ports that are taken: the web port, and one UDP and TCP port for each SFU worker."""
    host, port = plan.environment.get("HOST") or "127.0.0.1", int(plan.environment["PORT"])
    check_port(host, port, variable="PORT", kinds=[socket.SOCK_STREAM])
    first = _number(plan.environment, "SFU_PORT", DEFAULT_MEDIA_PORT, most=65535)
    for index in range(plan.count("sfu")):
        kinds = [socket.SOCK_DGRAM, socket.SOCK_STREAM]
        check_port("0.0.0.0", first + index, variable="SFU_PORT", kinds=kinds)  # noqa: S104 - only tried


def _spare_cores() -> int:
    return max(1, (os.cpu_count() or 1) - 1)


def _number(environment: Mapping[str, str], name: str, default: int, most: int = MOST_PROCESSES) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
        raise CannotLaunch(f"{name} is {text!r}: set it to a number from 1 to {most}.")
    return int(text)


def _url(settings: Settings, host: str) -> str:
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _base_url(settings: Settings, given: Mapping[str, str]) -> str:
    if given.get("PUBLIC_ORIGIN"):
        return settings.public_origins[0]
    if settings.host in ANY_ADDRESS:
        return _url(settings, primary_address())
    return _url(settings, "localhost" if settings.host == "127.0.0.1" else settings.host)
