"""Calls: what the gateway registers, and what an app may ask. The parts do the work, each in its module.

One `Calls` per process. ``table`` is the life of a call; ``line`` brings it from the question to Accept, ``media``
negotiates, ``rooms`` follows the worker, ``endings`` ends it, ``views`` shows it.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from signaling.calls import store
from signaling.calls.contract import CAMERA, MICROPHONE, SCREEN, Call, CallPolicy, Offer, Transition
from signaling.calls.endings import Endings
from signaling.calls.line import Line
from signaling.calls.media import Media
from signaling.calls.rooms import Rooms
from signaling.calls.sfu_client import REPLY_S, SfuClient
from signaling.calls.table import State
from signaling.calls.transitions import Transitions, touch
from signaling.calls.views import CallViews
from signaling.calls.wire import Accept, HangUp, Join, Later, MediaLost, NotNow, Ready, RestartIce, SetMedia
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.feeds.service import View
from signaling.identity.service import Identity, Login
from signaling.parts import Clock, Handler, Sweep
from signaling.wire import Code, Command, Done

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["Call", "CallPolicy", "Calls", "Offer", "Transition"]


class Calls:
    """The service.

    Args:
        database: Where the calls are.
        identity: Names of persons.
        redis: To the workers; gives bytes (see `SfuClient`).
        clock: Unix seconds.
        reply_s: How long a worker's reply is awaited, seconds.
    """

    def __init__(
        self,
        database: Database,
        identity: Identity,
        redis: "Redis",
        clock: Clock,
        reply_s: float = REPLY_S,
    ) -> None:
        self._database = database
        self._transitions = Transitions()
        sfu = SfuClient(redis, reply_s)
        self._line = Line(database, self._transitions, clock)
        self._rooms = Rooms(database, self._transitions, sfu, redis, clock)
        self._media = Media(database, self._transitions, sfu, self._rooms, clock)
        self._endings = Endings(database, identity, self._transitions, sfu, clock)
        self._views = CallViews(database, identity, self._transitions, sfu)

    def set_policies(self, policies: Mapping[str, CallPolicy]) -> None:
        """Register the apps' policies by app name; once, before anything else."""
        self._transitions.set_policies(policies)

    # --- for an app, in its transaction -------------------------------------------------------------------------

    async def queue(
        self, tx: Transaction, *, app: str, ref: str, caller: str, wanted: str = "", now: float
    ) -> str:
        """Put a call in line; it rings at once at those for whom the policy says so.

        Args:
            tx: The app's transaction.
            app: Its name.
            ref: Its own reference, at most 64 characters.
            caller: Person who waits.
            wanted: Person at whom it rings first; empty for everybody.
            now: Unix seconds.

        Returns:
            The call's id.
        """
        return await self._line.queue(tx, app=app, ref=ref, caller=caller, wanted=wanted, now=now)

    async def ring(self, tx: Transaction, call_id: str, now: float) -> None:
        """Compute anew at whom a waiting call rings, as the sweep does every second."""
        await self._line.ring(tx, call_id, now)

    async def cancel(self, tx: Transaction, call_id: str, *, by: str, now: float) -> None:
        """End a waiting call with the outcome ``cancelled``; nothing happens to one that has ended.

        Raises:
            Refusal: ``CONFLICT``: somebody has just taken it.
        """
        await self._line.cancel(tx, call_id, by=by, now=now)

    async def get(self, tx: Transaction, call_id: str) -> Call | None:
        """Return a call, None when there is none."""
        return await store.find(tx, call_id)

    async def current(self, tx: Transaction, app: str, person_id: str) -> Call | None:
        """Return the call in which a person is, from Accept to its end."""
        call_id = await store.seat_of(tx, person_id)
        call = await store.find(tx, call_id) if call_id else None
        return call if call is not None and call.app == app else None

    async def offers(self, tx: Transaction, call_ids: Iterable[str]) -> dict[str, dict[str, Offer]]:
        """Return, for calls that wait, at whom each rings and who has answered: call to person to offer."""
        return await store.read_offers(tx, call_ids)

    # --- for the gateway and the worker ---------------------------------------------------------------------------

    def handlers(self) -> Mapping[type[Command], Handler]:
        """Handlers of the commands ``call.*``."""
        return {
            Accept: self._line.accept,
            Later: self._line.later,
            NotNow: self._line.not_now,
            Join: self._media.join,
            RestartIce: self._media.restart_ice,
            Ready: self._media.ready,
            MediaLost: self._media.media_lost,
            SetMedia: self._set_media,
            HangUp: self._endings.hang_up,
        }

    def views(self) -> Mapping[str, View]:
        """Return the view ``call``."""
        return {"call": self._views}

    def sweeps(self) -> list[Sweep]:
        """Return what the worker process runs, each in a task of its own; several processes may.

        ``calls.rooms`` waits by itself for up to a second.
        """
        return [
            Sweep("calls.rooms", self._rooms.follow, every_s=0.0),
            Sweep("calls.deadlines", self._endings.sweep_deadlines, every_s=0.5),
            Sweep("calls.logins", self._endings.sweep_logins, every_s=5.0),
            Sweep("calls.ring", self._line.sweep, every_s=1.0),
            Sweep("calls.close", self._endings.sweep_rooms, every_s=1.0),
            Sweep("calls.check", self._rooms.check, every_s=2.0),
            Sweep("calls.purge", self._endings.purge, every_s=600.0),
        ]

    async def close(self) -> None:
        """Stop listening to rooms."""
        await self._rooms.close()

    async def _set_media(self, login: Login, command: SetMedia) -> Done:
        """Note what this side says it sends."""
        media = MICROPHONE * command.microphone | CAMERA * command.camera | SCREEN * command.screen
        async with self._database.write() as tx:
            call = await store.lock(tx, command.call)
            role = call.role_of(login.person.id)
            if not role:
                raise Refusal(Code.FORBIDDEN, "only its two persons are in a call")
            if call.state is not State.ENDED:
                touch(tx, await store.change(tx, call, **{f"{role}_media": media}))
        return Done()
