"""The JSON lines between Locust and its driver. Knows neither gevent nor asyncio."""

import msgspec

LINE_MOST = 8192
"""Octets of one line."""


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a user is to do, answered with ``Finished``; or ``watch``, answered with ``Watched``."""

    id: int = 0
    """Of this act, in the answer."""
    act: str
    """``enter``, ``turn`` or ``leave``. ``watch`` asks once a second how the driver itself does. ``cut``: the run has
    ended, what is measured from now on does not count."""
    user: int = 0
    """Which; not with ``watch`` and ``cut``."""
    role: str = ""
    """When entering: the name of a user class, in small letters."""
    base: str = ""
    """When entering: ``http://host:port``."""
    token: str = ""
    """When entering: the secret of the personal link; empty for those who come without. It is in no log."""
    address: str = ""
    """When entering: whom the system's limits count."""
    talk_s: float = 4.0
    """When entering: seconds from the first picture to hanging up."""
    layer: str = "f"
    """When entering: size of the picture that is sent."""
    decode: bool = False
    """When entering: pictures that come are decoded as well."""
    locust_cpu: float = 0.0
    """With ``watch``: Locust's share of a core since the last one."""


class Measured(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="measured"):
    """One step was done, or failed; in a turn, or, as a reconnection, between turns."""

    who: str
    """The role."""
    step: str
    value: float
    """In the step's unit; of a failed step: milliseconds until it failed."""
    error: str = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="finished"):
    """The act is over."""

    id: int = 0
    took_place: bool = False
    """``turn``: there was something to do; a volunteer at whom nothing rings for a while has none."""
    failed: bool = False
    """A step failed, after which it could not go on; it was reported as ``Measured``."""
    error: str = ""
    """The act could not be carried out at all."""


class Watched(msgspec.Struct, frozen=True, kw_only=True, tag="watched"):
    """How the driver itself did since it was asked last."""

    id: int
    users: int
    """Persons who are there."""
    calls: float
    """Half of the connected media legs: whose other end is here or elsewhere."""
    cpu: float
    """Share of one core."""
    lag_ms: float
    """How late its loop came, at worst."""


Report = Measured | Finished | Watched
