"""TEMP shim."""
from contextlib import asynccontextmanager
from tests.support import sfu_worker, valkey
SfuWorker = sfu_worker.SfuWorker
@asynccontextmanager
async def running_worker():
    with valkey.running() as server:
        async with sfu_worker.running(server) as worker:
            yield worker
