"""The servers that tests start are the real ones, and each test finds its own empty."""

import asyncio
import sys
from pathlib import Path

import pytest
import redis
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from load.system.processes import running, wait_until


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_gets_an_empty_postgresql_database(postgres_url: str, turn: int):
    engine = create_async_engine(postgres_url)
    try:
        async with asyncio.timeout(10), engine.begin() as connection:
            await connection.execute(sqlalchemy.text("CREATE TABLE here (turn integer)"))
            version = await connection.scalar(sqlalchemy.text("SELECT version()"))
        assert str(version).startswith("PostgreSQL")
    finally:
        await engine.dispose()


@pytest.mark.redis
@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_redis(redis_server_url: str, turn: int):
    with redis.Redis.from_url(redis_server_url) as client:
        assert client.dbsize() == 0
        client.set("turn", turn)


def test_a_process_that_a_test_started_is_gone_at_the_end_with_its_children(tmp_path: Path):
    script = (
        "import subprocess, sys; print('up', flush=True); subprocess.run([sys.executable, '-c', 'input()'])"
    )
    with running(
        [sys.executable, "-c", f"import os; os.dup2(os.pipe()[0], 0); {script}"], output=tmp_path / "log"
    ) as process:
        process.wait_for("up")
        wait_until(lambda: len(process.descendants()) == 1, "the child")
    assert process.survivors() == []
    assert process.popen.returncode is not None
