"""As a page sends them: through the gateway, for the person who is signed in."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from load.system.redis import RedisServer
from signaling.notices.tables import contact
from signaling.notices.wire import AddPush, ForgetMe, SetMail
from signaling.wire import Code
from signaling.worker import sweeps_of
from tests.support.app_client import Refused, open_place

MAIL = {"MAIL_URL": "smtp://127.0.0.1:9/?starttls=0", "MAIL_FROM": "desk@example.org"}


async def test_a_person_says_by_what_she_wants_to_be_told_and_takes_it_back(
    valkey: RedisServer, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(open_place(valkey, tmp_path))
        place.environment |= MAIL
        web = await stack.enter_async_context(place.serve())
        aya = await place.enter(stack, web.base, "Aya")
        bao = await place.enter(stack, web.base, "Bao")
        await aya.send(SetMail(address="aya@example.org"))
        await aya.send(AddPush(endpoint="https://push.example.org/w/1"))
        await bao.send(SetMail(address="bao@example.org"))
        context = web.process.context
        async with context.database.read() as tx:
            people = {row.person for row in await tx.execute(sa.select(contact.c.person))}
            assert len(people) == 2
            ways = [await context.notices.ways_of(tx, person) for person in people]
        assert all(each.mail and each.mail_offered for each in ways)
        assert sorted(each.push for each in ways) == [False, True]
        assert {each.push_key for each in ways} == {context.notices.push_key}
        await aya.send(ForgetMe())
        async with context.database.read() as tx:
            assert len((await tx.execute(sa.select(contact))).all()) == 1


async def test_what_cannot_be_used_is_refused(valkey: RedisServer, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(open_place(valkey, tmp_path))
        web = await stack.enter_async_context(place.serve())
        aya = await place.enter(stack, web.base, "Aya")
        for command, code in (
            (SetMail(address="aya@example.org"), Code.NOT_FOUND),  # no MAIL_URL
            (AddPush(endpoint="http://127.0.0.1:6379/"), Code.BAD_ADDRESS),
            (AddPush(endpoint="https://localhost/w"), Code.BAD_ADDRESS),
            (SetMail(address="x" * 300), Code.BAD_MESSAGE),
        ):
            with pytest.raises(Refused) as caught:
                await aya.send(command)
            assert caught.value.code is code
        names = [sweep.name for sweep in sweeps_of(web.process)]
        assert {"notices.send", "notices.purge"} <= set(names)
