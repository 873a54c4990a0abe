"""Types that slices and apps share when they register with a process: handlers, sweeps, the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from signaling.identity.service import Login

Clock = Callable[[], float]
"""Unix seconds."""

Handler = Callable[[Login, Any], Awaitable[Any]]
"""Takes the login and the decoded command; returns the Struct for the acknowledgement or raises Refusal."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A deadline, acted on by the worker process."""

    name: str
    run: Callable[[float], Awaitable[int]]
    """Takes now, acts by compare-and-set on a bounded number of rows, returns how many it handled."""
    every_s: float = 1.0
