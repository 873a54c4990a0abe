"""What is not up yet, as the supervisor and the web process see it."""

import http.client
import json
import ssl
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass

from signaling.launcher.supervision import State

ANSWER_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What `/health` of a web process says of itself and of the others."""

    web: bool = False
    worker: bool = False
    sfu: int = 0
    """How many SFU workers."""


def not_running(states: Iterable[State]) -> list[str]:
    """Name the processes which the supervisor does not call running."""
    return [each.name for each in states if each.state != "RUNNING"]


def look(url: str) -> Seen:
    """Ask a web process. Who signed its certificate is not looked at: it is our own machine."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S, context=context) as answer:  # noqa: S310 - our own URL
            health = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return Seen()
    return Seen(bool(health["ok"]), health["worker_age_s"] is not None, int(health["sfu_workers"]))
