"""Commands to a running system by a FIFO: another program writes a line, a thread of ours carries it out."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

END = ""
"""The line that ends the thread."""


class Control:
    """Reads the FIFO until the end of the block.

    Args:
        path: Made here.
        commands: Lines, and what is done for each.
    """

    def __init__(self, path: Path, commands: Mapping[str, Callable[[], None]]) -> None:
        self.path = path
        self.carried_out: list[str] = []
        self.failed: list[str] = []
        """In sentences."""
        self._commands = commands
        self._thread = threading.Thread(target=self._run, name="control")

    def __enter__(self) -> Self:
        os.mkfifo(self.path, 0o600)
        # For writing too: else each writer that closes it would end what we read.
        self._fifo = os.fdopen(os.open(self.path, os.O_RDWR), "r+b", buffering=0)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fifo.write(f"{END}\n".encode())
        self._thread.join()
        self._fifo.close()

    def _run(self) -> None:
        while (line := self._fifo.readline().decode(errors="replace").strip()) != END:
            command = self._commands.get(line)
            if command is None:
                self.failed.append(f"nobody knows the command {line!r}")
                continue
            try:
                command()
            except (OSError, RuntimeError) as error:
                self.failed.append(f"{line}: {error}")
            else:
                self.carried_out.append(line)
