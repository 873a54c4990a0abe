"""The site of the fictitious administration at an origin of its own: the demonstration's pages around our loader."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

DIST = Path(__file__).parents[2] / "web" / "dist"
PAGES = {"/demo": "demo/index.html", "/demo/logement": "demo/logement.html"}
LOADER = 'src="/aide.js"'
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self'; "
    "style-src 'self'; script-src 'self' {help}/aide.js; frame-src {help}"
)
"""What a careful administration sends: of another site it takes one script and one frame."""


class DemoSite:
    """A server of files on 127.0.0.1. It may frame the help once ``help_at`` is told."""

    def __init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, kind = site.read(self.path.partition("?")[0])
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY.format(help=site.help_at))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tell nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.help_at = ""
        """Origin of the help, ``http://127.0.0.1:port``."""
        self.language = "fr"
        """Of the one line that includes the help."""

    def read(self, path: str) -> tuple[bytes, str]:
        """A page with the loader of ``help_at``, or a file of the build; empty for anything else."""
        if path in PAGES:
            html = (DIST / PAGES[path]).read_text(encoding="utf-8")
            html = html.replace(LOADER, f'src="{self.help_at}/aide.js"')
            return html.replace(
                'data-language="fr"', f'data-language="{self.language}"'
            ).encode(), "text/html"
        file = (DIST / path.lstrip("/")).resolve()
        if not (file.is_relative_to(DIST.resolve()) and file.is_file()):
            return b"", "text/plain"
        return file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream"

    def serve(self) -> None:
        """Answer until ``close``."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running() -> Iterator[DemoSite]:
    """Serve until the end of the block."""
    site = DemoSite()
    thread = Thread(target=site.serve)
    thread.start()
    try:
        yield site
    finally:
        site.close()
        thread.join()
