"""docs/protocol.md and the message types name each other, completely."""

import importlib
import inspect
import re
from types import ModuleType

import msgspec
import pytest

from tests.support.tree import PACKAGES, ROOT, files

TEXT = (ROOT / "docs" / "protocol.md").read_text()
WORDS = set(re.findall(r"[A-Za-z_][A-Za-z_.]*", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))
MODULES = [
    ".".join(path.with_suffix("").parts)
    for path in files("*.py")
    if path.parts[0] in PACKAGES and (path.name == "wire.py" or path.as_posix() == "sfu/control.py")
]


def _messages(module: ModuleType) -> dict[str, type[msgspec.Struct]]:
    """The structs of a module by the word that stands for them: the tag when they have one, else their name."""
    own = [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    ]
    bases = {base for kind in own for base in kind.__bases__}
    return {str(kind.__struct_config__.tag or kind.__name__): kind for kind in own if kind not in bases}


@pytest.mark.parametrize("name", MODULES)
def test_every_message_is_on_the_page(name: str):
    messages = _messages(importlib.import_module(name))
    assert messages, "a module of messages has some"
    assert set(messages) - WORDS == set()


def test_every_message_on_the_page_exists():
    known = {word for name in MODULES for word in _messages(importlib.import_module(name))}
    commands = set(re.findall(r"`([a-z_]+\.[a-z_]+) ?\{", TEXT))
    assert commands, "the page shows messages"
    assert commands - known == set()
