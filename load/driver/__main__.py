"""The asyncio side: ``python -m load.driver``, acts on standard input, reports on standard output."""

import asyncio
import logging
import os
import sys

import msgspec

from load.driver.messages import LINE_MOST, Act, Finished, Measured, Report, Watched
from load.driver.watch import Watch
from load.scenarios.measuring import FAILURES, Measuring, StepFailed
from load.scenarios.person import Person, Plan
from load.scenarios.pupil import Pupil
from load.scenarios.volunteer import Volunteer
from load.steps import Step

ROLES: dict[str, type[Person]] = {"pupil": Pupil, "volunteer": Volunteer}
ACTS_AT_ONCE = 2000
REPORTS_WAITING = 10_000
"""Beyond, Locust does not read any more: the driver ends."""
LEAVE_WITHIN_S = 3.0

logger = logging.getLogger("load.driver")


class Driver:
    """All persons of one Locust process."""

    def __init__(self) -> None:
        self._persons: dict[int, Person] = {}
        self._acts: set[asyncio.Task[None]] = set()
        self._reports: asyncio.Queue[Report] = asyncio.Queue(REPORTS_WAITING)
        self._watch = Watch()

    async def run(self, lines: asyncio.StreamReader) -> None:
        """Carry out what is asked until the end of the input; then everybody leaves."""
        writing = asyncio.ensure_future(self._write())
        reading = asyncio.ensure_future(self._read(lines))
        try:
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            for task in (*self._acts, reading, writing):
                task.cancel()
            await asyncio.gather(*self._acts, reading, writing, return_exceptions=True)
            await self._send_home()
            self._watch.stop()

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            act = msgspec.json.decode(line, type=Act)
            if act.act == "watch":
                self._tell(self._watched(act.id))
            elif len(self._acts) >= ACTS_AT_ONCE:
                self._tell(Finished(id=act.id, error=f"more than {ACTS_AT_ONCE} acts at once"))
            else:
                task = asyncio.ensure_future(self._carry_out(act))
                self._acts.add(task)
                task.add_done_callback(self._acts.discard)

    async def _carry_out(self, act: Act) -> None:
        took_place, error = False, ""
        try:
            took_place = await self._do(act)
        except StepFailed:
            pass  # it was reported as such
        except FAILURES as failure:
            error = str(failure) or type(failure).__name__
        except Exception as failure:
            logger.exception("x act %s", act.act)
            error = f"our fault: {type(failure).__name__}"
        self._tell(Finished(id=act.id, took_place=took_place, error=error))

    async def _do(self, act: Act) -> bool:
        measuring = Measuring(lambda step, value, error: self._measured(act.id, step, value, error))
        if act.act == "enter":
            plan = Plan(act.base, act.token, act.talk_s)
            person = self._persons[act.user] = ROLES[act.role](plan, measuring)
            await person.enter()
            return True
        if act.act == "leave":
            if act.user in self._persons:
                await self._persons.pop(act.user).leave()
            return True
        person = self._persons[act.user]
        person.measuring = measuring
        return await person.turn()

    def _measured(self, act: int, step: Step, value: float, error: str) -> None:
        self._tell(Measured(id=act, step=step, value=value, error=error))

    def _watched(self, act: int) -> Watched:
        watch = self._watch
        return Watched(
            id=act,
            cpu_share=watch.cpu_share(),
            lag_p99_ms=watch.late_ms(0.99),
            lag_most_ms=watch.late_ms(1.0),
        )

    def _tell(self, report: Report) -> None:
        try:
            self._reports.put_nowait(report)
        except asyncio.QueueFull:
            logger.error("x nobody reads what is measured")  # noqa: TRY400 - a sentence, not a traceback
            raise SystemExit(1) from None

    async def _write(self) -> None:
        """Write in a thread: a Locust that reads late must not make the media late."""
        while True:
            lines = [msgspec.json.encode(await self._reports.get())]
            while not self._reports.empty():
                lines.append(msgspec.json.encode(self._reports.get_nowait()))
            await asyncio.to_thread(_write_all, b"\n".join(lines) + b"\n")

    async def _send_home(self) -> None:
        leaving = [asyncio.ensure_future(person.leave()) for person in self._persons.values()]
        if leaving:
            await asyncio.wait(leaving, timeout=LEAVE_WITHIN_S)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)


def _write_all(data: bytes) -> None:
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


async def main() -> None:
    """Connect the pipes."""
    lines = asyncio.StreamReader(limit=LINE_MOST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await Driver().run(lines)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s load %(message)s", stream=sys.stderr)
    asyncio.run(main())
