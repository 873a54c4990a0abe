"""Writes the TypeScript types of the wire, so that browser and server cannot disagree.

Source are the wire modules themselves: structs, their defaults, their docstrings and the docstrings of their
fields. Not a general converter: it knows the forms that our wires use and refuses all others.

What the types promise: a field whose default is ``None`` may be absent; every other field of what the server
sends is there. In what the client sends, every field with a default may be left out.
"""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType

import msgspec
from msgspec import inspect as shapes

import signaling.calls.wire
import signaling.notices.wire
import signaling.wire
from signaling.wire import Code, Command, ServerMessage

TARGET = Path("web/src/wire/messages.gen.ts")
"""Below the root of the project."""
WIDTH = 116
HEADER = """\
// Generated from the wire modules of the server by `python -m signaling.admin typescript`. Do not edit.
//
// Sent by the server: a field with `?` may be absent, every other one is there.
// Sent by the client: a field with `?` may be left out.
"""
ANSWERED_WITH = re.compile(r"[Aa]nswered with ``(\w+)``")

SCALARS: dict[type[shapes.Type], str] = {
    shapes.StrType: "string",
    shapes.IntType: "number",
    shapes.FloatType: "number",
    shapes.BoolType: "boolean",
    shapes.AnyType: "unknown",
}

Struct = type[msgspec.Struct]
BASES = (Command, ServerMessage, signaling.wire.Struct)


def generate(apps: Sequence[ModuleType]) -> str:
    """Return the TypeScript text for signaling's wires and those of ``apps``.

    Raises:
        ValueError: Two structs share a name, or a field has a form that is not known here.
    """
    structs: dict[str, Struct] = {}
    for module in (signaling.wire, signaling.calls.wire, signaling.notices.wire, *apps):
        for struct in _structs(module):
            if struct.__name__ in structs:
                raise ValueError(f"two messages are named {struct.__name__}")
            structs[struct.__name__] = struct
    commands = [s for s in structs.values() if issubclass(s, Command)]
    pushed = [s for s in structs.values() if issubclass(s, ServerMessage)]
    parts = [HEADER, _codes(Code), *(_interface(s, structs) for s in structs.values())]
    parts.append(_union("ClientCommand", "Everything that a client may ask.", commands))
    parts.append(_union("ServerMessage", "Everything that the server sends by itself.", pushed))
    parts.append(_answers(commands, structs))
    return "\n".join(parts)


def wires_of_apps(root: Path) -> list[ModuleType]:
    """Return the wire modules of everything beside signaling: of apps, and of the slices of the help desk."""
    found = [*root.glob("*/wire.py"), *root.glob("helpdesk/*/wire.py")]
    names = sorted(".".join(path.relative_to(root).with_suffix("").parts) for path in found)
    return [import_module(name) for name in names if name != "signaling.wire"]


def write(root: Path, apps: Sequence[ModuleType], *, check: bool = False) -> bool:
    """Write the file, or only compare it.

    Args:
        root: Root of the project.
        apps: Wire modules of the apps.
        check: Change nothing.

    Returns:
        Whether the file was up to date before.
    """
    path, text = root / TARGET, generate(apps)
    same = path.exists() and path.read_text(encoding="utf-8") == text
    if not same and not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return same


def _structs(module: ModuleType) -> Iterator[Struct]:
    """Yield the messages of a module in its own order; the bases of the unions are not messages."""
    for value in vars(module).values():
        if not isinstance(value, type) or not issubclass(value, msgspec.Struct) or value in BASES:
            continue
        if value.__module__ == module.__name__:
            yield value


def _codes(codes: type[StrEnum]) -> str:
    docs = _field_docs(codes)
    lines = [_comment(f"{c.value}: {docs.get(c.name, '')}", "  ") + f'  | "{c.value}"' for c in codes]
    return (
        f"{_comment(inspect.getdoc(codes) or '')}export type {codes.__name__} =\n" + "\n".join(lines) + ";\n"
    )


def _interface(struct: Struct, known: dict[str, Struct]) -> str:
    info = shapes.type_info(struct)
    if not isinstance(info, shapes.StructType):
        raise TypeError(f"{struct.__name__} is not a struct")
    docs, lines = _field_docs(struct), []
    if info.tag_field:
        lines.append(f'  readonly {info.tag_field}: "{info.tag}";')
    inbound = bool(struct.__struct_config__.forbid_unknown_fields)
    for field in info.fields:
        absent = not field.required if inbound else field.default is None
        try:
            form = _form(field.type, known)
        except ValueError as error:
            raise ValueError(f"{struct.__name__}.{field.name}: {error}") from error
        lines.append(
            _comment(docs.get(field.name, ""), "  ")
            + f"  readonly {field.encode_name}{'?' * absent}: {form};"
        )
    doc = _comment(inspect.getdoc(struct) or "")
    if not lines:
        return f"{doc}export type {struct.__name__} = Readonly<Record<string, never>>;\n"
    return f"{doc}export interface {struct.__name__} {{\n" + "\n".join(lines) + "\n}\n"


def _form(form: shapes.Type, known: dict[str, Struct]) -> str:
    """Return the TypeScript form of a field; ``None`` is not one: such a field is absent."""
    if type(form) in SCALARS:
        return SCALARS[type(form)]
    text = ""
    match form:
        case shapes.EnumType() if form.cls is Code:
            text = "Code"
        case shapes.StructType() if form.cls.__name__ in known:
            text = form.cls.__name__
        case shapes.DictType():
            text = f"Readonly<Record<string, {_form(form.value_type, known)}>>"
        case shapes.VarTupleType() | shapes.ListType():
            item = _form(form.item_type, known)
            text = f"readonly ({item})[]" if " | " in item else f"readonly {item}[]"
        case shapes.LiteralType():
            text = " | ".join(f'"{value}"' for value in form.values)
        case shapes.UnionType():
            text = " | ".join(_form(t, known) for t in form.types if not isinstance(t, shapes.NoneType))
        case _:
            pass
    if not text:
        raise ValueError(f"{form!r} has no TypeScript form here")
    return text


def _union(name: str, doc: str, members: Sequence[Struct]) -> str:
    lines = "\n".join(f"  | {member.__name__}" for member in members)
    return f"{_comment(doc)}export type {name} =\n{lines};\n"


def _answers(commands: Sequence[Struct], known: dict[str, Struct]) -> str:
    """Map each command to its answer: the struct that its docstring names, else ``Done``."""
    lines = []
    for command in commands:
        found = ANSWERED_WITH.search(inspect.getdoc(command) or "")
        answer = found.group(1) if found else "Done"
        if answer not in known:
            raise ValueError(f"{command.__name__} is answered with {answer}, which is no message")
        lines.append(f'  readonly "{command.__struct_config__.tag}": {answer};')
    doc = _comment("What `ok` holds in the answer to a command, by the command's type.")
    return f"{doc}export interface AnswerOf {{\n" + "\n".join(lines) + "\n}\n"


def _field_docs(cls: type) -> dict[str, str]:
    """Return the string below each field, of the class and of its bases (Python keeps no such docstrings)."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.split(".")[0] not in ("builtins", "enum", "msgspec"):
            tree = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
            docs.update(_below_fields(tree.body if isinstance(tree, ast.ClassDef) else []))
    return docs


def _below_fields(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in itertools.pairwise(body):
        assigned = [field.target] if isinstance(field, ast.AnnAssign) else getattr(field, "targets", [])
        text = below.value if isinstance(below, ast.Expr) else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield from ((t.id, inspect.cleandoc(text.value)) for t in assigned if isinstance(t, ast.Name))


def _comment(text: str, indent: str = "") -> str:
    """Return a JSDoc comment with its line end, or nothing."""
    text = text.strip().replace("``", "`").replace("*/", "* /")
    if not text:
        return ""
    paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
    if len(paragraphs) == 1 and len(indent) + len(paragraphs[0]) + 7 <= WIDTH:
        return f"{indent}/** {paragraphs[0]} */\n"
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        lines += [""] * bool(number) + textwrap.wrap(paragraph, WIDTH - len(indent) - 3)
    return (
        f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"
    )
