"""Types that slices and apps share when they register with a process: handlers, sweeps, pages, the clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from signaling.identity.service import Login

Clock = Callable[[], float]
"""Unix seconds."""

Handler = Callable[[Login, Any], Awaitable[Any]]
"""Takes the login and the decoded command; returns the Struct for the acknowledgement or raises Refusal."""

LOGIN_OF: web.AppKey[Callable[[web.Request], Awaitable[Login]]] = web.AppKey("LOGIN_OF")
"""Where an app's own routes find who asks: ``await request.app[LOGIN_OF](request)``, by the ``{handle}`` of the path."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A deadline, acted on by the worker process."""

    name: str
    run: Callable[[float], Awaitable[int]]
    """Takes now, acts by compare-and-set on a bounded number of rows, returns how many it handled."""
    every_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an app: one of the files that Vite built, shown at a path."""

    path: str
    """Route pattern of aiohttp, such as ``/classe/{handle}{rest:(/.*)?}``."""
    file: str
    """In ``web/dist``."""
    embeddable: bool = False
    """May be framed by the sites of ``EMBED_ORIGINS``; all others by nobody."""
