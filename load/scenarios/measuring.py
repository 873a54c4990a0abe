"""Turns what persons do into measured steps: each is reported once, done or failed."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
from socketio.exceptions import SocketIOError

from load.client import Refused
from load.steps import Step

T = TypeVar("T")
FAILURES = (Refused, TimeoutError, OSError, ValueError, aiohttp.ClientError, SocketIOError)
"""What server, network and peer raise when something does not work."""


class StepFailed(Exception):  # noqa: N818 - a finding of the load test, not an error of ours
    """A step failed and was reported; what follows it cannot be done."""


class CheckFailed(ValueError):  # noqa: N818 - as above
    """Something came, and is not as it must be."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """Where steps go.

    Attributes:
        report: Takes step, value in the step's unit, and what failed, empty when nothing did.
    """

    report: Callable[[Step, float, str], None]

    @contextmanager
    def failing(self, step: Step, since: float | None = None) -> Iterator[float]:
        """Report the step as failed when the block fails; yields when it began (``time.monotonic()``).

        Raises:
            StepFailed: The block failed.
        """
        began = time.monotonic() if since is None else since
        try:
            yield began
        except FAILURES as error:
            text = str(error) or type(error).__name__
            self.report(step, (time.monotonic() - began) * 1e3, text)
            raise StepFailed(f"{step}: {text}") from error

    @contextmanager
    def timed(self, step: Step, since: float | None = None) -> Iterator[float]:
        """As ``failing``; the block's end is the step's."""
        with self.failing(step, since) as began:
            yield began
        self.report(step, (time.monotonic() - began) * 1e3, "")

    async def acknowledged(self, step: Step, sending: Awaitable[T]) -> T:
        """Time one acknowledgement.

        Raises:
            StepFailed: It was refused, or did not come.
        """
        with self.timed(step):
            return await sending

    def check(self, step: Step, value: float, complaint: str) -> None:
        """Report a value; a complaint makes it a failed step, after which the call goes on."""
        self.report(step, value, complaint)
