"""A web process: ``python -m signaling classroom.app:app``. Several of them share one port."""

import logging
import socket
import ssl
import sys

from aiohttp import web

from signaling.api import App
from signaling.composition import compose
from signaling.gateway.app import Gateway
from signaling.process import CannotStart, first_of, main, until_asked
from signaling.settings import Settings

STOP_WITHIN_S = 1.0
"""For requests that are being answered when the process is asked to stop."""

logger = logging.getLogger("signaling.web")


async def serve(settings: Settings, apps: list[App]) -> None:
    """Serve until asked to stop.

    Raises:
        CannotStart: The port is taken.
    """
    _check_port(settings)
    async with compose(settings, apps) as process, until_asked() as asked:
        gateway = Gateway(process)
        runner = web.AppRunner(gateway.application, access_log=None, shutdown_timeout=STOP_WITHIN_S)
        await runner.setup()
        try:
            async with gateway.running() as services:
                site = web.TCPSite(
                    runner,
                    settings.host,
                    settings.port,
                    ssl_context=_tls(settings),
                    reuse_port=True,
                    backlog=512,
                )
                await site.start()
                logger.info("= listening on %s", site.name)
                await first_of(asked, services)
                logger.info("= stopping")
                await site.stop()
        finally:
            await runner.cleanup()
    logger.info("= stopped")


def _check_port(settings: Settings) -> None:
    """Find another program on the port; our own processes share it (SO_REUSEPORT), others do not.

    Raises:
        CannotStart: There is one.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"Port {settings.port} of {settings.host} cannot be used ({error.strerror or error}): "
                f"stop what uses it, or choose another with PORT."
            ) from error


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise CannotStart(
            f"TLS_CERT and TLS_KEY do not fit together or are no PEM files: {error}."
        ) from error
    return context


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], serve))
