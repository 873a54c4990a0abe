"""A page of an administration on an origin of its own, under the strictest policy that lets the help in."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = """<!doctype html>
<html lang="fr">
  <head><title>Demande d’aide au logement</title></head>
  <body>
    <main>
      <h1>Demande d’aide au logement</h1>
      <label>Loyer <input id="rent"></label>
      <a href="/suite">Étape suivante</a>
    </main>
    <script src="{help}/aide.js" async data-language="fr"></script>
  </body>
</html>"""
POLICY = "default-src 'none'; script-src {help}; frame-src {help}; form-action 'none'; base-uri 'none'"


class StrictHost:
    """Knows its own address at once, and that of the help as soon as there is one."""

    def __init__(self) -> None:
        self.help = ""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = PAGE.format(help=owner.help).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", POLICY.format(help=owner.help))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def serving() -> Iterator[StrictHost]:
    """Serve the page until the end of the block."""
    host = StrictHost()
    thread = Thread(target=host.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.server.shutdown()
        host.server.server_close()
        thread.join(5)
