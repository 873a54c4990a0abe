"""A real clamd that knows one virus, the EICAR test text: no database is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from load.system.processes import free_port
from load.system.processes import running as running_process
from tests.support.papers import EICAR

VIRUS = "Eicar-Test-Text"
CONFIG = """\
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
TemporaryDirectory {folder}
Foreground yes
ExitOnOOM yes
StreamMaxLength {stream_bytes}
"""


@dataclass(frozen=True)
class ClamdServer:
    """One that answers."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """As in the setting CLAMD."""
        return f"unix:{self.folder}/clamd.sock"


@contextmanager
def running(stream_bytes: int = 25_000_000) -> Iterator[ClamdServer]:
    """Start one, wait until it answers, end it."""
    program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin") or "clamd"
    with TemporaryDirectory(prefix="clamd-") as name:  # short: a socket's path has 107 bytes
        folder, port = Path(name), free_port()
        (folder / "signatures").mkdir()
        (folder / "signatures" / "test.ndb").write_text(f"{VIRUS}:0:*:{EICAR.hex()}\n")
        config = folder / "clamd.conf"
        config.write_text(CONFIG.format(folder=folder, port=port, stream_bytes=stream_bytes))
        command = [program, "--config-file", str(config)]
        with running_process(command, output=folder / "clamd.log") as process:
            process.wait_for("Self checking")
            yield ClamdServer(folder, port)


@pytest.fixture
def clamd() -> Iterator[ClamdServer]:
    """A scanner for one test; mark the test ``clamd``."""
    with running() as server:
        yield server
