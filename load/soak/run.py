"""One run: people write in conversations while a plan of faults is carried out; then everybody's words are compared."""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from load.soak.faults import AFTER, Break, Conductor, Fault, make_plan
from load.soak.judge import Reader, Seen, Verdict, Words, judge
from load.soak.ledger import Ledger
from load.soak.link import Link, Way
from load.soak.stage import Setting, Stage, standing
from load.soak.steps import listening
from load.soak.talker import Seat, Talker
from load.system.whole import System

SETTLED_WITHIN_S = 60.0
LOOK_EVERY_S = 2.0
SIDE_BY_SIDE = 0.05
"""Share of messages that are sent before the former one was acknowledged."""
STORED = sqlalchemy.text(
    "SELECT seq, kind, payload, client_id FROM log_event WHERE log_id = :log_id ORDER BY seq"
)


class Scene(Protocol):
    """What an app brings to the soak."""

    people: int
    """In each conversation."""

    async def open(self, system: System, links: Sequence[Link], ledger: Ledger) -> list[Seat]:
        """Make as many conversations as the links are for; nothing is broken meanwhile.

        What is said already is written into the ledger.
        """
        ...


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a run is."""

    conversations: int = 4
    messages: int = 300
    """At least; it ends when the faults are over too."""
    faults: int = 20
    """At least; each at each step once anyway."""
    per_second: float = 12.0
    pause_s: float = 0.8
    """Between two faults."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run gave."""

    sent: int
    provoked: list[Fault]
    verdict: Verdict
    notes: dict[str, int]
    seconds: float

    @property
    def faults(self) -> int:
        """How many things were broken."""
        return len(self.provoked)


class Soak:
    """Everybody and everything of one run."""

    def __init__(
        self, stage: Stage, seats: Sequence[Seat], ledger: Ledger, extent: Extent, chance: random.Random
    ) -> None:
        self.ledger = ledger
        self.talkers = [
            Talker(seat, self.ledger, random.Random(chance.random()), self._acknowledged) for seat in seats
        ]
        self._stage = stage
        self._extent = extent
        self._chance = chance
        self.conductor = Conductor(self._breaks(), chance)

    async def run(self) -> None:
        """Let people write while things break, until everything is whole again and all is sent and read.

        Raises:
            TimeoutError: A step was not reached, or they never come to an end.
            RuntimeError: A message was refused for good.
        """
        for talker in self.talkers:
            talker.sit_down()
        plan = make_plan(self._chance, [*self._breaks()], self._extent.faults)
        faults = asyncio.ensure_future(self.conductor.run(plan, self._extent.pause_s))
        try:
            while not faults.done() or len(self.ledger.sent) < self._extent.messages:
                self._somebody_writes()
                await asyncio.sleep(self._chance.expovariate(self._extent.per_second))
            await faults
            await self._stage.all_back()
            await self._settle()
        finally:
            faults.cancel()

    async def judge(self) -> Verdict:
        """Compare what everybody holds, and what new pages read, with the database."""
        readers = [talker.holds() for talker in self.talkers]
        readers += await asyncio.gather(*(talker.read_afresh() for talker in self.talkers))
        return judge(self.ledger.sent, self.ledger.acknowledged, await self._stored(), readers)

    async def leave(self) -> None:
        """Close all pages."""
        await asyncio.gather(*(talker.leave() for talker in self.talkers), return_exceptions=True)

    def state(self) -> str:
        """Tell how things stand, for the message of a run that does not come to its end."""
        return (
            f"broken so far: {self.conductor.provoked}, next: {self.conductor.armed}; waiting in outboxes: "
            f"{ {talker.seat.name: len(talker.outbox) for talker in self.talkers} }; {dict(self.ledger.notes)}"
        )

    # --- on the way -------------------------------------------------------------------------------------------------

    def _somebody_writes(self) -> None:
        for talker in self.talkers:
            talker.check()
        side_by_side = self._chance.random() < SIDE_BY_SIDE
        self._chance.choice(self.talkers).write(2 if side_by_side else 1)

    async def _acknowledged(self, _talker: Talker, words: Words) -> None:
        await self.conductor.reached(AFTER, words.client_id, 0)

    def _breaks(self) -> dict[str, Break]:
        stage = self._stage

        def only(kill: Callable[[], Awaitable[None]]) -> Break:
            return lambda _client_id, _pid: kill()

        async def kill_page(client_id: str, _pid: int) -> None:
            self._author(client_id).kill()

        def stall(way: Way) -> Break:
            async def stall_line(client_id: str, _pid: int) -> None:
                self._author(client_id).seat.link.stall(way)

            return stall_line

        breaks: dict[str, Break] = {
            "page": kill_page,
            "web": lambda _client_id, pid: stage.kill_web(pid),
            "worker": only(stage.kill_worker),
            "redis": only(stage.kill_redis),
            "line up": stall(Way.UP),
            "line down": stall(Way.DOWN),
        }
        return breaks | ({"database": only(stage.kill_database)} if stage.postgres else {})

    def _author(self, client_id: str) -> Talker:
        name = next(words.author for words in self.ledger.sent if words.client_id == client_id)
        return next(talker for talker in self.talkers if talker.seat.name == name)

    # --- at the end -------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Wait until all outboxes are empty and every page shows the last message."""
        try:
            async with asyncio.timeout(SETTLED_WITHIN_S):
                while not await self._settled():
                    await asyncio.gather(*(talker.look() for talker in self.talkers))
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            self.ledger.notes["not settled in time"] += 1

    async def _settled(self) -> bool:
        for talker in self.talkers:
            talker.check()
        if any(talker.outbox for talker in self.talkers):
            return False
        stored = await self._stored()
        return all(_last(talker.holds()) >= len(stored[talker.seat.log_id]) for talker in self.talkers)

    async def _stored(self) -> dict[str, list[Seen]]:
        url = self._stage.system.environment["DATABASE_URL"].replace("sqlite://", "sqlite+aiosqlite://")
        engine = create_async_engine(url)
        stored: dict[str, list[Seen]] = {}
        try:
            async with engine.connect() as connection:
                for seat in {talker.seat.log_id: talker.seat for talker in self.talkers}.values():
                    rows = await connection.execute(STORED, {"log_id": seat.log_id})
                    stored[seat.log_id] = [
                        seat.see(row.seq, row.kind, json.loads(row.payload), row.client_id or "")
                        for row in rows
                    ]
        finally:
            await engine.dispose()
        return stored


async def soak(folder: Path, setting: Setting, scene: Scene, extent: Extent, seed: int) -> Outcome:
    """Run once.

    Args:
        folder: An empty one.
        setting: What runs; serves the scene's app.
        scene: Who talks where.
        extent: How long.
        seed: Of all choices: what is broken when, who writes.
    """
    began = time.monotonic()
    chance = random.Random(seed)
    links = [Link() for _ in range(scene.people * extent.conversations)]
    running: list[Soak] = []

    async def reached(step: str, client_id: str, pid: int) -> None:
        for each in running:
            if any(words.client_id == client_id for words in reversed(each.ledger.sent)):
                await each.conductor.reached(step, client_id, pid)

    async with AsyncExitStack() as stack:
        # Short: a Unix socket's path has at most 107 bytes.
        steps = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))) / "steps"
        await stack.enter_async_context(listening(steps, reached))
        stage = await stack.enter_async_context(standing(folder, setting, links, steps, chance))
        ledger = Ledger()
        run = Soak(stage, await scene.open(stage.system, links, ledger), ledger, extent, chance)
        stack.push_async_callback(run.leave)
        running.append(run)
        try:
            await run.run()
        except (TimeoutError, RuntimeError) as error:
            raise RuntimeError(f"{error!r}\n{run.state()}\n{stage.system.output()}") from error
        verdict = await run.judge()
        run.ledger.notes["processes that ended by themselves"] += stage.ended_by_themselves()
        notes = dict(sorted(run.ledger.notes.items()))
        return Outcome(len(run.ledger.sent), run.conductor.provoked, verdict, notes, time.monotonic() - began)


def _last(reader: Reader) -> int:
    return max((event.seq for event in reader.events), default=reader.after)
