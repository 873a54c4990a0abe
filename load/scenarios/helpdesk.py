"""A person of the help desk: what citizens, helpers and agents share."""

from typing import Any, ClassVar

from load.scenarios.measuring import CheckFailed, Measuring
from load.scenarios.outbox import insist
from load.scenarios.person import Person, Plan

HELPDESK = "helpdesk"
THINKS_S = (0.3, 1.5)
"""How long somebody reads and types before she presses Send, at least and at most."""


class AtHelpdesk(Person):
    """Somebody whose page shows the help or the desk."""

    main: ClassVar[str] = "help"
    """Name of the first view."""

    def __init__(self, plan: Plan, measuring: Measuring) -> None:
        super().__init__(plan, measuring)
        self.id = ""
        """Hers, as views and logs name her; empty before she has entered."""

    @property
    def view(self) -> dict[str, Any]:
        """Her first view as she sees it now."""
        return dict(self.client.views.get(self.main) or {})

    async def open_page(self) -> None:
        """As ``Person.open_page``."""
        view = await self.open_view(self.main)
        if view is None:
            raise CheckFailed(f"the view {self.main} is not open to this person")
        self.id = str(view["me"])

    async def open_view(self, view: str) -> dict[str, Any] | None:
        """Open a view and return it; None when it is not open to this person."""
        client = self.client
        found: dict[str, Any] | None = await insist(lambda: client.open_view(view), client)
        return found

    def thinks_s(self) -> float:
        """Give how long she thinks this time."""
        return self.chance.uniform(*THINKS_S)
