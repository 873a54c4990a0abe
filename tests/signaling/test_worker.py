"""The worker: every sweep comes by, one that fails stops no other, and it ends when asked."""

import asyncio
import signal

import pytest

from load.system.processes import wait_until
from signaling.composition import compose
from signaling.errors import Refusal
from signaling.identity.presence import SETTLES_S
from signaling.parts import Sweep
from signaling.wire import Code
from signaling.worker import run_sweep, sweeps_of
from tests.support.app_client import open_place
from tests.support.feeds import running, until
from tests.support.notebook import Notebook


class Counted:
    """A sweep that fails as told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.times: list[float] = []

    async def run(self, now: float) -> int:
        self.times.append(now)
        if self.error:
            raise self.error
        return 0

    def sweep(self, name: str) -> Sweep:
        return Sweep(name, self.run, every_s=0.01)


async def test_a_sweep_that_fails_stops_neither_itself_nor_another(caplog):
    good, faulty, refused = Counted(), Counted(ZeroDivisionError("Aya")), Counted(Refusal(Code.UNAVAILABLE))
    sweeps = [good.sweep("good"), faulty.sweep("faulty"), refused.sweep("refused")]
    async with running(*(run_sweep(sweep, lambda: 7.0) for sweep in sweeps)):
        await until(lambda: len(good.times) > 10 and len(faulty.times) > 1 and len(refused.times) > 1)
    assert set(good.times) == {7.0}
    assert "x sweep faulty" in caplog.text
    assert "x sweep refused" in caplog.text


async def test_slices_and_apps_bring_their_sweeps(valkey, tmp_path):
    async with open_place(valkey, tmp_path) as place:
        app = Notebook()
        app.sweeps.append(Counted().sweep("notebook.deadline"))
        async with compose(place.settings(0), [app]) as process:
            names = [sweep.name for sweep in sweeps_of(process)]
            for sweep in sweeps_of(process):
                if sweep.name.endswith("purge"):
                    assert await sweep.run(process.context.clock()) == 0
    assert {
        "presence",
        "identity.purge",
        "log.purge",
        "files.scan",
        "files.purge",
        "notebook.deadline",
    } <= set(names)
    assert [name for name in names if name.startswith("calls.")]
    assert len(set(names)) == len(names)


async def test_redis_that_comes_back_empty_lets_the_worker_take_nobody_for_gone(valkey, tmp_path):
    """It has no pages of its own that announce again; those of others need some seconds."""
    now = 1_800_000_000.0
    async with (
        open_place(valkey, tmp_path) as place,
        compose(place.settings(0), [Notebook()], lambda: now) as worker,
    ):
        context, heard = worker.context, asyncio.Event()

        async def after_all_others() -> None:
            heard.set()

        context.feeds.on_gap(after_all_others)
        async with context.database.read() as tx:
            (person,) = [p for p in await context.identity.everybody(tx, "notebook") if p.name == "Aya"]
        async with running(context.feeds.run()):
            await until(heard.is_set)
            now += SETTLES_S
            await context.presence.announce(person, "c1", visible=True)
            assert await context.presence.of("notebook") == {person.id: "here"}
            heard.clear()
            valkey.stop()
            valkey.start()
            await until(heard.is_set)
            assert await context.presence.of("notebook") == {person.id: "here"}
            now += SETTLES_S
            assert await context.presence.of("notebook") == {}


@pytest.mark.processes
async def test_a_real_worker_beats_sweeps_presence_and_ends_in_order(valkey, tmp_path):
    async with open_place(valkey, tmp_path) as place, compose(place.settings(0), [Notebook()]) as process:
        context = process.context
        async with context.database.read() as tx:
            (person,) = [p for p in await context.identity.everybody(tx, "notebook") if p.name == "Aya"]
        with place.run("signaling.worker", tmp_path / "worker.log") as worker:
            worker.wait_for("= bus: listening")
            await context.presence.announce(person, "c1", visible=True)
            await context.presence.leave(person, "c1")

            async def last_seen() -> dict[str, float]:
                async with context.database.read() as tx:
                    return await context.identity.last_seen(tx, person.app)

            async with asyncio.timeout(20):
                while not await last_seen():  # noqa: ASYNC110 - the worker has no event for us
                    await asyncio.sleep(0.1)
            redis = process.redis
            assert await redis.exists("worker:heartbeat")
            assert await redis.ttl("worker:heartbeat") <= 10
            worker.popen.send_signal(signal.SIGTERM)
            wait_until(lambda: worker.popen.poll() is not None, "the end", 2.0)
        assert worker.popen.returncode == 0
        assert worker.text().rstrip().endswith("= stopped")
