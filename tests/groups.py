"""What `make test` runs: the tests in groups, by what they need; nothing that was to run is passed over.

First what Python and Node alone can run, then the tests marked with a tool. On a Debian machine, as root, missing
tools are installed; elsewhere each is named with its install line, and the run fails.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from load.system.postgres import find_program

ROOT = Path(__file__).resolve().parent.parent
PATH = f"{os.environ['PATH']}:/usr/sbin"
"""Debian keeps servers where only root looks."""
APT = ("apt-get", "-o", "Acquire::Retries=3")


@dataclass(frozen=True)
class Tool:
    """A program that tests marked with `mark` need."""

    mark: str
    program: str
    package: str

    @property
    def found(self) -> bool:
        return (
            find_program(self.program) if self.mark == "postgres" else shutil.which(self.program, path=PATH)
        ) is not None


TOOLS = (
    Tool("chromium", "chromium", "chromium"),
    Tool("firefox", "firefox-esr", "firefox-esr"),
    Tool("redis", "redis-server", "redis-server"),
    Tool("postgres", "postgres", "postgresql"),
    Tool("clamd", "clamd", "clamav-daemon"),
    Tool("janus", "janus", "janus"),
)


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed (errors among them) and were passed over."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def say(text: str) -> None:
    """Write one line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def without_tools() -> str:
    """The mark expression of the tests which need no tool."""
    return " and ".join(f"not {tool.mark}" for tool in TOOLS)


def with_tools(missing: Collection[Tool]) -> str:
    """The mark expression of the tests which need some tool, and none of the missing ones."""
    present = " or ".join(tool.mark for tool in TOOLS if tool not in missing)
    return " and ".join([f"({present})", *(f"not {tool.mark}" for tool in missing)]) if present else ""


def install(missing: Collection[Tool]) -> None:
    """Install by apt-get; what fails shows in what is missing afterwards."""
    say(f"Installing {' '.join(tool.package for tool in missing)}")
    # RUNLEVEL=1 keeps Debian from starting the servers it installs.
    environment = {**os.environ, "RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}
    packages = [tool.package for tool in missing]
    for argv in (
        [*APT, "update", "-qq"],
        [*APT, "install", "-qq", "-y", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )


def read(report: Path) -> Count:
    """Read a JUnit report; one that was not written is a failure."""
    if not report.is_file():
        return Count(failed=1)
    total = Count()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        ran, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Count(ran - skipped - failed, failed, skipped)
    return total


def run(title: str, argv: list[object], report: Path, cwd: Path = ROOT) -> Count:
    """Run one group; a group without tests, or one that ends badly without a failed test, has failed."""
    say(f"\n== {title}")
    code = subprocess.run(
        [str(word) for word in argv], cwd=cwd, stdin=subprocess.DEVNULL, check=False
    ).returncode
    count = read(report)
    return count + Count(failed=1) if code and not count.failed else count


def pytest_command(expression: str, report: Path) -> list[object]:
    """The pytest run of the tests with these marks; reasons of skipped ones are shown."""
    options = ["-q", "-rs", "--durations=5", f"--junitxml={report}", "-m", expression]
    return [sys.executable, "-m", "pytest", *options]


def main() -> int:
    """Run everything and close with the figures."""
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        reports = Path(folder)
        total = run(
            "Python, without tools", pytest_command(without_tools(), reports / "1.xml"), reports / "1.xml"
        )
        vitest = ["npx", "vitest", "run", "--reporter=default", "--reporter=junit"]
        total += run(
            "web", [*vitest, f"--outputFile.junit={reports / '2.xml'}"], reports / "2.xml", ROOT / "web"
        )
        missing = [tool for tool in TOOLS if not tool.found]
        if missing and os.geteuid() == 0 and shutil.which("apt-get"):
            install(missing)
            missing = [tool for tool in TOOLS if not tool.found]
        if expression := with_tools(missing):
            command = pytest_command(expression, reports / "3.xml")
            total += run("Python, with browsers and servers", command, reports / "3.xml")
    if total.skipped:
        say(f"\n{total.skipped} skipped, each with its reason above.")
    for tool in missing:
        say(f"Not tested, {tool.program} is missing: apt-get install {tool.package}")
    say(f"\n{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
