"""Janus' interface by HTTP, as far as rooms of its VideoRoom plugin need it: https://janus.conf.meetecho.com/docs/rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp

ANSWER_WITHIN_S = 10.0
PLUGIN = "janus.plugin.videoroom"


class VideoRooms:
    """One session. Each connection to be has a handle; one request is under way at a time."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._up: set[int] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["VideoRooms"]:
        """Begin a session with the server; it ends with the server."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            rooms = cls(http, url)
            session = (await rooms._ask("", janus="create"))["data"]["id"]
            rooms._url = f"{url}/{session}"
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
            TimeoutError: It says nothing.
        """
        while handle not in self._up:
            await self._event()

    async def _attach(self) -> int:
        handle: int = (await self._ask("", janus="attach", plugin=PLUGIN))["data"]["id"]
        return handle

    async def _order(
        self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None
    ) -> dict[str, Any]:
        more = {"jsep": jsep} if jsep else {}
        answer = await self._ask(f"/{handle}", janus="message", body=body, **more)
        while answer["janus"] == "ack" or "plugindata" not in answer or answer.get("sender") != handle:
            answer = await self._event()
        if "error" in answer["plugindata"]["data"]:
            raise RuntimeError(f"Janus refused {body['request']}: {answer['plugindata']['data']['error']}")
        return answer

    async def _ask(self, path: str, **request: object) -> dict[str, Any]:
        async with self._http.post(
            self._url + path, json={**request, "transaction": uuid4().hex}
        ) as response:
            answer: dict[str, Any] = await response.json()
        if answer["janus"] == "error":
            raise RuntimeError(f"Janus refused {request['janus']}: {answer['error']['reason']}")
        return answer

    async def _event(self) -> dict[str, Any]:
        """Wait for the next event of any handle."""
        async with self._http.get(self._url) as response:
            event: dict[str, Any] = await response.json()
        if event["janus"] == "webrtcup":
            self._up.add(event["sender"])
        return event
