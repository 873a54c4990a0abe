"""Notices on a real database, a real mail server and a real push service."""

from collections.abc import AsyncIterator

import pytest

from signaling.database import Database
from signaling.notices.service import Notices
from tests.support.mailbox import Mailbox, PushService, mail_server, push_service
from tests.support.notices import NOW, Desk, settings


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that runs."""
    box = Mailbox()
    async with mail_server(box):
        yield box


@pytest.fixture
async def push() -> AsyncIterator[PushService]:
    """A push service that runs."""
    async with push_service() as service:
        yield service


@pytest.fixture
def desk(database: Database, mailbox: Mailbox) -> Desk:
    """An app whose server sends mail and push."""
    return Desk(database, Notices(database, settings(mailbox.port), lambda: NOW))
