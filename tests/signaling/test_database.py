import asyncio
import multiprocessing
import threading

import pytest
import sqlalchemy as sa

from signaling.database import Database, metadata
from signaling.errors import Refusal
from signaling.wire import Code
from tests.support.databases import Bell

account = sa.Table(
    "test_account",
    sa.MetaData(),
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("sum", sa.Integer),
)


@pytest.fixture
async def accounts(database: Database) -> Database:
    await database.change_schema(account.create)
    async with database.write() as tx:
        await tx.insert_new(account, name="a", sum=0)
    return database


async def sum_of(database: Database, name: str) -> int | None:
    async with database.read() as tx:
        return (await tx.execute(sa.select(account.c.sum).where(account.c.name == name))).scalar()


async def add_one(database: Database) -> None:
    async with database.write() as tx:
        row = (
            await tx.execute(sa.select(account.c.sum).where(account.c.name == "a").with_for_update())
        ).scalar_one()
        await tx.execute(account.update().where(account.c.name == "a").values(sum=row + 1))


async def test_a_block_that_raises_stores_nothing_and_notifies_nobody(accounts: Database, bell: Bell) -> None:
    async def fail() -> None:
        async with accounts.write() as tx:
            tx.touch("account")
            await tx.insert_new(account, name="b", sum=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await sum_of(accounts, "b") is None
    assert bell.topics == []


async def test_what_was_touched_is_notified_once_after_the_commit(database_url: str) -> None:
    seen: list[tuple[frozenset[str], dict[str, int], int | None]] = []

    async def publish(topics: frozenset[str], logs: dict[str, int]) -> None:
        seen.append((topics, logs, await sum_of(database, "a")))

    database = Database(database_url, publish)
    await database.change_schema(account.create)
    async with database.write() as tx:
        await tx.insert_new(account, name="a", sum=7)
        tx.touch("x", "y")
        tx.touch("x")
        tx.touch_log("lesson", 4)
        tx.touch_log("lesson", 3)
    async with database.write() as tx:
        await tx.insert_new(account, name="b", sum=7)
    await database.close()
    assert seen == [(frozenset({"x", "y"}), {"lesson": 4}, 7)]


async def test_a_notification_that_fails_does_not_fail_the_commit(accounts: Database, bell: Bell) -> None:
    bell.break_down()
    async with accounts.write() as tx:
        await tx.insert_new(account, name="b", sum=1)
        tx.touch("account")
    assert await sum_of(accounts, "b") == 1


async def test_insert_new_tells_whether_the_key_was_free(accounts: Database) -> None:
    async with accounts.write() as tx:
        assert await tx.insert_new(account, name="b", sum=1)
        assert not await tx.insert_new(account, name="b", sum=2)
    assert await sum_of(accounts, "b") == 1


async def test_a_read_sees_one_snapshot_while_others_write(accounts: Database) -> None:
    async with accounts.read() as tx:
        before = (await tx.execute(sa.select(account.c.sum))).scalar_one()
        await asyncio.create_task(add_one(accounts))
        assert (await tx.execute(sa.select(account.c.sum))).scalar_one() == before
    assert await sum_of(accounts, "a") == before + 1


async def test_a_read_cannot_write(accounts: Database) -> None:
    with pytest.raises((sa.exc.DBAPIError, Refusal)):
        async with accounts.read() as tx:
            await tx.insert_new(account, name="b", sum=1)
    assert await sum_of(accounts, "b") is None


async def test_writers_of_one_process_take_turns(accounts: Database) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(30):
            group.create_task(add_one(accounts))
    assert await sum_of(accounts, "a") == 30


def _add_in_another_process(url: str, times: int) -> None:
    async def main() -> None:
        database = Database(url, Bell())
        for _ in range(times):
            await add_one(database)
        await database.close()

    asyncio.run(main())


async def test_writers_of_several_processes_neither_deadlock_nor_lose_an_update(
    accounts: Database, database_url: str
) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_in_another_process, args=(database_url, 15)) for _ in range(3)]
    for process in processes:
        process.start()
    for _ in range(15):
        await add_one(accounts)
    for process in processes:
        await asyncio.to_thread(process.join, 40)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert await sum_of(accounts, "a") == 60


async def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(accounts: Database) -> None:
    with pytest.raises(RuntimeError, match="inside another"):
        async with accounts.write(), accounts.write():
            pass
    await add_one(accounts)
    assert await sum_of(accounts, "a") == 1


async def test_a_writer_that_is_cancelled_leaves_nothing_behind_and_nobody_waiting(
    accounts: Database,
) -> None:
    inside = asyncio.Event()

    async def stop_inside() -> None:
        async with accounts.write() as tx:
            await tx.execute(account.update().values(sum=100))
            inside.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(stop_inside())
    await inside.wait()
    waiting = [asyncio.create_task(add_one(accounts)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    first.cancel()
    outcomes = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2 + [type(None)] * 2
    assert await sum_of(accounts, "a") == 2


async def test_a_writer_that_is_cancelled_at_any_step_never_blocks_the_next(accounts: Database) -> None:
    for steps in range(40):
        task = asyncio.create_task(add_one(accounts))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    before = await sum_of(accounts, "a")
    await add_one(accounts)
    assert before is not None
    assert await sum_of(accounts, "a") == before + 1


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_a_connection_that_breaks_is_a_refusal_once_and_replaced(accounts: Database) -> None:
    async def break_down() -> None:
        async with accounts.write() as tx:
            await tx.execute(account.update().values(sum=100))
            await tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Refusal) as caught:
        await break_down()
    assert caught.value.code is Code.UNAVAILABLE
    async with accounts.write() as tx:  # all others, as a restart of the server does
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        await tx.execute(sa.text(others + " AND datname = current_database()"))
    await add_one(accounts)
    assert await sum_of(accounts, "a") == 1


async def test_a_mistake_in_a_statement_is_not_taken_for_a_database_that_is_away(accounts: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        async with accounts.read() as tx:
            await tx.execute(sa.text("SELECT nothing FROM nowhere"))


async def test_an_error_shows_no_value_of_a_statement(accounts: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught:
        async with accounts.write() as tx:
            await tx.execute(sa.text("INSERT INTO nowhere VALUES (:name)"), {"name": "Inès"})
    assert "Inès" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://nobody@/none?host=/nowhere", "sqlite:////proc/none/x.sqlite3"])
async def test_a_database_that_is_away_is_a_refusal(url: str) -> None:
    database = Database(url, Bell())
    for transaction in (database.read, database.write):
        with pytest.raises(Refusal) as caught:
            async with transaction():
                pass
        assert caught.value.code is Code.UNAVAILABLE
    await database.close()
    for thread in threading.enumerate():  # aiosqlite does not wait for its own after a failed connect
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


def _prepare_in_another_process(url: str) -> None:
    async def main() -> None:
        database = Database(url, Bell())
        await database.change_schema(lambda connection: metadata.create_all(connection, [_copy(connection)]))
        await database.close()

    asyncio.run(main())


def _copy(_connection: sa.Connection) -> sa.Table:
    return (
        account.to_metadata(metadata)
        if account.name not in metadata.tables
        else metadata.tables[account.name]
    )


async def test_schema_work_of_several_processes_at_once_is_done_once(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_prepare_in_another_process, args=(database_url,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 40)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]


def test_only_sqlite_files_and_postgresql_are_served() -> None:
    for url in ("mysql://x/y", "sqlite://"):
        with pytest.raises(ValueError, match=r"sqlite|SQLite"):
            Database(url, Bell())
