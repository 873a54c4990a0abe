"""One SFU worker process: ``python -m sfu``."""

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Coroutine
from functools import partial

import uvloop
from aiortc import RTCCertificate

from sfu import config as configuration
from sfu.config import Config
from sfu.core.contract import Identity
from sfu.core.control_plane import ControlPlane
from sfu.dataplane.reference import ReferencePlane
from sfu.registry import Registry, Source
from sfu.service import Driver, Outlet
from sfu.transports import addresses
from sfu.transports.aiortc_hooks import fingerprint
from sfu.transports.peers import Peers
from sfu.transports.udp import PortTakenError

logger = logging.getLogger("sfu")


def main() -> int:
    """Run a worker until SIGTERM or SIGINT; the exit status is 1 with one sentence when it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s sfu %(message)s", stream=sys.stderr)
    try:
        config = configuration.read(os.environ)
        uvloop.run(run(config))
    except configuration.ConfigError as error:
        logger.error("%s", error)  # noqa: TRY400 - a sentence for the operator, not a traceback
        return 1
    except PortTakenError as error:
        logger.error("%s; stop what uses it or choose another SFU_PORT.", error.strerror)  # noqa: TRY400 - as above
        return 1
    return 0


async def run(config: Config) -> None:
    """Build the worker, run it, take it down in order.

    Raises:
        PortTakenError: The UDP or the TCP port is in use.
    """
    worker = secrets.token_hex(8)
    certificate = RTCCertificate.generateCertificate()
    listening = addresses.plan(config.addresses, addresses.interface_addresses())
    identity = Identity(
        worker, fingerprint(certificate), addresses.candidates(listening, config.port, tcp=config.tcp)
    )
    control = ControlPlane(identity, os.urandom)
    registry = Registry(config.redis_url, worker)
    driver = Driver(control, Outlet(registry.answer, registry.show, registry.hide))
    peers = Peers(listening, config.port, certificate, driver.sink())
    driver.start(ReferencePlane(control.resolve, peers.emit), peers)
    await peers.start(tcp=config.tcp)
    _settle_memory()
    logger.info("= worker %s on port %d, %d candidates", worker, config.port, len(identity.candidates))
    await _until_stopped(
        registry.run(Source(driver.commanded, partial(driver.state, worker, time.time()), driver.rooms))
    )
    driver.stop()
    await asyncio.gather(registry.withdraw(driver.rooms()), peers.stop())
    logger.info(
        "= worker %s stopped; failed %s; dropped %s", worker, dict(driver.failures()), dict(peers.dropped())
    )


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    running = asyncio.ensure_future(work)
    running.add_done_callback(lambda _: stopped.set())
    await stopped.wait()
    if running.done():
        running.result()
    running.cancel()
    await asyncio.wait([running])


def _settle_memory() -> None:
    """Keep the collector away from what lives as long as the process; a full collection stalls every call."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


if __name__ == "__main__":
    sys.exit(main())
