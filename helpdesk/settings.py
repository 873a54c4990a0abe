"""What the operator decides about the help desk, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from signaling.api import BadSetting

DAY_S = 86400.0
NAME_MOST = 80
SERVICE = "Métropole de Valmont"
KEEP_DAYS = "180"


@dataclass(frozen=True, slots=True)
class HelpdeskSettings:
    """Read once; documented in docs/operations.md."""

    service: str = SERVICE
    """Name of the administration, as citizens know it."""
    keep_s: float = int(KEEP_DAYS) * DAY_S
    """How long a closed conversation is kept."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """Read ``HELPDESK_SERVICE`` and ``HELPDESK_KEEP_DAYS``.

        Raises:
            BadSetting: With the sentence for the operator.
        """
        service = env.get("HELPDESK_SERVICE", "").strip() or SERVICE
        if len(service) > NAME_MOST or not service.isprintable():
            raise BadSetting(f"HELPDESK_SERVICE is a name on one line, of at most {NAME_MOST} characters.")
        days = env.get("HELPDESK_KEEP_DAYS", "").strip() or KEEP_DAYS
        if not (days.isascii() and days.isdigit() and 1 <= int(days) <= 3650):
            raise BadSetting(
                "HELPDESK_KEEP_DAYS is a number of days, 1 to 3650: how long closed talks are kept."
            )
        return cls(service=service, keep_s=int(days) * DAY_S)
