"""A person in the classroom: what pupils and volunteers share."""

from typing import Any

from load.scenarios.measuring import CheckFailed
from load.scenarios.person import Person

CLASSROOM = "classroom"


class InClassroom(Person):
    """Somebody whose page shows the classroom."""

    @property
    def view(self) -> dict[str, Any]:
        """The classroom as this person sees it now."""
        return dict(self.client.views.get(CLASSROOM) or {})

    @property
    def id(self) -> str:
        """Her id, as views and logs name her."""
        return str(self.view["me"])

    async def open_page(self) -> None:
        """As ``Person.open_page``."""
        if await self.client.open_view(CLASSROOM) is None:
            raise CheckFailed("the classroom is not open to this person")
