"""A notebook on a real Valkey and a real SQLite file, served in this loop."""

from contextlib import AsyncExitStack

import pytest

from tests.support.app_client import open_place


@pytest.fixture
async def place(valkey, tmp_path):
    async with open_place(valkey, tmp_path) as place:
        yield place


@pytest.fixture
async def web(place):
    async with place.serve() as web:
        yield web


@pytest.fixture
async def enter(place, web):
    """Sign somebody in by name and connect her page."""
    async with AsyncExitStack() as stack:

        async def enter(name):
            return await place.enter(stack, web.base, name)

        yield enter
