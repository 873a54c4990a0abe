"""Debian's Janus as a process: the VideoRoom plugin alone, asked by HTTP."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.system import processes

LIBRARIES = Path("/usr/lib")
PARTS = ("plugins/libjanus_videoroom.so", "transports/libjanus_http.so")
APT = ("apt-get", "-qq", "-o", "Acquire::Retries=3")
# Everything else is as Debian has it. "Lite" makes clients the controlling agents; sessions end with the server.
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
_HTTP = 'general: {{ http = true, ip = "127.0.0.1", port = {port}, https = false, json = "compact" }}'


@dataclass(frozen=True, slots=True)
class Janus:
    """A running server."""

    pid: int
    version: str
    """Such as ``1.1.2``."""
    url: str
    """Of its interface."""


def still_missing() -> str | None:
    """Install Debian's package where it is missing and can be installed; say what is missing afterwards."""
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
    return None if shutil.which("janus") else "Debian's server is missing: apt-get install janus"


@contextmanager
def running(folder: Path, *, event_loops: int = 0) -> Iterator[Janus]:
    """Run Janus until the end of the block.

    Args:
        folder: Empty and its own.
        event_loops: Threads that share all connections; 0 leaves Janus' default, one thread for each.
    """
    for part in PARTS:
        (folder / part).parent.mkdir()
        (folder / part).symlink_to(next(LIBRARIES.glob(f"*/janus/{part}")))
    more = f"event_loops = {event_loops}" if event_loops else ""
    port = processes.free_port()
    (folder / "janus.jcfg").write_text(_MAIN.format(folder=folder, more=more))
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
    argv = ["janus", "--disable-colors", "-F", folder, "-C", folder / "janus.jcfg"]
    with processes.running(argv, output=folder / "log", cwd=folder) as process:
        process.wait_for("(HTTP/HTTPS) transport plugin initialized")
        version = re.search(r"Janus version: \d+ \((.*?)\)", process.text())
        yield Janus(
            process.pid, version[1] if version else "of unknown version", f"http://127.0.0.1:{port}/janus"
        )
