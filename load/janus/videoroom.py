"""Janus' interface on a Unix socket, as far as rooms of the VideoRoom plugin need it: https://janus.conf.meetecho.com/docs/videoroom."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

ANSWER_WITHIN_S = 10.0
MESSAGE = 64 * 1024
PLUGIN = "janus.plugin.videoroom"


class VideoRooms:
    """One session. Each connection to be has a handle; one request is under way at a time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._session: dict[str, int] = {}
        self._numbers = count(1)
        self._up: set[int] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["VideoRooms"]:
        """Talk to the server that listens at `path`; everything of the session ends with the block."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(0)
            await asyncio.get_running_loop().sock_connect(sock, str(path))
            rooms = cls(sock)
            rooms._session = {"session_id": (await rooms._ask(janus="create"))["data"]["id"]}
            yield rooms

    async def create(self, room: int) -> None:
        """Make a room with one publisher and any number of subscribers, VP8.

        Raises:
            RuntimeError, TimeoutError: As for all requests, the server refuses or does not answer.
        """
        await self._order(
            await self._attach(), {"request": "create", "room": room, "publishers": 1, "videocodec": "vp8"}
        )

    async def publish(self, room: int, offer: str) -> tuple[int, int, str]:
        """Become the room's publisher; get a handle, the feed's id and the SDP of the answer."""
        body = {"request": "joinandconfigure", "ptype": "publisher", "room": room}
        handle = await self._attach()
        event = await self._order(handle, body, {"type": "offer", "sdp": offer})
        return handle, event["plugindata"]["data"]["id"], event["jsep"]["sdp"]

    async def subscribe(self, room: int, feed: int) -> tuple[int, str]:
        """Ask for the picture of a publisher whose handle is `up`; get a handle for `start` and the SDP of an offer."""
        handle = await self._attach()
        body = {"request": "join", "ptype": "subscriber", "room": room, "streams": [{"feed": feed}]}
        event = await self._order(handle, body)
        return handle, event["jsep"]["sdp"]

    async def start(self, handle: int, answer: str) -> None:
        """Accept what `subscribe` gave."""
        await self._order(handle, {"request": "start"}, {"type": "answer", "sdp": answer})

    async def up(self, handle: int) -> None:
        """Wait until the server says that a handle's media can flow.

        Raises:
            TimeoutError: It does not say so.
        """
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while handle not in self._up:
                await self._read()

    async def _attach(self) -> int:
        handle: int = (await self._ask(janus="attach", plugin=PLUGIN))["data"]["id"]
        return handle

    async def _order(
        self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None
    ) -> dict[str, Any]:
        more = {"jsep": jsep} if jsep else {}
        answer = await self._ask(janus="message", handle_id=handle, body=body, **more)
        if "error" in answer["plugindata"]["data"]:
            raise RuntimeError(f"Janus refused {body['request']}: {answer['plugindata']['data']['error']}")
        return answer

    async def _ask(self, **request: object) -> dict[str, Any]:
        """Send a request and wait for what it leads to; events that nobody asked for are passed over."""
        number = str(next(self._numbers))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await loop.sock_sendall(
                self._sock, json.dumps({**request, **self._session, "transaction": number}).encode()
            )
            answer = await self._read()
            while answer.get("transaction") != number or answer["janus"] == "ack":
                answer = await self._read()
        if answer["janus"] == "error":
            raise RuntimeError(f"Janus refused {request['janus']}: {answer['error']['reason']}")
        return answer

    async def _read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.get_running_loop().sock_recv(self._sock, MESSAGE))
        if message["janus"] == "webrtcup":
            self._up.add(message["sender"])
        return message
