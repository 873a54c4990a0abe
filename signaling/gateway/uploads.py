"""Photos and documents: taken in, and handed out to whom the app's door lets through.

Documents come by tus 1.0.0 (core, creation, termination): what broke off goes on at any process.
"""

import asyncio
import base64
import logging
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web

from signaling.api import Part
from signaling.database import Database
from signaling.errors import Refusal
from signaling.files.documents import Document
from signaling.files.photo import RAW_BYTES
from signaling.files.sealing import PIECE, CannotOpen
from signaling.files.service import Files
from signaling.files.uploads import DAY_S, DOCUMENT_BYTES, Upload
from signaling.gateway.edge import CHUNK, Edge, read_body, refuse, reply
from signaling.gateway.limits import UPLOADS_BURST, UPLOADS_PER_S, Buckets
from signaling.identity.service import Login
from signaling.parts import Clock
from signaling.wire import ClientId, Code

UPLOAD_WITHIN_S = 120.0
"""For a photo, or for each piece of a document: a slow telephone line is welcome."""
CREATIONS_PER_S, CREATIONS_BURST = 1 / 10, 10
"""Documents begun, of one login."""
REQUESTS_PER_S, REQUESTS_BURST = 10.0, 100
"""For documents under way, of one login."""
SHOWN_PER_S, SHOWN_BURST = 5.0, 100
"""Files handed out to one login: a page that opens may show many pictures at once."""
TUS = "1.0.0"
TUS_RESUMABLE, UPLOAD_OFFSET, UPLOAD_LENGTH = "Tus-Resumable", "Upload-Offset", "Upload-Length"
PIECES = "application/offset+octet-stream"
DIGITS_MOST = 12
ONLY_SHOWN = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""Policy of a document: nothing in it runs or loads, wherever a browser shows it."""

logger = logging.getLogger(__name__)


class UploadRoutes:
    """``POST /api/{handle}/photos``, ``/api/{handle}/uploads`` and ``GET /api/{handle}/files/{file}``."""

    def __init__(
        self,
        edge: Edge,
        files: Files,
        database: Database,
        parts: Mapping[str, Part],
        clock: Clock,
    ) -> None:
        self._edge = edge
        self._files = files
        self._database = database
        self._parts = parts
        self._clock = clock
        self._photos = Buckets(UPLOADS_PER_S, UPLOADS_BURST)
        self._creations = Buckets(CREATIONS_PER_S, CREATIONS_BURST)
        self._requests = Buckets(REQUESTS_PER_S, REQUESTS_BURST)
        self._shown = Buckets(SHOWN_PER_S, SHOWN_BURST)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        one = "/api/{handle}/uploads/{file:[0-9a-f]{32}}"
        return [
            web.post("/api/{handle}/photos", self._take_photo),
            web.get("/api/{handle}/files/{file:[0-9a-f]{32}}", self._show),
            web.route(hdrs.METH_OPTIONS, "/api/{handle}/uploads", self._tell_abilities),
            web.post("/api/{handle}/uploads", self._create),
            web.head(one, self._tell_offset),
            web.patch(one, self._append),
            web.delete(one, self._abandon),
        ]

    async def _take_photo(self, request: web.Request) -> web.Response:
        login = await self._edge.login(request)
        part = self._parts.get(login.person.app)
        if part is None or not part.takes_photos:
            raise Refusal(Code.FORBIDDEN, "no photos here: send a document")
        if not self._photos.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many photos")
        raw = await read_body(request, RAW_BYTES, UPLOAD_WITHIN_S)
        purge_at = self._clock() + DAY_S
        person = login.person
        file_id = await self._files.store_photo(app=person.app, owner=person.id, raw=raw, purge_at=purge_at)
        return reply({"file": file_id})

    # --- documents under way: https://tus.io/protocols/resumable-upload, version 1.0.0 -----------------------------

    async def _tell_abilities(self, _request: web.Request) -> web.Response:
        headers = {"Tus-Version": TUS, "Tus-Extension": "creation,termination"}
        return _told(204, **headers, **{"Tus-Max-Size": str(DOCUMENT_BYTES)})

    async def _create(self, request: web.Request) -> web.Response:
        login = await self._login(request)
        if not self._creations.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many documents begun")
        name, client_id = _metadata(request.headers.get("Upload-Metadata", ""))
        made = await self._files.uploads.create(
            app=login.person.app,
            owner=login.person.id,
            client_id=client_id,
            name=name,
            size=_number(request, UPLOAD_LENGTH),
            now=self._clock(),
        )
        at = {hdrs.LOCATION: f"{request.path}/{made.id}", UPLOAD_OFFSET: str(made.received)}
        return _told(201, **at)

    async def _tell_offset(self, request: web.Request) -> web.Response:
        upload = await self._upload(request)
        return _told(200, **{UPLOAD_OFFSET: str(upload.received), UPLOAD_LENGTH: str(upload.size)})

    async def _append(self, request: web.Request) -> web.Response:
        if request.content_type != PIECES:
            raise Refusal(Code.BAD_MESSAGE, f"send {PIECES}")
        upload = await self._upload(request)
        if upload.outcome:
            await self._files.uploads.finish(upload, self._clock())  # tells how it ended
        if _number(request, UPLOAD_OFFSET) != upload.received:
            return _does_not_fit(upload)
        missing = upload.size - upload.received
        length = request.content_length
        if length is not None and length > missing:
            raise Refusal(Code.TOO_LARGE, "more than was announced")
        if length is not None and 0 < length < min(PIECE, missing):
            raise Refusal(Code.BAD_MESSAGE, f"send {PIECE} bytes at least, or all that is missing")
        try:
            async with aclosing(_pieces(request, missing)) as pieces:
                async for piece in pieces:
                    upload = await self._files.uploads.add(upload, piece)
        except Refusal as refusal:
            if refusal.code is not Code.CONFLICT:
                raise
            return _does_not_fit(await self._files.uploads.find(upload.owner, upload.id))
        if upload.is_whole:
            await self._files.uploads.finish(upload, self._clock())
        return _told(204, **{UPLOAD_OFFSET: str(upload.received)})

    async def _abandon(self, request: web.Request) -> web.Response:
        await self._files.uploads.abandon(await self._upload(request))
        return _told(204)

    async def _login(self, request: web.Request) -> Login:
        login = await self._edge.login(request)
        if not self._requests.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many requests for documents")
        if request.headers.get(TUS_RESUMABLE) != TUS:
            raise web.HTTPPreconditionFailed(headers={"Tus-Version": TUS})
        return login

    async def _upload(self, request: web.Request) -> Upload:
        login = await self._login(request)
        return await self._files.uploads.find(login.person.id, request.match_info["file"])

    # --- what is there -----------------------------------------------------------------------------------------------

    async def _show(self, request: web.Request) -> web.StreamResponse:
        login = await self._edge.login(request)
        if not self._shown.take(login.id, time.monotonic()):
            raise Refusal(Code.TOO_MANY, "too many files at once")
        file_id, app = request.match_info["file"], login.person.app
        await self._parts[app].access_file(login, file_id)
        async with self._database.read() as tx:
            opened = await self._files.open(tx, app, file_id)
        async with aclosing(opened.pieces) as pieces:
            response = web.StreamResponse(headers=_headers_of(opened.document))
            response.content_length = opened.document.size
            await response.prepare(request)
            try:
                async for piece in pieces:
                    await response.write(piece)
            except CannotOpen as error:  # begun and cannot be taken back: the browser sees that it is cut off
                logger.warning("x file %s: %s", file_id, error)
                response.force_close()
                return response
            await response.write_eof()
        return response


async def _pieces(request: web.Request, missing: int) -> AsyncGenerator[bytes, None]:
    """Yield whole pieces, and the last one however long it is; what is left of a broken one is dropped.

    Raises:
        Refusal: ``TOO_LARGE``: there is more than was announced; or it does not come.
    """
    held = bytearray()
    while missing:
        wanted = min(PIECE, missing)
        try:
            async with asyncio.timeout(UPLOAD_WITHIN_S):
                while len(held) < wanted and (chunk := await request.content.read(CHUNK)):
                    held += chunk
        except TimeoutError:
            raise Refusal(Code.BAD_MESSAGE, "the body does not come") from None
        if len(held) < wanted:
            return
        yield bytes(held[:wanted])
        del held[:wanted]
        missing -= wanted
    if held or await request.content.read(1):
        raise Refusal(Code.TOO_LARGE, "more than was announced")


def _told(status: int, **headers: str) -> web.Response:
    return web.Response(
        status=status, headers={TUS_RESUMABLE: TUS, hdrs.CACHE_CONTROL: "no-store", **headers}
    )


def _does_not_fit(upload: Upload) -> web.Response:
    response = refuse(Refusal(Code.CONFLICT, "the upload goes on at another offset"))
    response.headers.update({TUS_RESUMABLE: TUS, UPLOAD_OFFSET: str(upload.received)})
    return response


def _number(request: web.Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MOST):
        raise Refusal(Code.BAD_MESSAGE, f"{header} is a number of bytes")
    return int(text)


def _metadata(header: str) -> tuple[str, str]:
    """Return the file's name and the client id: pairs of key and base64, with commas between."""
    given: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            given[key] = base64.b64decode(value, validate=True).decode()
        except ValueError as error:
            raise Refusal(Code.BAD_MESSAGE, "Upload-Metadata is not as in tus 1.0.0") from error
    try:
        return given.get("filename", ""), msgspec.convert(given.get("client_id", ""), ClientId)
    except msgspec.ValidationError as error:
        raise Refusal(Code.BAD_MESSAGE, "Upload-Metadata needs a client_id of 8 to 64 letters") from error


def _headers_of(document: Document) -> dict[str, str]:
    """Return how a document is handed out: a picture may be shown in the page, all else is saved."""
    shown = "inline" if document.kind == "image" else "attachment"
    name = (
        f"; filename*=UTF-8''{quote(document.name, safe='')}" if document.name else ""
    )  # RFC 6266, RFC 8187
    return {
        hdrs.CONTENT_TYPE: document.content_type,
        hdrs.CONTENT_DISPOSITION: shown + name,
        hdrs.CACHE_CONTROL: "private, max-age=3600" if document.kind == "image" else "private, no-store",
        "Content-Security-Policy": ONLY_SHOWN,
    }
