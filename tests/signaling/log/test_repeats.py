"""What an app asks of a log before it lets an act happen: did it happen already, and how far is the log."""

from typing import Any

import pytest

from signaling.errors import Refusal
from signaling.log.service import Log
from signaling.wire import Code

ACT: dict[str, Any] = {
    "author": "paul",
    "client_id": "client-0001",
    "kind": "message",
    "payload": {"text": "Bonjour"},
}


async def test_an_act_that_came_before_is_found_with_its_first_number_and_time(database):
    log = Log(database)
    async with database.write() as tx:
        log_id = await log.create(tx, app="helpdesk", purge_at=None)
        assert await log.repeated(tx, log_id, **ACT) is None
        first = await log.append(tx, log_id, **ACT, now=10.0)
        await log.append(tx, log_id, **(ACT | {"client_id": "client-0002"}), now=11.0)
        assert await log.repeated(tx, log_id, **ACT) == first
        assert await log.head(tx, log_id) == 2


async def test_the_same_act_with_other_content_is_refused_and_nobody_elses_is_found(database):
    log = Log(database)
    async with database.write() as tx:
        log_id = await log.create(tx, app="helpdesk", purge_at=None)
        await log.append(tx, log_id, **ACT, now=10.0)
        assert await log.repeated(tx, log_id, **(ACT | {"author": "anne"})) is None
        with pytest.raises(Refusal) as refusal:
            await log.repeated(tx, log_id, **(ACT | {"payload": {"text": "Bonsoir"}}))
        assert refusal.value.code is Code.REPEATED_DIFFERENTLY


async def test_a_log_that_does_not_exist_has_no_head(database):
    async with database.write() as tx:
        with pytest.raises(Refusal) as refusal:
            await Log(database).head(tx, "nothing")
    assert refusal.value.code is Code.NOT_FOUND
