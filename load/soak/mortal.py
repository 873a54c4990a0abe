"""``python -m load.soak.mortal MODULE ARGUMENTS...``: a program of the product that stops around each stored message.

Ahead of the commit that stores a message it writes ``before CLIENT_ID PID`` to the Unix socket SOAK_STEPS, after the
commit, when nothing has been told to anybody yet, ``between CLIENT_ID PID``; each time it waits for one byte. That is when the soak
kills it, or something else. The product's own code knows nothing of it.
"""

import os
import runpy
import socket
import sys
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

STORES = "INSERT INTO log_event"
MARK = "soak"


class Steps:
    """The line to the soak; opened at the first step."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None

    def report(self, step: str, client_id: str) -> None:
        """Tell the step and wait for leave to go on; without a soak there is nothing to wait for."""
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX)
                self._socket.connect(self._path)
            self._socket.sendall(f"{step} {client_id} {os.getpid()}\n".encode())
            self._socket.recv(1)
        except OSError:
            self._socket = None


def install(steps: Steps) -> None:
    """Stop around the commits of this process, whatever the database."""
    commit = DefaultDialect.do_commit

    def note(connection: Any, _cursor: object, statement: str, *rest: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        if statement.startswith(STORES):
            context = rest[1]
            connection.info[MARK] = context.compiled_parameters[0].get("client_id") or ""

    def do_commit(self: DefaultDialect, connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        client_id = connection.info.pop(MARK, "")
        if client_id:
            steps.report("before", client_id)
        commit(self, connection)  # type: ignore[no-untyped-call] # SQLAlchemy's own lack
        if client_id:
            steps.report("between", client_id)

    sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign] # the only seam below all databases


if __name__ == "__main__":
    install(Steps(os.environ["SOAK_STEPS"]))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
