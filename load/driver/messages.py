"""The JSON lines between Locust and its driver. Knows neither gevent nor asyncio."""

import msgspec

LINE_MOST = 8192
"""Octets of one line."""


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a user is to do; answered with any number of ``Measured`` and one ``Finished``."""

    id: int
    """Of this act, in the answers."""
    user: int
    act: str
    """``enter``, ``turn`` or ``leave``; ``watch`` asks how the driver itself does (no user)."""
    role: str = ""
    """When entering: ``pupil`` or ``volunteer``."""
    base: str = ""
    """When entering: ``http://host:port``."""
    token: str = ""
    """When entering: the secret of the personal link. It is in no log."""
    talk_s: float = 4.0
    """Seconds from the first picture to hanging up."""


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="measured"):
    """One step was done, or failed."""

    id: int
    step: str
    value: float
    """In the step's unit; of a failed step: milliseconds until it failed."""
    error: str = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="finished"):
    """The act is over."""

    id: int
    took_place: bool = False
    """``turn``: there was something to do; a volunteer at whom nothing rings for a while has none."""
    error: str = ""
    """The act could not be carried out at all."""


class Watched(msgspec.Struct, frozen=True, kw_only=True, tag="watched"):
    """How the driver itself did so far."""

    id: int
    cpu_share: float
    """Of one core, since the first act."""
    lag_p99_ms: float
    """How late its loop came."""
    lag_most_ms: float


Report = Measured | Finished | Watched
