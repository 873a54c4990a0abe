"""Locust's shape: how many users there are, what they may begin, and when the run ends. In the process that decides."""

import os
from typing import Any

from locust import LoadTestShape

from load.evening import PHASE
from load.shapes import Phase, Shape, phase, present, restart_is_due
from load.storm import restart_web

PATIENCE_S = 20.0
"""After the end, for turns that still run; then they are broken off."""
RATE = 100.0
"""Users a second: each tick's number is reached at once, the shape decides."""


_base: Any = LoadTestShape  # its methods have no types


class Schedule(_base):  # type: ignore[misc]
    """Ticks once a second. Takes --shape, --users and --run-time as the page or the command line gave them."""

    use_common_options = True

    def __init__(self) -> None:
        super().__init__()
        self._phase: Phase | None = None
        self._restarted = False
        self._last = (1, RATE)

    def reset_time(self) -> None:
        """Begin a run."""
        super().reset_time()
        self._phase = None
        self._restarted = False

    def tick(self) -> tuple[int, float] | None:
        """Give users and rate; None when the run is over."""
        runner: Any = self.runner
        options = runner.environment.parsed_options
        shape, elapsed_s, duration_s = Shape(options.shape), self.get_run_time(), float(options.run_time)
        self._tell(runner, phase(elapsed_s, duration_s))
        if self._phase is Phase.OVER:
            over = runner.user_count == 0 or elapsed_s > duration_s + PATIENCE_S
            return None if over else self._last
        if restart_is_due(shape, elapsed_s, duration_s) and not self._restarted:
            self._restarted = True
            print(restart_web(os.environ.get("LOAD_CONTROL", "")), flush=True)
        self._last = (present(shape, elapsed_s, duration_s, options.num_users), RATE)
        return self._last

    def _tell(self, runner: Any, now: Phase) -> None:  # noqa: ANN401 - any of Locust's
        if now is not self._phase:
            self._phase = now
            runner.send_message(PHASE, {"phase": now.value})
