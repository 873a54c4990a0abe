"""The whole server in tests (``load.system``); ``running`` with more processes, another database or another Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from load.system.whole import System, running


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    """One web process, one worker, one SFU worker, an SQLite file; for one test."""
    folder = tmp_path / "system"
    folder.mkdir()
    with running(folder) as system:
        yield system
