"""The walks in docs/architecture.md name code that exists."""

import ast
import re

from signaling.calls.table import mermaid
from tests.support.tree import ROOT

REFERENCE = re.compile(r"`((?:[\w-]+/)*[\w-]+\.(?:py|ts|tsx)):([A-Za-z_][\w.]*)`")


def _python_names(source: str) -> set[str]:
    """Functions, classes and assigned names of a module; members as `Class.member`."""
    names: set[str] = set()

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{node.name}.")
            targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            names.update(prefix + target.id for target in targets if isinstance(target, ast.Name))

    walk(ast.parse(source).body, "")
    return names


def _exists(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.is_file():
        return False
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return name in _python_names(source)
    return all(re.search(rf"\b{re.escape(part)}\b", source) for part in name.split("."))


def test_every_function_on_the_walk_exists():
    references = REFERENCE.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert references, "the walks name functions as `package/module.py:Class.method`"
    assert [f"{file}:{name}" for file, name in references if not _exists(file, name)] == []


def test_the_diagram_of_a_call_is_the_table():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert mermaid().rstrip() in page, "put in what signaling.calls.table.mermaid() gives"
