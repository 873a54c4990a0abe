"""Bring this folder from a fresh clone to ready: virtual environment, packages, web client.

Runs under the machine's own Python, before there is anything else, hence on the standard library only. It is not
part of the server. What was done is remembered by digests of what it was made from, so that a second run does
nothing.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NEEDED_NODE = (20, 19)
"""What Vite needs."""
LINES_SHOWN = 20
NOT_WEB_SOURCES = {"node_modules", "dist", "tests"}
PIP = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps")


class CannotPrepare(Exception):  # noqa: N818 - told to the person at the keyboard, not an error of ours
    """One sentence: what is missing, and the remedy."""


def say(text: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def digest(paths: Iterable[Path]) -> str:
    """Digest names and contents; folders count with all that is in them, what does not exist counts as absent."""
    found = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(f"{file}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return found.hexdigest()


def unless_done(stamp: Path, made_from: str, make: Callable[[], None]) -> None:
    """Call `make`, unless `stamp` says that it was done from the same sources."""
    if stamp.is_file() and stamp.read_text() == made_from:
        return
    stamp.unlink(missing_ok=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)


def command(argv: Sequence[object], *, cwd: Path, failed: str) -> None:
    """Run a command quietly; when it fails, show what it wrote and raise with the sentence `failed`."""
    done = subprocess.run(
        [str(word) for word in argv],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        say("\n".join((done.stdout + done.stderr).strip().splitlines()[-LINES_SHOWN:]))
        raise CannotPrepare(failed)


def check_node() -> None:
    """Refuse a machine without a Node that can build the web client."""
    wanted = ".".join(map(str, NEEDED_NODE))
    remedy = f"install Node {wanted} or newer with npm (from your system or from the Node project), then try again."
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise CannotPrepare(f"'{name}' was not found, and it builds the web client: {remedy}")
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)\.(\d+)\.", text)
    if version is None or (int(version[1]), int(version[2])) < NEEDED_NODE:
        raise CannotPrepare(
            f"Node is {text or 'of an unknown version'}, too old to build the web client: {remedy}"
        )


def make_environment(root: Path, *, python: Path = Path(sys.executable)) -> Path:
    """Return the Python of the virtual environment; `python` makes it when it is missing or its Python is gone."""
    folder = root / ".venv"
    inside = folder / "bin" / "python"
    works = [str(inside), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    if inside.exists() and subprocess.run(works, check=False, capture_output=True).returncode == 0:
        return inside
    say("Making the virtual environment .venv")
    made = subprocess.run(
        [str(python), "-m", "venv", "--clear", str(folder)], check=False, capture_output=True
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotPrepare(
            f"Python {version} cannot make a virtual environment here: install its venv module "
            f"(on Debian and Ubuntu: apt-get install python{version}-venv), then try again."
        )
    return inside


def install_python(root: Path, *, development: bool) -> None:
    """Install exactly what the lock file says into the virtual environment."""
    python = make_environment(root)
    locks = {name: root / f"{name}.txt" for name in ("requirements", "requirements-dev")}
    stamps = {name: root / ".venv" / f"{name}.done" for name in locks}
    wanted = digest([*locks.values(), root / ".venv" / "pyvenv.cfg"])
    if stamps["requirements-dev"].is_file() and stamps["requirements-dev"].read_text() == wanted:
        return  # development's packages include those of run time
    name = "requirements-dev" if development else "requirements"

    def install() -> None:
        say(f"Installing the Python packages of {name}.txt")
        failed = (
            f"The Python packages could not be installed (above is why): check the network and {name}.txt."
        )
        command([python, *PIP, "-r", locks[name]], cwd=root, failed=failed)

    unless_done(stamps[name], wanted, install)


def install_node(web: Path, *, development: bool) -> None:
    """Install exactly what web/package-lock.json says; no package runs a script of its own."""
    wanted = digest([web / "package.json", web / "package-lock.json"])
    full, lean = web / "node_modules" / ".full.done", web / "node_modules" / ".lean.done"
    if full.is_file() and full.read_text() == wanted:
        return  # holds the lean set

    def install() -> None:
        say("Installing the packages of the web client")
        omit = [] if development else ["--omit=dev"]
        failed = (
            "The web client's packages could not be installed (above is why): check the network, try again."
        )
        command(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omit], cwd=web, failed=failed)

    unless_done(full if development else lean, wanted, install)


def build_web(web: Path) -> None:
    """Build web/dist, which the web processes serve."""
    sources = sorted(path for path in web.iterdir() if path.name not in NOT_WEB_SOURCES)

    def build() -> None:
        say("Building the web client")
        command(
            ["npm", "run", "--silent", "build"],
            cwd=web,
            failed="The web client could not be built (see above).",
        )

    unless_done(web / "dist" / ".done", digest(sources), build)


def prepare(root: Path, purpose: str) -> None:
    """Do what `purpose` needs: `run`, `check` (no build), or `test`."""
    development = purpose != "run"

    def prepare_web() -> None:
        install_node(root / "web", development=development)
        if purpose != "check":
            build_web(root / "web")

    check_node()
    with ThreadPoolExecutor() as both:
        web = both.submit(prepare_web)
        install_python(root, development=development)
        web.result()


if __name__ == "__main__":
    try:
        prepare(Path(__file__).resolve().parents[2], sys.argv[1])
    except CannotPrepare as problem:
        sys.exit(f"\n{problem}")
    except KeyboardInterrupt:
        os._exit(130)
