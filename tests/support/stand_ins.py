"""Small processes that stand where web, worker and sfu will be, for tests of what starts and stops them.

Each writes its start and its stop into the file `journal` of its working directory.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import redis


def note(text: str) -> None:
    with Path("journal").open("a", encoding="utf-8") as journal:
        journal.write(f"{text}\n")


def beat_forever(beat: Callable[[redis.Redis], object]) -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        while True:
            beat(client)
            time.sleep(0.2)


def web() -> None:
    client: Any = redis.Redis.from_url(os.environ["REDIS_URL"])

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen = {
                "ok": True,
                "worker_age_s": client.exists("worker") or None,
                "sfu_workers": client.zcard("sfu"),
            }
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(seen).encode())

        def log_message(self, *_: object) -> None:
            pass

    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()


def worker() -> None:
    beat_forever(lambda client: client.set("worker", 1))


def sfu() -> None:
    name = f"sfu-{os.environ['SFU_INDEX']}"
    beat_forever(lambda client: client.zadd("sfu", {name: time.time()}))


def broken() -> None:
    raise SystemExit("the reason why it cannot start")


def main(role: str) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        note(f"stop {role}")
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, signal.SIG_IGN if role == "stubborn" else stop)
    note(f"start {role}")
    {"web": web, "worker": worker, "sfu": sfu, "broken": broken, "stubborn": worker}[role]()


if __name__ == "__main__":
    main(sys.argv[1])
