"""Fixtures for every test: the servers and databases of tests/support, started when a test asks for them."""

from importlib.util import find_spec

SERVERS = (
    "tests.support.postgres",
    "tests.support.redis_server",
    "tests.support.valkey",
    "tests.support.sfu_worker",
    "tests.support.databases",
    "tests.support.clamd",
    "tests.support.system",
)

pytest_plugins = [name for name in SERVERS if find_spec(name)]
