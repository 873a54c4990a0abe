"""Builds one process, with its services and its apps: shared by web, worker and the operator's commands."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from redis.asyncio import Redis

from signaling.api import App, Clock, Context, Part
from signaling.calls.service import Calls
from signaling.database import Database
from signaling.feeds.bus import connect
from signaling.feeds.ephemeral import Ephemeral
from signaling.feeds.service import Feeds
from signaling.files.service import Files
from signaling.identity.presence import Presence
from signaling.identity.service import Identity
from signaling.log.service import Log
from signaling.notices.service import Notices
from signaling.settings import BadSetting, Settings


@dataclass(frozen=True, slots=True)
class Process:
    """Services and apps; the mappings are by app name."""

    context: Context
    redis: Redis
    apps: Mapping[str, App]
    parts: Mapping[str, Part]


def load_app(dotted: str) -> App:
    """Return the app of a dotted name such as ``classroom.app:app``.

    Raises:
        BadSetting: There is no such app.
    """
    module, _, name = dotted.partition(":")
    try:
        return cast("App", getattr(import_module(module), name))
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        raise BadSetting(
            f"{dotted!r} is not an app ({error}): name module and object, as in classroom.app:app."
        ) from error


@asynccontextmanager
async def compose(
    settings: Settings, apps: Sequence[App], clock: Clock = time.time
) -> AsyncIterator[Process]:
    """Build everything; on leaving, close what was opened. The caller runs ``context.feeds``."""
    redis = connect(settings.redis_url)
    feeds = Feeds(redis)
    database = Database(settings.database_url, feeds.publish)
    identity = Identity(database, settings.secret_key)
    context = Context(
        settings=settings,
        clock=clock,
        database=database,
        identity=identity,
        presence=Presence(redis, feeds, identity, clock),
        ephemeral=Ephemeral(redis, feeds, clock),
        log=Log(database),
        calls=Calls(database, identity, redis, clock),
        files=Files(database, settings.data_dir / "files", settings.files_keys, settings.clamd),
        notices=Notices(database, settings, clock),
        feeds=feeds,
    )
    feeds.on_gap(context.presence.after_gap)  # before all others: what they read again shall see it as it is
    try:
        parts = {app.name: app.build(context) for app in apps}
        context.calls.set_policies({name: part.call_policy for name, part in parts.items()})
        for name, part in parts.items():
            if part.on_document is not None:
                context.files.follow(name, part.on_document, part.upload_share)
            if part.on_presence is not None:
                feeds.on_topic("person:", _person_of(part.on_presence))
        yield Process(context, redis, {app.name: app for app in apps}, parts)
    finally:
        await context.calls.close()
        await database.close()
        await redis.aclose()


def _person_of(told: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
    async def touched(topic: str) -> None:
        await told(topic.partition(":")[2])

    return touched
