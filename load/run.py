"""One run of the load test: a fresh system, Locust against it, and what it leaves: lines and pictures."""

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from load import thresholds
from load.report import plots, records
from load.report.plots import Span
from load.report.sampling import Machine, Sampler, of_generator, of_system, used
from load.steps import Step
from load.system import processes, whole
from load.system.control import Control
from load.system.processes import Process, free_port, wait_until
from load.system.whole import System

ROOT = Path(__file__).parents[1]
LOCUST = Path(sys.executable).with_name("locust")
APPS = ("classroom.app:app", "helpdesk.app:app")
STOP_WITHIN_S = 40.0
"""Locust's own patience with turns that are under way, and its table."""
PAGE_WITHIN_S = 20.0
PUPILS_MOST, VOLUNTEERS_MOST, AGENTS_MOST = 5000, 1000, 200
"""Of a demonstration."""


@dataclass(frozen=True)
class Options:
    """What is run, and where it leaves its report."""

    out: Path
    users: int = 24
    shape: str = "evening"
    run_time: str = "3m"
    talk_s: float = 4.0
    host: str = ""
    """Address of a system that runs already; empty for a fresh one."""
    links: str = ""
    """File of personal links of that system."""
    page: bool = False
    """Locust's page instead of a run at once."""
    people: tuple[str, ...] = ()
    """User classes; all when empty."""
    apps: tuple[str, ...] = APPS
    sfu_program: tuple[str, ...] = whole.SFU
    terminal: int | None = None
    """Open file for what Locust writes; a file of its own in ``out`` when None."""


@dataclass(frozen=True)
class Stage:
    """What Locust runs against."""

    base: str
    environment: dict[str, str]
    system: System | None = None
    control: Control | None = None


def run(options: Options) -> int:
    """Run to the end, or until Ctrl-C; leave the report.

    Returns:
        Locust's exit status; 1 when a command of the run could not be carried out.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
        stage = stack.enter_context(_stage(options, folder))
        began, machine = time.time(), Machine()
        with _locust(options, stage, folder) as locust:

            def sampled() -> dict[int, str]:
                return {**(of_system(stage.system) if stage.system else {}), **of_generator(locust.pid)}

            with Sampler(sampled, options.out / "processes.jsonl"):
                code = _until_over(locust)
        ours = used(records.read_lines(options.out / "processes.jsonl"), time.time() - began)
        print(f"Machine: {machine.busy():.0%} of {os.cpu_count()} cores busy, {ours:.0%} by this run.")
        failed = stage.control.failed if stage.control else []
        for sentence in failed:
            print(f"FAILED: {sentence}")
        leave_report(options.out, folder, Span(began, time.time()))
    print(f"Report: {options.out}")
    return code or int(bool(failed))


def leave_report(out: Path, recorded: Path, span: Span) -> None:
    """Put together what the drivers recorded and what was sampled, and draw it."""
    steps, moments = records.gather(recorded)
    records.write_lines(out / "steps.jsonl", steps)
    samples = records.read_lines(out / "processes.jsonl")
    plots.plot_processes(out / "cpu.png", samples, "cpu", "CPU (share of one core)", span)
    plots.plot_processes(out / "memory.png", samples, "memory_mb", "resident memory (MB)", span)
    delay, loss = thresholds.DELAY_MEDIAN_MS, thresholds.LOSS_PER_MILLE
    plots.plot_step(out / "delay.png", steps, Step.DELAY, "one-way delay of a call (ms)", delay, span)
    plots.plot_step(out / "loss.png", steps, Step.LOSS, "packets lost at first, of 1000", loss, span)
    plots.plot_calls(out / "calls.png", moments, span)


@contextmanager
def _stage(options: Options, folder: Path) -> Iterator[Stage]:
    recording = {"LOAD_RECORDS": str(folder)}
    if options.host:
        print(f"Only the generator is sampled: {options.host} is not ours.")
        yield Stage(options.host, recording | {"LINKS": options.links})
        return
    (folder / "system").mkdir()
    with (
        whole.running(
            folder / "system",
            apps=options.apps,
            sfu_program=options.sfu_program,
            DEMO_PUPILS=str(min(options.users, PUPILS_MOST)),
            DEMO_VOLUNTEERS=str(min(options.users, VOLUNTEERS_MOST)),
            DEMO_AGENTS=str(min(options.users, AGENTS_MOST)),
            TRUSTED_PROXY="127.0.0.1",
        ) as system,
        Control(folder / "control", {"restart web": system.restart_web}) as control,
    ):
        links = {"LINKS": str(system.write_links()), "LOAD_CONTROL": str(control.path)}
        print(f"A fresh system runs at {system.base}.", flush=True)
        yield Stage(system.base, recording | links, system, control)


@contextmanager
def _locust(options: Options, stage: Stage, folder: Path) -> Iterator[Process]:
    run = ["--shape", options.shape, "--users", options.users, "--run-time", options.run_time]
    words = [*run, "--talk", options.talk_s, "--loglevel", "WARNING"]
    port = free_port()
    page = ["--web-host", "127.0.0.1", "--web-port", port]
    # With a JSON file (it adds the ending) Locust leaves out its own tables: ours has what they say, with limits and units.
    report = ["--html", options.out / "report.html", "--json-file", options.out / "locust"]
    headless = ["--headless", "--only-summary", *report]
    with processes.running(
        [
            *(LOCUST, "-f", ROOT / "load/locustfile.py", "--host", stage.base, *words),
            *(page if options.page else headless),
            *options.people,
        ],
        output=folder / "locust.txt" if options.terminal is not None else options.out / "locust.txt",
        env=stage.environment,
        cwd=ROOT,
        terminal=options.terminal,
    ) as locust:
        if options.page:
            wait_until(
                lambda: _listens(port) or locust.popen.poll() is not None, "Locust's page", PAGE_WITHIN_S
            )
            print(f"Locust's page: http://127.0.0.1:{port} (Ctrl-C ends it)", flush=True)
        yield locust


def _until_over(locust: Process) -> int:
    """Wait for the end of Locust; Ctrl-C lets it say how far it came."""
    try:
        return locust.popen.wait()
    except KeyboardInterrupt:
        locust.popen.send_signal(signal.SIGINT)
        return locust.wait(STOP_WITHIN_S)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
