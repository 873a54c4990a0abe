"""Debian's redis-server for the tests marked `redis`; all others run on the Valkey wheel."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.processes import running, wait_until


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a server on a Unix socket, one for the test run."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is missing: apt-get install redis-server")
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    path = folder / "redis.sock"
    command = [
        program,
        "--port",
        "0",
        "--unixsocket",
        path,
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        folder,
    ]
    try:
        with running(command, output=folder / "log") as process:
            wait_until(path.exists, f"the socket of redis-server\n{process.text()}")
            yield f"unix://{path}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_server_url(redis_server: str) -> str:
    """The same server, emptied for this test."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server
