"""Private names of aiortc, aioice and pylibsrtp stand in files of that name, which is where an upgrade breaks."""

import ast

from tests.support.tree import files, read

HOOKS = "aiortc_hooks.py"
LIBRARIES = {"aiortc", "aioice", "pylibsrtp", "_pylibsrtp"}


def test_only_the_hooks_import_private_names():
    found = []
    for path in files("*.py"):
        if path.name == HOOKS:
            continue
        for node in ast.walk(ast.parse(read(path))):
            if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] not in LIBRARIES:
                continue
            dotted = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            found += [f"{path}:{node.lineno} {name}" for name in dotted if name.startswith("_")]
    assert found == []
