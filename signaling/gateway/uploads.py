"""Photos: sent as they are, shown to whom the app's door lets through."""

import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import hdrs, web

from signaling.database import Database
from signaling.errors import Refusal
from signaling.files.photo import RAW_BYTES
from signaling.files.service import Files
from signaling.gateway.edge import Edge, read_body, reply
from signaling.gateway.limits import UPLOADS_BURST, UPLOADS_PER_S, Buckets
from signaling.identity.service import Login
from signaling.parts import Clock
from signaling.wire import Code

UNUSED_KEPT_S = 86_400.0
"""A photo that no question uses goes after a day."""
UPLOAD_WITHIN_S = 120.0
"""A slow telephone line is welcome."""


class UploadRoutes:
    """``POST /api/{handle}/photos`` and ``GET /api/{handle}/files/{file}``."""

    def __init__(
        self,
        edge: Edge,
        files: Files,
        database: Database,
        access_file: Mapping[str, Callable[[Login, str], Awaitable[None]]],
        clock: Clock,
    ) -> None:
        self._edge = edge
        self._files = files
        self._database = database
        self._access_file = access_file
        self._clock = clock
        self._uploads = Buckets(UPLOADS_PER_S, UPLOADS_BURST)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/{handle}/photos", self._take),
            web.get("/api/{handle}/files/{file:[0-9a-f]{32}}", self._show),
        ]

    async def _take(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        if not self._uploads.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many photos")
        raw = await read_body(request, RAW_BYTES, UPLOAD_WITHIN_S)
        purge_at = self._clock() + UNUSED_KEPT_S
        person = login.person
        file_id = await self._files.store_photo(app=person.app, owner=person.id, raw=raw, purge_at=purge_at)
        return reply({"file": file_id})

    async def _show(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        file_id = request.match_info["file"]
        await self._access_file[login.person.app](login, file_id)
        async with self._database.read() as tx:
            data, content_type = await self._files.open(tx, file_id)
        headers = {hdrs.CACHE_CONTROL: "private, max-age=3600", hdrs.CONTENT_DISPOSITION: "inline"}
        return web.Response(body=data, content_type=content_type, headers=headers)
