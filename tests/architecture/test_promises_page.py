"""docs/promises.md: every story has a state, every test that it names is there, every behaviour test is named."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
STATE = re.compile(r"^\| (S\d+) \| [^|]+ \| (done|partial|not yet)\b", re.MULTILINE)


def test_every_story_has_a_state() -> None:
    assert [story for story, _ in STATE.findall(PAGE)] == [f"S{number}" for number in range(1, 14)]


def test_the_tests_it_names_are_there_and_those_that_are_there_are_named() -> None:
    named = {
        name if "/" in name else f"tests/behaviour/{name}" for name in re.findall(r"`([\w/]+\.py)`", PAGE)
    }
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    behaviour = {f"tests/behaviour/{path.name}" for path in (ROOT / "tests/behaviour").glob("test_*.py")}
    assert behaviour - named == set()
