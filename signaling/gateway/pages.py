"""The web client as Vite built it: pages that are always asked for anew, assets that never change, and the loader.

Text is sent compressed, which is done once and kept in memory. Vite puts a digest of the content into the name of
an asset, so a name stands for its bytes for ever. The loader of the help window is what other sites include: its name
is the same for ever, and so it is kept for minutes only.
"""

import asyncio
import gzip
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aiohttp import hdrs, web

from signaling.gateway.edge import CROSS_ORIGIN, EMBEDDABLE, Handle
from signaling.parts import Page

DIST = Path(__file__).parents[2] / "web" / "dist"
NOT_BUILT = "The web client is not built: run `make web`, or `npm ci && npm run build` in web/.\n"
FOREVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
FOR_MINUTES = "public, max-age=300"
LOADER = "aide.js"
COMPRESSIBLE = (
    "text/",
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "application/manifest+json",
)
REMEMBERED = 256
"""Files whose bytes are kept in memory."""


class PageRoutes:
    """Pages and assets.

    Args:
        dist: What ``vite build`` made.
        pages: Of the apps.
    """

    def __init__(self, dist: Path = DIST, pages: Iterable[Page] = ()) -> None:
        self._dist = dist.resolve()
        self._pages = tuple(pages)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; the last ones take what no other route took."""
        return [
            web.get("/", self._welcome),
            web.get("/entrer", self._welcome),
            *(web.get(page.path, self._page(page)) for page in self._pages),
            web.get(f"/{LOADER}", self._loader),
            web.get(r"/assets/{name:[A-Za-z0-9._-]+}", self._asset),
            web.get(r"/{name:[A-Za-z0-9_-]+\.[A-Za-z0-9]+}", self._root_file),
        ]

    async def _welcome(self, request: web.Request) -> web.Response:
        return await self._file(request, "index.html", ALWAYS_ASK)

    def _page(self, page: Page) -> Handle:
        async def show(request: web.Request) -> web.Response:
            request[EMBEDDABLE] = page.embeddable
            return await self._file(request, page.file, ALWAYS_ASK)

        return show

    async def _loader(self, request: web.Request) -> web.Response:
        request[CROSS_ORIGIN] = True
        return await self._file(request, LOADER, FOR_MINUTES)

    async def _asset(self, request: web.Request) -> web.Response:
        return await self._file(request, f"assets/{request.match_info['name']}", FOREVER)

    async def _root_file(self, request: web.Request) -> web.Response:
        return await self._file(request, request.match_info["name"], ALWAYS_ASK)

    async def _file(self, request: web.Request, name: str, cache: str) -> web.Response:
        found = await asyncio.to_thread(self._load, name)
        if found is None:
            if name.endswith(".html"):
                return web.Response(status=503, text=NOT_BUILT)
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: cache, hdrs.ETAG: found.tag, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        if request.headers.get(hdrs.IF_NONE_MATCH) == found.tag:
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = found.kind
        if found.packed and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            return web.Response(body=found.packed, headers=headers)
        return web.Response(body=found.body, headers=headers)

    def _load(self, name: str) -> "_File | None":
        path = (self._dist / name).resolve()
        if not path.is_relative_to(self._dist) or not path.is_file():
            return None
        return _read(path, path.stat().st_mtime_ns)


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes
    """Compressed; empty when that is not worth it."""
    kind: str
    tag: str


@lru_cache(maxsize=REMEMBERED)
def _read(path: Path, changed_at: int) -> _File:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(body, mtime=0) if kind.startswith(COMPRESSIBLE) else b""
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return _File(body, packed if len(packed) < len(body) else b"", kind, f'"{changed_at:x}-{len(body):x}"')
