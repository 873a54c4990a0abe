"""The gateway as a whole: joins routes, Socket.IO and feeds into one aiohttp application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from signaling.composition import Process
from signaling.feeds.logs import OpenLogs
from signaling.feeds.views import OpenViews
from signaling.gateway.connections import Connections
from signaling.gateway.dispatch import Dispatcher
from signaling.gateway.edge import Edge
from signaling.gateway.guests import GuestRoutes, SharedBuckets
from signaling.gateway.health import HealthRoute
from signaling.gateway.http_path import HttpPath
from signaling.gateway.pages import DIST, PageRoutes
from signaling.gateway.rights import Rights
from signaling.gateway.sign_in import FailedSignIns, SignInRoutes
from signaling.gateway.socket import SocketServer
from signaling.gateway.uploads import UploadRoutes
from signaling.parts import LOGIN_OF
from signaling.tasks import end, run_together


class Gateway:
    """One web process's gateway.

    Args:
        process: Services and apps.
        dist: The built web client.
    """

    def __init__(self, process: Process, dist: Path = DIST) -> None:
        context, parts = process.context, process.parts
        views = {name: {**context.calls.views(), **part.views} for name, part in parts.items()}
        access_log = {name: part.access_log for name, part in parts.items()}
        self._feeds = context.feeds
        self._views = OpenViews(views, asyncio.get_running_loop().time)
        self._logs = OpenLogs(context.log.read, context.log.heads)
        self._rights = Rights(context.identity, self._views, self._logs, access_log, context.clock)
        self._connections = Connections(
            presence=context.presence,
            views=self._views,
            logs=self._logs,
            rights=self._rights,
            clock=context.clock,
        )
        shared = {**context.calls.handlers(), **context.notices.handlers()}
        dispatchers = {
            name: Dispatcher({**shared, **part.handlers, **self._connections.handlers()})
            for name, part in parts.items()
        }
        edge = Edge(context.settings, context.identity, context.clock)
        self._socket = SocketServer(context.identity, self._connections, dispatchers, context.clock)
        self._http = HttpPath(
            edge=edge,
            dispatchers=dispatchers,
            presence=context.presence,
            views=self._views,
            rights=self._rights,
            clock=context.clock,
        )
        self.application = web.Application(middlewares=[edge.guard])
        self.application[LOGIN_OF] = edge.login
        self.application.on_response_prepare.append(edge.add_headers)
        self._add_routes(process, edge, dist)
        self._listen()

    def _add_routes(self, process: Process, edge: Edge, dist: Path) -> None:
        context, parts = process.context, process.parts
        failures = FailedSignIns(process.redis)
        self.application.add_routes(
            [
                *SignInRoutes(edge, context.identity, failures, process.apps, context.clock).routes(),
                *GuestRoutes(edge, process, SharedBuckets(process.redis)).routes(),
                *self._http.routes(),
                *UploadRoutes(edge, context.files, context.database, parts, context.clock).routes(),
                *HealthRoute(
                    process.redis, context.database, context.feeds, self._connections, context.clock
                ).routes(),
                *(route for part in parts.values() for route in part.routes),
            ]
        )
        self._socket.attach(self.application)
        pages = [page for part in parts.values() for page in part.pages]
        self.application.add_routes(PageRoutes(dist, pages).routes())

    def _listen(self) -> None:
        """Rights come before logs; presence was before all (`compose`): views shall see it as it is."""
        self._feeds.on_notice(self._rights.notice)
        self._feeds.on_notice(self._views.notice)
        self._feeds.on_notice(self._logs.notice)
        for mend in (
            self._connections.announce_all,
            self._rights.look_at_all,
            self._views.refresh_all,
            self._logs.refresh_all,
        ):
            self._feeds.on_gap(mend)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Future[None]]:
        """Run what the gateway runs beside its requests; on leaving, send everybody away in order.

        Yields:
            What is done only when one of them failed: the process is then of no use.
        """
        together = asyncio.ensure_future(
            run_together(
                self._feeds.run(),
                self._views.run(),
                self._logs.run(),
                self._rights.run(),
                self._connections.run(),
            )
        )
        try:
            yield together
        finally:
            self._http.close()
            await self._socket.close()
            await end([together])
