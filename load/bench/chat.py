"""Figures of the help desk's chat: how soon a message is acknowledged, how many a process stores, what waiting costs."""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import aiohttp

from load.bench.busy import Busy
from load.bench.cpu import resident_kb
from load.bench.crowd import Crowd, Voice, crowd, guests
from load.bench.figure import Benchmark, Figure, percentile
from load.bench.light_page import LightPage
from load.system.whole import System, running
from signaling.wire import SignedIn

APPS = ("helpdesk.app:app",)
PAGES = 500
PER_SECOND = 50.0
BY_AGENTS = 0.3
WARM_UP_S = 3.0
MEASURED_S = 30.0
SATURATING = 64
SATURATED_S = 15.0
CONNECTIONS_EACH = 8
WARM_LOGINS = 5


@contextmanager
def desk() -> Iterator[System]:
    """One web process, one worker, SQLite and Valkey."""
    with (
        tempfile.TemporaryDirectory(prefix="permanence-") as name,
        running(Path(name), sfu=0, apps=APPS, TRUSTED_PROXY="127.0.0.1") as system,
    ):
        yield system


async def _acknowledgements() -> Iterable[Figure]:
    with desk() as system:
        async with crowd(system, PAGES) as the:
            await _write_for(the, WARM_UP_S)
            busy, before = Busy(system.web[0].pid), the.received()
            took_ms, refused = await _write_for(the, MEASURED_S)
            load = (
                f"{len(the.pages)} connected pages at {len(the.citizens)} conversations, each with its log and its view open "
                f"(agents: 16 logs a page, no desk view); {len(took_ms) / MEASURED_S:.0f} messages/s at random times for "
                f"{MEASURED_S:.0f} s, {BY_AGENTS:.0%} by agents; {(the.received() - before) / MEASURED_S:.0f} messages/s out "
                f"besides acknowledgements; {refused} refused as too much; from the page's send to its acknowledgement, after the "
                f"commit; {busy.told()}"
            )
    return [
        Figure(f"chat_ack_ms.{name}", percentile(took_ms, share), "ms", load)
        for name, share in (("median", 0.5), ("p99", 0.99))
    ]


async def _write_for(the: Crowd, seconds: float) -> tuple[list[float], int]:
    """Write at random moments, `PER_SECOND` on average, whatever the answers take.

    Returns:
        What each took, in ms; and how many were refused, which the page would send again.
    """
    chance = random.Random(1)
    ends = time.monotonic() + seconds
    at = time.monotonic()
    writing: list[asyncio.Task[float]] = []
    while (at := at + chance.expovariate(PER_SECOND)) < ends:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        voices = the.agents if chance.random() < BY_AGENTS else the.citizens
        writing.append(asyncio.ensure_future(_timed(chance.choice(voices))))
    done = await asyncio.gather(*writing, return_exceptions=True)
    took_ms = [each for each in done if isinstance(each, float)]
    return took_ms, len(done) - len(took_ms)


async def _timed(voice: Voice) -> float:
    began = time.perf_counter()
    await voice.say()
    return (time.perf_counter() - began) * 1e3


async def _saturation() -> Iterable[Figure]:
    with desk() as system:
        async with crowd(system, PAGES) as the:
            await _write_for(the, WARM_UP_S)
            busy = Busy(system.web[0].pid)
            stored = await _as_fast_as_possible(the)
            load = (
                f"{len(the.pages)} connected pages, {SATURATING} messages under way at any time, each in another conversation, "
                f"for {SATURATED_S:.0f} s; {busy.told()}"
            )
    return [Figure("chat_messages_per_s", stored / SATURATED_S, "messages/s", load)]


async def _as_fast_as_possible(the: Crowd) -> int:
    """Keep `SATURATING` messages under way; tell how many were acknowledged in time."""
    ends = time.monotonic() + SATURATED_S
    stored = 0

    async def write_on(voices: list[Voice]) -> None:
        nonlocal stored
        while True:
            for voice in voices:
                with suppress(ConnectionError):
                    await voice.say()
                    stored += time.monotonic() < ends
                if time.monotonic() > ends:
                    return

    await asyncio.gather(*(write_on(the.citizens[first::SATURATING]) for first in range(SATURATING)))
    return stored


async def _idle() -> Iterable[Figure]:
    with desk() as system:
        logins = -(-PAGES // CONNECTIONS_EACH)
        async with guests(system, WARM_LOGINS + logins) as (session, people):
            pid = system.web[0].pid
            open_all = partial(_open_all, session, system.base)
            first = await open_all(people[:WARM_LOGINS])
            before = resident_kb(pid)
            measured = await open_all(people[WARM_LOGINS:])
            grown, count = resident_kb(pid) - before, len(measured)
            await asyncio.gather(*(page.close() for page in (*first, *measured)))
    load = (
        f"{count} signed-in WebSockets with nothing open, 8 to a login, beside {len(first)} that were there before; growth of the web "
        "process's resident memory"
    )
    return [Figure("idle_connection_kb", grown / count, "kB resident/connection", load)]


async def _open_all(session: aiohttp.ClientSession, base: str, people: list[SignedIn]) -> list[LightPage]:
    """Open as many connections for each login as it may have, and let the server come to rest."""
    pages = [
        await LightPage.open(session, base, person.login, person.secret)
        for person in people
        for _ in range(CONNECTIONS_EACH)
    ]
    await asyncio.sleep(WARM_UP_S)
    return pages


BENCHMARKS = (
    Benchmark(("chat_ack_ms.median", "chat_ack_ms.p99"), _acknowledgements),
    Benchmark(("chat_messages_per_s",), _saturation),
    Benchmark(("idle_connection_kb",), _idle),
)
