"""What a worker is told by its environment, read once at the start. Nothing else in this package reads it."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_PORT = 47000


class ConfigError(ValueError):
    """The environment cannot be used; the text names the variable and the remedy."""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one worker process."""

    redis_url: str
    """``unix:///path`` or ``redis://host:port/db``."""
    port: int
    """UDP and TCP port of this worker: the base plus its index."""
    addresses: tuple[str, ...]
    """Addresses shown to clients; empty for every interface address that is not a loopback."""
    tcp: bool
    """Whether ICE-TCP is offered beside UDP."""


def read(environment: Mapping[str, str]) -> Config:
    """Read ``REDIS_URL``, ``SFU_PORT``, ``SFU_INDEX``, ``MEDIA_ADDRESSES`` and ``SFU_TCP``.

    Raises:
        ConfigError: A variable is missing or not understood.
    """
    redis_url = environment.get("REDIS_URL", "")
    if not redis_url.startswith(("unix://", "redis://", "rediss://")):
        raise ConfigError("REDIS_URL must be set to unix:///path/of/socket or redis://host:port/0.")
    port = _number(environment, "SFU_PORT", DEFAULT_PORT) + _number(environment, "SFU_INDEX", 0)
    if not 1 <= port <= 65535:
        raise ConfigError(f"SFU_PORT plus SFU_INDEX is {port}; choose a base port that keeps it below 65536.")
    return Config(
        redis_url=redis_url,
        port=port,
        addresses=_addresses(environment.get("MEDIA_ADDRESSES", "")),
        tcp=environment.get("SFU_TCP", "1").lower() not in ("0", "no", "off", "false"),
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if text and not (text.isascii() and text.isdigit()):
        raise ConfigError(f"{name} must be a whole number, not {text!r}.")
    return int(text) if text else default


def _addresses(text: str) -> tuple[str, ...]:
    found = []
    for part in text.replace(",", " ").split():
        try:
            found.append(str(ipaddress.ip_address(part)))
        except ValueError:
            raise ConfigError(
                f"MEDIA_ADDRESSES takes IP addresses separated by commas, not {part!r}."
            ) from None
    return tuple(found)
