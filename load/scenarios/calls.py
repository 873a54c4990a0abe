"""What the view ``call:{id}`` tells a person of her call. Pure."""

from collections.abc import Mapping
from typing import Any


def is_named(call: Mapping[str, Any]) -> bool:
    """Whether it is live and the other's name, and only hers, stands beside a camera's picture."""
    other = "callee" if call.get("me") == "caller" else "caller"
    peer = (call.get(other) or {}).get("peer")
    shown = [slot["peer"] for slot in call.get("slots", {}).values() if slot["source"] == "camera"]
    return call.get("state") == "live" and shown == [peer]


def hangs_up(call: Mapping[str, Any]) -> bool:
    """Whether it is for this person to hang up: both sides agree without asking, by the call's last digit."""
    return (call.get("me") == "caller") == (int(call["call"][-1], 16) % 2 == 0)
