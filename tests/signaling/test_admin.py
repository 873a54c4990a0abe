"""The operator's commands; Redis is away, which none of them minds."""

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from signaling.admin import main
from signaling.database import Database
from signaling.errors import Refusal
from signaling.files.service import Files
from signaling.identity.service import Identity, Person
from signaling.notices.service import Notices
from signaling.settings import Settings
from signaling.wire import Code
from tests.support.databases import Bell
from tests.support.notices import settings as notice_settings
from tests.support.photos import jpeg
from tests.support.tree import ROOT

APP = "classroom.app:app"
KEY = "A" * 43 + "="
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Admin = Callable[..., Awaitable["Done"]]


@dataclass(frozen=True)
class Done:
    code: int
    lines: list[str]
    errors: str


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    settings = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "REDIS_URL": f"unix://{tmp_path}/away.sock",
        "PERMANENCE_DEMO": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def admin(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Admin:
    async def run(*words: str) -> Done:
        code = await asyncio.to_thread(main, words)  # it runs a loop of its own
        output, errors = capsys.readouterr()
        return Done(code, output.splitlines(), errors)

    return run


@pytest.fixture
async def identity(environment: dict[str, str]) -> AsyncIterator[tuple[Database, Identity]]:
    database = Database(environment["DATABASE_URL"], Bell())
    yield database, Identity(database, Settings.from_environment(environment).secret_key)
    await database.close()


async def signed_in(identity: Identity, token: str) -> Person | Code:
    try:
        return (await identity.sign_in(token, now=time.time()))[0].person
    except Refusal as refusal:
        return refusal.code


async def test_the_demonstration_is_made_once_and_its_links_work(
    admin: Admin, identity: tuple[Database, Identity]
) -> None:
    assert (await admin("migrate", APP)).code == 0
    first, again = await admin("seed", APP), await admin("seed", APP)
    assert (first.code, first.errors) == (0, "")
    assert first.lines == again.lines
    people = [json.loads(line) for line in first.lines]
    roles = [person["role"] for person in people]
    assert (roles.count("pupil") >= 12, roles.count("volunteer"), roles.count("coordinator")) == (True, 3, 1)
    for person in people:
        path, token = person["path"].split("#")
        assert path == "/entrer"
        found = await signed_in(identity[1], token)
        assert isinstance(found, Person)
        assert (found.name, found.role) == (person["name"], person["role"])


@ON_SQLITE
async def test_the_demonstration_grows_for_a_load_test_and_nobody_gets_another_link(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = (APP, "helpdesk.app:app")
    assert (await admin("migrate", *apps)).code == 0
    few = await admin("seed", *apps)
    for name, size in (("DEMO_PUPILS", 40), ("DEMO_VOLUNTEERS", 10), ("DEMO_AGENTS", 5)):
        monkeypatch.setenv(name, str(size))
    many, again = await admin("seed", *apps), await admin("seed", *apps)
    assert many.lines == again.lines
    assert set(few.lines) < set(many.lines)
    roles = Counter(json.loads(line)["role"] for line in many.lines)
    assert (roles["pupil"], roles["volunteer"], roles["agent"]) == (40, 10, 5)
    assert {"Élève 13", "Bénévole 10", "Conseiller 3"} < {json.loads(line)["name"] for line in many.lines}


async def test_a_person_gets_a_new_link_or_code_and_loses_all_of_them(
    admin: Admin, identity: tuple[Database, Identity]
) -> None:
    await admin("migrate", APP)
    database, service = identity
    async with database.write() as tx:
        ines = await service.create_person(tx, app="classroom", role="pupil", name="Inès")
    (shown,) = (await admin("people", "classroom")).lines
    assert json.loads(shown) == {"id": ines.id, "role": "pupil", "name": "Inès"}
    (shown,) = (await admin("link", ines.id)).lines
    link = json.loads(shown)["path"].removeprefix("/entrer#")
    (shown,) = (await admin("link", ines.id, "--code")).lines
    code = json.loads(shown)["code"]
    assert len(code) == len("XXXX-XXXX")
    assert await signed_in(service, link) == ines
    assert await signed_in(service, code) == ines
    assert (await admin("revoke", ines.id)).code == 0
    assert await signed_in(service, link) is Code.BAD_LINK


@ON_SQLITE
async def test_files_are_wrapped_by_a_new_key_and_the_old_one_may_go(
    admin: Admin, identity: tuple[Database, Identity], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await admin("migrate", APP)
    old, new = b"o" * 32, b"n" * 32
    files = Files(identity[0], tmp_path / "data" / "files", (old,))
    file_id = await files.store_photo(app="classroom", owner="ines", raw=jpeg(), purge_at=time.time() + 99)
    notices = Notices(identity[0], notice_settings(files_keys=(old,)), time.time)
    async with identity[0].write() as tx:
        await notices.add_push(tx, "ines", "https://push.example.org/1", now=time.time())
    monkeypatch.setenv("FILES_KEY", encoded(new))
    done = await admin("rewrap")
    assert (done.code, "older keys behind the first" in done.errors) == (1, True)
    monkeypatch.setenv("FILES_KEY", f"{encoded(new)},{encoded(old)}")
    for count in ("2", "0"):
        (shown,) = (await admin("rewrap")).lines
        assert json.loads(shown) == {"rewrapped": count}
    async with identity[0].read() as tx:
        opened = await Files(identity[0], tmp_path / "data" / "files", (new,)).open(tx, "classroom", file_id)
        await opened.pieces.aclose()


@ON_SQLITE
async def test_a_rescan_needs_a_scanner(
    admin: Admin, identity: tuple[Database, Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    await admin("migrate", APP)
    assert "set CLAMD" in (await admin("rescan")).errors
    monkeypatch.setenv("CLAMD", "unix:/nowhere/clamd.sock")
    (shown,) = (await admin("rescan")).lines
    assert json.loads(shown) == {"rescanned": "0"}


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.mark.parametrize(
    ("words", "changed", "sentence"),
    [
        (("migrate",), {"REDIS_URL": ""}, "REDIS_URL"),
        (("migrate",), {"PERMANENCE_DEMO": "0"}, "SECRET_KEY is missing"),
        (("migrate",), {"DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}, "check DATABASE_URL"),
        (("migrate", "nothing.app:app"), {}, "'nothing.app:app' is not an app"),
        (("migrate", "classroom.app:nothing"), {}, "'classroom.app:nothing' is not an app"),
        (("seed", APP), {"DEMO_PUPILS": "5001"}, "at most 5000"),
        (("seed", APP), {"DEMO_PUPILS": "many"}, "set it to a number of persons"),
        (("seed", APP), {"PERMANENCE_DEMO": "0", "SECRET_KEY": KEY, "FILES_KEY": KEY}, "PERMANENCE_DEMO=1"),
    ],
)
@ON_SQLITE
async def test_what_is_missing_is_one_sentence(
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    changed: dict[str, str],
    sentence: str,
) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    done = await admin(*words)
    assert (done.code, done.lines) == (1, [])
    assert sentence in done.errors
    assert len(done.errors.splitlines()) == 1


@ON_SQLITE
async def test_nobody_unknown_gets_a_link(admin: Admin) -> None:
    assert (await admin("migrate", APP)).code == 0
    for command in ("link", "revoke"):
        done = await admin(command, "unknown")
        assert (done.code, done.errors) == (1, "refused: no such person\n")


@pytest.mark.processes
def test_the_message_types_of_the_browser_are_up_to_date() -> None:
    command = [sys.executable, "-m", "signaling.admin", "typescript", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
