"""An advisor without a browser, by the plain HTTP calls of docs/protocol.md section 4, for tests that do not await."""

import http.cookiejar
import secrets
import time
import urllib.error
import urllib.request
from typing import Any

import msgspec

TAKES_WITHIN_S = 15.0
PAUSE_S = 0.1


class DeskAgent:
    """Signs in with a personal link, takes a conversation, writes.

    Args:
        base: ``http://127.0.0.1:port`` of the web process.
        token: Secret of the advisor's personal link.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._login: str = self._post("/api/sign-in", {"token": token})["login"]
        self.conversation = ""

    def do(self, command: str, **fields: object) -> Any:
        """Send a command; the `ok` of its answer. An error fails the test."""
        answer = self._post(f"/api/{self._login}/command", {"type": command, **fields})
        assert "error" not in answer or answer["error"] is None, answer
        return answer["ok"]

    def view(self, name: str) -> dict[str, Any]:
        """Return a view as it is now."""
        body = {"views": {name: ""}, "logs": {}, "visible": True, "wait": 0}
        answer = self._post(f"/api/{self._login}/feed", body)
        data: dict[str, Any] = next(one["data"] for one in answer["messages"] if one.get("view") == name)
        return data

    def take(self) -> str:
        """Take the conversation that has waited longest, as soon as there is one."""
        end = time.monotonic() + TAKES_WITHIN_S
        while not (line := self.view("desk")["line"]):
            assert time.monotonic() < end, "nobody came into the line"
            time.sleep(PAUSE_S)
        self.conversation = min(line, key=lambda one: line[one]["since"])
        self.do("desk.claim", conversation=self.conversation, version=line[self.conversation]["version"])
        return self.conversation

    def say(self, text: str) -> None:
        """Write to the citizen."""
        self.do(
            "conversation.send",
            conversation=self.conversation,
            client_id=secrets.token_hex(12),
            text=text,
        )

    def _post(self, path: str, body: object) -> Any:
        headers = {"Content-Type": "application/msgpack", "Origin": self._base}
        address = self._base + path
        request = urllib.request.Request(address, msgspec.msgpack.encode(body), headers)  # noqa: S310 - our own server
        try:
            with self._opener.open(request, timeout=10) as response:
                return msgspec.msgpack.decode(response.read())
        except urllib.error.HTTPError as error:
            return msgspec.msgpack.decode(error.read())
