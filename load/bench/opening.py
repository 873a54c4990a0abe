"""Figures of the opening minute: everybody enrolled comes at once, and what one move in a full classroom costs."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import msgspec

from classroom.wire import Ask, Asked, Cancel, Checked
from load.bench.busy import Busy
from load.bench.cpu import cpu_seconds, resident_kb
from load.bench.figure import Benchmark, Figure, percentile
from load.bench.light_page import LightPage
from load.client import MSGPACK
from load.system.whole import Link, System, running
from signaling.wire import OpenView, SignedIn, SignIn

ENROLLED = (300, 5000)
"""A school, a metropolis."""
COME = {300: 300, 5000: 1000}
VOLUNTEERS = 20
AT_ONCE = 32
SETTLES_S = 8.0
MOVES = 10
APART_S = 1.0
VIEW = "classroom"


class Doors:
    """Lets people in, each from an address of her own."""

    def __init__(self, system: System, session: aiohttp.ClientSession) -> None:
        self._base = system.base
        self._session = session
        self._count = 0
        self.took_ms: list[float] = []

    async def come_in(self, person: Link) -> LightPage:
        """Sign in by the personal link, connect, and open the classroom."""
        began = time.perf_counter()
        self._count += 1
        address = f"10.2.{self._count // 250}.{self._count % 250}"
        headers = {"Origin": self._base, "X-Forwarded-For": address}
        body = msgspec.msgpack.encode(SignIn(token=person.token, keep="page"))
        async with self._session.post(
            f"{self._base}/api/sign-in", data=body, headers=MSGPACK | headers
        ) as response:
            signed_in = msgspec.msgpack.decode(await response.read(), type=SignedIn)
        page = await LightPage.open(self._session, self._base, signed_in.login, signed_in.secret)
        await page.send(OpenView(view=VIEW))
        self.took_ms.append((time.perf_counter() - began) * 1e3)
        return page

    async def crowd_in(self, people: Sequence[Link]) -> list[LightPage]:
        """Let all of them in, `AT_ONCE` side by side."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(person: Link) -> LightPage:
            async with turn:
                return await self.come_in(person)

        return list(await asyncio.gather(*(one(person) for person in people)))


async def _opening(enrolled: int) -> Iterable[Figure]:
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="permanence-"))
        system = stack.enter_context(
            running(
                Path(name),
                sfu=0,
                TRUSTED_PROXY="127.0.0.1",
                DEMO_PUPILS=str(enrolled),
                DEMO_VOLUNTEERS=str(VOLUNTEERS),
            )
        )
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            doors = Doors(system, session)
            pages = await doors.crowd_in(system.of_role("volunteer"))
            try:
                return await _measure(system, doors, pages, enrolled)
            finally:
                await asyncio.gather(*(page.close() for page in pages), return_exceptions=True)


async def _measure(system: System, doors: Doors, pages: list[LightPage], enrolled: int) -> list[Figure]:
    pid = system.web[0].pid
    doors.took_ms.clear()
    busy, resident, began = Busy(pid), resident_kb(pid), time.monotonic()
    volunteers = len(pages)
    pages += await doors.crowd_in(system.of_role("pupil")[: COME[enrolled]])
    came_s, told = time.monotonic() - began, busy.told()
    grown_kb = resident_kb(pid) - resident
    await asyncio.sleep(SETTLES_S)
    pupil = pages[volunteers]
    await pupil.send(Checked(camera=True, microphone=True))
    idle, cpu = await _spent(pid, APART_S * MOVES), cpu_seconds(pid)
    await _move(pupil)
    moves_cpu = max(0.0, cpu_seconds(pid) - cpu - idle)
    load = (
        f"{enrolled} enrolled pupils, {volunteers} volunteers who watch, {COME[enrolled]} pupils come in as fast as the server "
        f"lets them, {AT_ONCE} side by side: personal link, connection, first view (median "
        f"{percentile(doors.took_ms, 0.5):.0f} ms, p95 {percentile(doors.took_ms, 0.95):.0f} ms each); {grown_kb / COME[enrolled]:.0f} kB more for each in the web process; {told}"
    )
    asked = (
        f"{COME[enrolled]} of {enrolled} pupils and {volunteers} volunteers connected; a question asked and taken back, {2 * MOVES} "
        f"moves in {APART_S * MOVES:.0f} s; beyond the {idle / MOVES / APART_S:.0%} of a core that they cost at rest; all {len(pages)} "
        "pages are drawn anew, in rounds of which one may serve several moves: a move alone costs more"
    )
    return [
        Figure(f"opening_s.{enrolled}", came_s, "s", load),
        Figure(f"classroom_move_cpu_ms.{enrolled}", moves_cpu / (2 * MOVES) * 1e3, "ms CPU/move", asked),
    ]


async def _spent(pid: int, seconds: float) -> float:
    before = cpu_seconds(pid)
    await asyncio.sleep(seconds)
    return cpu_seconds(pid) - before


async def _move(pupil: LightPage) -> None:
    """Ask and take back, at a pace that lets all pages be drawn between."""
    for _ in range(MOVES):
        asked = msgspec.convert(
            await pupil.send(Ask(client_id=uuid.uuid4().hex, subject="maths", words="Une question ?")), Asked
        )
        await asyncio.sleep(APART_S / 2)
        await pupil.send(Cancel(question=asked.question))
        await asyncio.sleep(APART_S / 2)


def _benchmark(enrolled: int) -> Benchmark:
    async def run() -> Iterable[Figure]:
        return await _opening(enrolled)

    return Benchmark((f"opening_s.{enrolled}", f"classroom_move_cpu_ms.{enrolled}"), run)


BENCHMARKS = tuple(_benchmark(enrolled) for enrolled in ENROLLED)
