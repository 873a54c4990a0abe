"""The browser's types are those of the wire."""

from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from signaling.gateway import typescript
from signaling.wire import Command, Struct

ROOT = Path(__file__).parents[3]


def module_of(*structs: type[msgspec.Struct]) -> ModuleType:
    module = ModuleType(__name__)
    for struct in structs:
        setattr(module, struct.__name__, struct)
    return module


class Greet(Command, frozen=True, kw_only=True, tag="test.greet"):
    """Say hello. Answered with ``Greeted``."""

    name: str
    loud: bool = False
    """Quietly, unless told."""


class Greeted(Struct, frozen=True, kw_only=True):
    """Hello."""

    times: int = 1
    by: str | None = None
    rows: dict[str, tuple[int, ...]]


class Strange(Struct, frozen=True, kw_only=True):
    """A form that no wire uses."""

    value: bytes


class Lost(Command, frozen=True, kw_only=True, tag="test.lost"):
    """Answered with ``Nowhere``."""


def test_the_committed_file_is_up_to_date():
    assert typescript.write(ROOT, typescript.wires_of_apps(ROOT), check=True), (
        "run: python -m signaling.admin typescript"
    )


def test_what_a_client_sends_may_leave_out_defaults_and_what_it_receives_has_them():
    text = typescript.generate([module_of(Greet, Greeted)])
    assert '  readonly type: "test.greet";\n  readonly name: string;\n' in text
    assert "  /** Quietly, unless told. */\n  readonly loud?: boolean;" in text
    assert "  readonly times: number;\n  readonly by?: string;\n" in text
    assert "  readonly rows: Readonly<Record<string, readonly number[]>>;" in text
    assert '  readonly "test.greet": Greeted;' in text


def test_writing_and_checking(tmp_path):
    assert not typescript.write(tmp_path, [], check=True)
    assert not (tmp_path / typescript.TARGET).exists()
    assert not typescript.write(tmp_path, [])
    assert typescript.write(tmp_path, [], check=True)


def test_an_unknown_form_is_refused_by_name():
    with pytest.raises(ValueError, match=r"Strange\.value"):
        typescript.generate([module_of(Strange)])


def test_two_messages_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two messages are named Greet"):
        typescript.generate([module_of(Greet, Greeted), module_of(Greet, Greeted)])


def test_an_answer_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="Nowhere"):
        typescript.generate([module_of(Lost)])
