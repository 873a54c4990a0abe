"""``python -m tests.faults.forgetful MODULE ARGUMENTS...``: a server that forgets each tenth message and acknowledges it.

What the soak must find. Like ``load.soak.mortal`` it stands between the program and its database.
"""

import runpy
import sys
from itertools import count

import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

MARK = "forgetful"


def install():
    commit, stored = DefaultDialect.do_commit, count(1)

    def note(connection, _cursor, statement, parameters, *_rest):
        # Messages only: without a start or a claim there would be no talk to forget.
        if statement.startswith("INSERT INTO log_event") and "message" in parameters:
            connection.info[MARK] = True

    def do_commit(self, connection):
        if connection.info.pop(MARK, False) and next(stored) % 10 == 0:
            self.do_rollback(connection)
        else:
            commit(self, connection)

    sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign] # as in load.soak.mortal


if __name__ == "__main__":
    install()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
