"""One running system for all promises that need nothing broken, and people of its own for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from load.system.whole import System, running
from tests.support.people import School, school_of
from tests.support.town_hall import TownHall, town_hall_of

BOTH = ("classroom.app:app", "helpdesk.app:app")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Web, worker and SFU processes over a real Valkey; nobody stops them."""
    with running(tmp_path_factory.mktemp("town"), apps=BOTH) as system:
        yield system


@pytest.fixture
async def school(town: System) -> AsyncIterator[School]:
    """The school of the shared system."""
    async with school_of(town) as school:
        yield school


@pytest.fixture
async def hall(town: System) -> AsyncIterator[TownHall]:
    """A town hall in the shared system."""
    async with town_hall_of(town) as hall:
        yield hall
