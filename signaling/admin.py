"""The operator's commands: ``python -m signaling.admin COMMAND``.

- ``migrate APP...``: bring the tables up to date.
- ``seed APP...``: make the demonstration; one JSON line per person: name, role, path.
- ``load APP FILE``: what the operator decides about an app, from a file; one JSON line per new person.
- ``people APP``: who is known to an app, by its short name; one JSON line each: id, role, name.
- ``link PERSON [--code] [--days N]``: a new personal link, or a short code to be read aloud.
- ``revoke PERSON``: end all links, codes and logins of a person, when a link was lost.
- ``rewrap``: seal the keys of all files, and addresses, with the first key of ``FILES_KEY``; then the others may go.
- ``rescan``: have the scanner look at all documents again, for instance after ``CLAMD`` was set.
- ``typescript [--check]``: write the browser's message types, for signaling and every app of this folder.

What it prints on standard output is the result; what goes wrong is one sentence on standard error.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from signaling.api import Context, Loads, Transaction
from signaling.composition import Process, compose, load_app
from signaling.errors import Refusal
from signaling.files.sealing import CannotOpen
from signaling.gateway import typescript
from signaling.notices import sealing
from signaling.schema import migrate
from signaling.settings import BadSetting, Settings
from signaling.wire import Code

DAY_S = 86400.0
CODE_S = 900.0
"""A short code is for now: a quarter of an hour."""
SIGN_IN_PATH = "/entrer#"


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "typescript":
            return _typescript(check=arguments.check)
        asyncio.run(_run(arguments, Settings.from_environment(os.environ)))
    except BadSetting as problem:
        return _fail(str(problem))
    except Refusal as refusal:
        if refusal.code is not Code.UNAVAILABLE:
            return _fail(f"refused: {refusal.text}")
        return _fail(
            "The database does not answer: check DATABASE_URL, that it runs and that its disk has space."
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m signaling.admin")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, needed in (("migrate", "*"), ("seed", "+")):
        commands.add_parser(name).add_argument("apps", nargs=needed, metavar="APP")
    load = commands.add_parser("load")
    load.add_argument("apps", nargs=1, metavar="APP", help="such as helpdesk.app:app")
    load.add_argument("file", type=Path, metavar="FILE")
    commands.add_parser("people").add_argument("app", metavar="APP", help="such as classroom")
    for name in ("rewrap", "rescan"):
        commands.add_parser(name)
    commands.add_parser("typescript").add_argument("--check", action="store_true", help="only compare")
    for name in ("link", "revoke"):
        commands.add_parser(name).add_argument("person", metavar="PERSON", help="the person's id")
    commands.choices["link"].add_argument("--code", action="store_true", help="a short code, for 15 minutes")
    commands.choices["link"].add_argument("--days", type=int, default=300, choices=range(1, 400), metavar="N")
    return parser


async def _run(arguments: argparse.Namespace, settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    commands = {"migrate": _migrate, "seed": _seed, "people": _people, "link": _link, "revoke": _revoke}
    commands |= {"load": _load, "rewrap": _rewrap, "rescan": _rescan}
    apps = [load_app(dotted) for dotted in getattr(arguments, "apps", ())]
    async with compose(settings, apps) as process:
        await commands[arguments.command](process, arguments)


async def _migrate(process: Process, _arguments: argparse.Namespace) -> None:
    await migrate(process.context.database, list(process.apps.values()))


async def _seed(process: Process, _arguments: argparse.Namespace) -> None:
    if not process.context.settings.demo:
        raise BadSetting("Demonstration persons are made in the demonstration only: set PERMANENCE_DEMO=1.")
    for app in process.apps.values():
        for person in await app.seed(process.context):
            _show(name=person.name, role=person.role, path=person.path or SIGN_IN_PATH + person.token)


async def _load(process: Process, arguments: argparse.Namespace) -> None:
    (app,) = process.apps.values()
    if not isinstance(app, Loads):
        raise BadSetting(f"The app {app.name} takes nothing from a file.")
    try:
        text = arguments.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{arguments.file} cannot be read as text: {type(error).__name__}.") from error
    for person in await app.load(process.context, text):
        _show(name=person.name, role=person.role, path=SIGN_IN_PATH + person.token)


async def _people(process: Process, arguments: argparse.Namespace) -> None:
    async with process.context.database.read() as tx:
        for person in await process.context.identity.everybody(tx, arguments.app):
            _show(id=person.id, role=person.role, name=person.name)


async def _rewrap(process: Process, _arguments: argparse.Namespace) -> None:
    try:
        files = await process.context.files.rewrap()
        _show(rewrapped=str(files + await process.context.notices.rewrap()))
    except (CannotOpen, sealing.CannotOpen) as error:
        raise BadSetting(
            f"{error}: put the older keys behind the first, with commas between, until this has run."
        ) from error


async def _rescan(process: Process, _arguments: argparse.Namespace) -> None:
    context = process.context
    if not context.settings.clamd:
        raise BadSetting("There is no scanner: set CLAMD, for instance to unix:/run/clamav/clamd.ctl.")
    _show(rescanned=str(await context.files.rescan(context.clock())))


async def _link(process: Process, arguments: argparse.Namespace) -> None:
    context = process.context
    lasts = CODE_S if arguments.code else arguments.days * DAY_S
    async with context.database.write() as tx:
        await _check_person(context, tx, arguments.person)
        secret = await context.identity.make_link(
            tx,
            arguments.person,
            expires_at=context.clock() + lasts,
            kind="code" if arguments.code else "link",
        )
    _show(**({"code": f"{secret[:4]}-{secret[4:]}"} if arguments.code else {"path": SIGN_IN_PATH + secret}))


async def _revoke(process: Process, arguments: argparse.Namespace) -> None:
    context = process.context
    async with context.database.write() as tx:
        await _check_person(context, tx, arguments.person)
        await context.identity.revoke_person_links(tx, arguments.person)


async def _check_person(context: Context, tx: Transaction, person_id: str) -> None:
    if await context.identity.person(tx, person_id) is None:
        raise Refusal(Code.NOT_FOUND, "no such person")


def _typescript(*, check: bool) -> int:
    root = Path(__file__).resolve().parent.parent
    if typescript.write(root, typescript.wires_of_apps(root), check=check) or not check:
        return 0
    return _fail("The browser's message types are not up to date: run python -m signaling.admin typescript")


def _show(**result: str) -> None:
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
