"""Debian's Janus as a process: the VideoRoom plugin alone, asked through a Unix socket."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.system import processes

LIBRARIES = Path("/usr/lib")
PARTS = ("plugins/libjanus_videoroom.so", "transports/libjanus_pfunix.so")
APT = ("apt-get", "-qq", "-o", "Acquire::Retries=3")
# Everything else is as Debian has it. "Lite" makes clients the controlling agents; sessions end with their connection.
_MAIN = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{folder}/plugins"
  transports_folder = "{folder}/transports"
  session_timeout = 0
  {more}
}}
nat: {{ ice_lite = true }}
"""
_SOCKET = 'general: {{ enabled = true, json = "compact", path = "{path}" }}'


@dataclass(frozen=True, slots=True)
class Janus:
    """A running server."""

    pid: int
    path: Path
    """Of its Unix socket."""


def install() -> None:
    """Install Debian's package where that is possible.

    Raises:
        RuntimeError: It is missing afterwards.
    """
    if not shutil.which("janus") and os.geteuid() == 0 and shutil.which("apt-get"):
        # RUNLEVEL=1 keeps Debian from starting the server.
        environment = {**os.environ, "RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}
        for words in (("update",), ("install", "-y", "--no-install-recommends", "janus")):
            subprocess.run(
                [*APT, *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=False,
            )
    if not shutil.which("janus"):
        raise RuntimeError("Debian's Janus is missing: apt-get install janus")


def version() -> str:
    """Ask the program, such as ``1.1.2``."""
    told = subprocess.run(["janus", "--version"], capture_output=True, text=True, check=False).stdout
    return told.partition("(")[2].partition(")")[0] or "of unknown version"


@contextmanager
def running(folder: Path, *, event_loops: int = 0) -> Iterator[Janus]:
    """Run Janus until the end of the block.

    Args:
        folder: Empty and its own, its path short.
        event_loops: Threads that share all connections; 0 leaves Janus' default, one thread for each.
    """
    for part in PARTS:
        (folder / part).parent.mkdir()
        (folder / part).symlink_to(next(LIBRARIES.glob(f"*/janus/{part}")))
    more = f"event_loops = {event_loops}" if event_loops else ""
    path = folder / "api"
    (folder / "janus.jcfg").write_text(_MAIN.format(folder=folder, more=more))
    (folder / "janus.transport.pfunix.jcfg").write_text(_SOCKET.format(path=path))
    argv = ["janus", "--disable-colors", "-F", folder, "-C", folder / "janus.jcfg"]
    with processes.running(argv, output=folder / "log", cwd=folder) as process:
        process.wait_for("Unix Sockets thread started")
        yield Janus(process.pid, path)
