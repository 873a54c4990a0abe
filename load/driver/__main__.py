"""The asyncio side: ``python -m load.driver``, acts on standard input, reports on standard output."""

import asyncio
import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from load.driver.messages import LINE_MOST, Act, Finished, Measured, Report, Watched
from load.driver.records import Records, SecondRecord, StepRecord
from load.driver.watch import Legs, Watch
from load.scenarios.agent import Agent
from load.scenarios.citizen import Citizen
from load.scenarios.helping import Helper
from load.scenarios.invitations import Invitations
from load.scenarios.measuring import FAILURES, Measuring, StepFailed
from load.scenarios.person import Person, Plan
from load.scenarios.pupil import Pupil
from load.scenarios.visitor import Visitor
from load.scenarios.volunteer import Volunteer
from load.steps import Step

ROLES: dict[str, type[Person]] = {
    person.__name__.lower(): person for person in (Pupil, Volunteer, Citizen, Helper, Agent, Visitor)
}
ACTS_AT_ONCE = 2000
REPORTS_WAITING = 10_000
"""Beyond, Locust does not read any more: the driver ends."""
LEAVE_WITHIN_S = 3.0

logger = logging.getLogger("load.driver")


class Driver:
    """All persons of one Locust process.

    Args:
        records: Takes everything measured as well.
    """

    def __init__(self, records: Records | None = None) -> None:
        self._persons: dict[int, Person] = {}
        self._acts: dict[int, asyncio.Task[None]] = {}
        """Of each user the act that she is in, by her number."""
        self._leaving: set[asyncio.Task[None]] = set()
        self._reports: asyncio.Queue[Report] = asyncio.Queue(REPORTS_WAITING)
        self._invitations = Invitations()
        self._watch = Watch()
        self._legs = Legs()
        self._records = records
        self._cut = False

    async def run(self, lines: asyncio.StreamReader) -> None:
        """Carry out what is asked until the end of the input; then everybody leaves."""
        writing = asyncio.ensure_future(self._write())
        reading = asyncio.ensure_future(self._read(lines))
        try:
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            tasks = (*self._acts.values(), *self._leaving, reading, writing)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._send_home()
            self._watch.stop()

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            act = msgspec.json.decode(line, type=Act)
            if act.act == "watch":
                self._report_itself(act)
            elif act.act == "cut":
                self._cut = True
            else:
                self._begin(act)

    def _begin(self, act: Act) -> None:
        if len(self._acts) + len(self._leaving) >= ACTS_AT_ONCE:
            self._tell(Finished(id=act.id, error=f"more than {ACTS_AT_ONCE} acts at once"))
        elif act.act == "leave":
            leaving = asyncio.ensure_future(self._carry_out(act))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        elif act.user in self._acts:
            self._tell(Finished(id=act.id, error="our fault: two acts of one user at once"))
        else:
            task = self._acts[act.user] = asyncio.ensure_future(self._carry_out(act))
            task.add_done_callback(lambda _: self._acts.pop(act.user))

    async def _carry_out(self, act: Act) -> None:
        took_place, failed, error = False, False, ""
        try:
            took_place = await self._do(act)
        except StepFailed:
            failed = True
        except FAILURES as failure:
            error = str(failure) or type(failure).__name__
        except Exception as failure:
            logger.exception("x act %s", act.act)
            error = f"our fault: {type(failure).__name__}"
        self._tell(Finished(id=act.id, took_place=took_place, failed=failed, error=error))

    async def _do(self, act: Act) -> bool:
        if act.act == "enter":
            person = self._persons[act.user] = self._person(act)
            await person.enter()
            return True
        if act.act == "leave":
            await self._leave(act.user)
            return True
        try:
            return await self._persons[act.user].turn()
        finally:
            self._legs.back(act.user)

    def _person(self, act: Act) -> Person:
        plan = Plan(
            base=act.base,
            token=act.token,
            talk_s=act.talk_s,
            address=act.address,
            layer=act.layer,
            decode=act.decode,
            invitations=self._invitations,
        )
        measuring = Measuring(lambda step, value, error: self._measured(act, step, value, error))
        return ROLES[act.role](plan, measuring)

    async def _leave(self, user: int) -> None:
        """Have her go, also out of the middle of a turn: what that breaks off is no failure."""
        if user in self._acts:
            task = self._acts[user]
            task.cancel()
            await asyncio.wait((task,))
        if user in self._persons:
            await self._persons.pop(user).leave()

    def _measured(self, act: Act, step: Step, value: float, error: str) -> None:
        self._legs.measured(act.user, step, error)
        if self._cut:
            return
        self._tell(Measured(who=act.role, step=step, value=value, error=error))
        if self._records:
            record = StepRecord(at=time.time(), who=act.role, step=step, value=value, failed=bool(error))
            self._records.add(record)

    def _report_itself(self, act: Act) -> None:
        cpu, lag_ms = self._watch.take()
        users, calls = len(self._persons), self._legs.calls
        self._tell(Watched(id=act.id, users=users, calls=calls, cpu=cpu, lag_ms=lag_ms))
        if self._records:
            record = SecondRecord(
                at=time.time(),
                users=users,
                calls=calls,
                driver_cpu=cpu,
                locust_cpu=act.locust_cpu,
                driver_lag_ms=lag_ms,
            )
            self._records.add(record)

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
    """Connect the pipes, and the file of records where LOAD_RECORDS names a folder."""
    lines = asyncio.StreamReader(limit=LINE_MOST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    folder = os.environ.get("LOAD_RECORDS", "")
    records = Records(Path(folder)) if folder else None
    keeping = asyncio.ensure_future(records.keep()) if records else None
    try:
        await Driver(records).run(lines)
    finally:
        if keeping and records:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            records.write()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s load %(message)s", stream=sys.stderr)
    asyncio.run(main())
