"""Views and logs of one page: applies what comes, notices what is missing and asks for it again. No I/O.

It trusts nothing that it could have missed: patches are applied to their base only, events of a log in order only;
what does not fit is opened again.
"""

import logging
from collections.abc import Callable
from typing import Any

from signaling.wire import (
    Code,
    Command,
    Heartbeat,
    LogEnded,
    LogEvent,
    LogEvents,
    LoginEnded,
    OpenLog,
    OpenView,
    ServerMessage,
    ViewEnded,
    ViewPatch,
    ViewSnapshot,
)

AnyServerMessage = ViewSnapshot | ViewPatch | ViewEnded | LogEvents | LogEnded | Heartbeat | LoginEnded
logger = logging.getLogger(__name__)


def apply_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``target`` changed by ``patch`` (RFC 7396 section 2); both are left as they are."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply_patch(result.get(name), value)
    return result


class Feeds:
    """What a page holds.

    Args:
        ask: Sends a command that opens something again.
    """

    def __init__(self, ask: Callable[[Command], None]) -> None:
        self.views: dict[str, Any] = {}
        """View to its data; absent until its snapshot came."""
        self.versions: dict[str, str] = {}
        """Of all views that are open; empty until the snapshot came."""
        self.logs: dict[str, list[LogEvent]] = {}
        """Log to its events, 1, 2, 3 ... without holes, or from the one after its floor on."""
        self.floors: dict[str, int] = {}
        """Log to the seq after which this login may read; 0 when absent."""
        self.ended: dict[str, Code] = {}
        """Views and logs that the server ended, by name."""
        self.login_ended: Code | None = None
        self.reopened = 0
        """How often something did not fit and was opened again."""
        self._ask = ask

    def last(self, log_id: str) -> int:
        """Return the seq up to which a log is held."""
        return self.floors.get(log_id, 0) + len(self.logs.setdefault(log_id, []))

    def opening(self) -> list[Command]:
        """List the commands that open everything again with what is held, as after a reconnection."""
        return [*map(self._open_view, self.versions), *map(self._open_log, self.logs)]

    def receive(self, message: ServerMessage) -> None:
        """Take in what the server sent."""
        match message:
            case ViewSnapshot():
                self.views[message.view], self.versions[message.view] = message.data, message.version
            case ViewPatch():
                self._patch(message)
            case LogEvents():
                self._append(message)
            case ViewEnded():
                self.ended[message.view] = message.code
                self.views.pop(message.view, None)
                self.versions.pop(message.view, None)
            case LogEnded():
                self.ended[message.log_id] = message.code
                self.logs.pop(message.log_id, None)
            case Heartbeat():
                self._compare(message)
            case LoginEnded():
                self.login_ended = message.code
            case _:
                logger.warning("x unknown message")

    def _patch(self, message: ViewPatch) -> None:
        if message.view not in self.versions:
            return
        if self.versions[message.view] != message.base:
            self.reopened += 1
            self._ask(self._open_view(message.view))
            return
        self.views[message.view] = apply_patch(self.views[message.view], message.patch)
        self.versions[message.view] = message.version

    def _append(self, message: LogEvents) -> None:
        held = self.logs.get(message.log_id)
        if held is None:
            return
        for event in message.events:
            if event.seq == self.last(message.log_id) + 1:
                held.append(event)
        if message.events[-1].seq > self.last(message.log_id):
            self.reopened += 1
            self._ask(self._open_log(message.log_id))

    def _compare(self, heartbeat: Heartbeat) -> None:
        for view, version in heartbeat.views.items():
            if self.versions.get(view, version) != version:
                self._ask(self._open_view(view))
        for log_id, head in heartbeat.logs.items():
            if log_id in self.logs and self.last(log_id) < head:
                self._ask(self._open_log(log_id))

    def _open_view(self, view: str) -> Command:
        return OpenView(view=view, version=self.versions[view] or None)

    def _open_log(self, log_id: str) -> Command:
        return OpenLog(log_id=log_id, after=self.last(log_id))
