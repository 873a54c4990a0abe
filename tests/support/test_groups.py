"""`make test` runs every test, or says what it could not run and fails."""

import sys
from pathlib import Path

import pytest

from tests.groups import TOOLS, Count, Tool, pytest_command, read, run, with_tools, without_tools

CHROMIUM = TOOLS[0]


def _write(folder: Path, body: str, mark: str = "") -> Path:
    test = folder / "test_one.py"
    test.write_text(f"import pytest\n\n{mark}\ndef test_one():\n    {body}\n")
    return test


def _run(folder: Path, expression: str) -> Count:
    report = folder / "report.xml"
    return run("one", [*pytest_command(expression, report), folder / "test_one.py"], report)


def test_passed_failed_and_skipped_tests_are_counted(tmp_path: Path):
    _write(tmp_path, "pass")
    assert _run(tmp_path, without_tools()) == Count(passed=1)
    _write(tmp_path, "assert False")
    assert _run(tmp_path, without_tools()) == Count(failed=1)
    _write(tmp_path, "pytest.skip('no reason')")
    assert _run(tmp_path, without_tools()) == Count(skipped=1)


def test_a_group_without_any_test_has_failed(tmp_path: Path):
    _write(tmp_path, "pass", "@pytest.mark.chromium")
    assert _run(tmp_path, without_tools()) == Count(failed=1)


def test_a_group_that_cannot_even_be_collected_has_failed(tmp_path: Path):
    _write(tmp_path, "pass", "import nothing_of_this_name")
    assert _run(tmp_path, without_tools()).failed == 1


def test_a_run_that_leaves_no_report_has_failed(tmp_path: Path):
    assert run("none", [sys.executable, "-c", "raise SystemExit(1)"], tmp_path / "none.xml") == Count(
        failed=1
    )
    assert read(tmp_path / "none.xml") == Count(failed=1)


@pytest.mark.parametrize("missing", [[], [CHROMIUM], list(TOOLS)])
def test_every_test_is_in_exactly_one_group_unless_its_tool_is_missing(tmp_path: Path, missing: list[Tool]):
    _write(tmp_path, "pass", "@pytest.mark.chromium\n@pytest.mark.redis")
    expression = with_tools(missing)
    ran = _run(tmp_path, expression).passed if expression else 0
    assert ran == (0 if missing else 1)
    assert _run(tmp_path, without_tools()).passed == 0
