"""Has the web processes of the system under load started again."""

import os
from pathlib import Path

LINE = b"restart web\n"
TO_THE_OPERATOR = "STORM: restart the web processes of the system under load now."


def restart_web(control: str) -> str:
    """Ask whoever runs the system.

    Args:
        control: Path of a FIFO that somebody reads; empty when there is none.

    Returns:
        A sentence about it for the screen.
    """
    if not control:
        return TO_THE_OPERATOR
    try:
        # Not blocking: a FIFO that nobody reads must not stop the run.
        pipe = os.open(Path(control), os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(pipe, LINE)
        finally:
            os.close(pipe)
    except OSError as error:
        return f"{TO_THE_OPERATOR} (LOAD_CONTROL names {control}: {error.strerror}.)"
    return "STORM: the web processes are restarted."
