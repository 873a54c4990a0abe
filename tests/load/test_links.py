"""Links are read from what the seed prints and from what `make run` prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JSON_LINES = """
{"name": "Claire (coordination)", "role": "coordinator", "path": "/entrer#c0"}
{"name": "Jeanne M.", "role": "volunteer", "path": "/entrer#a-1"}
{"name": "Inès M.", "role": "pupil", "path": "/entrer#b_2"}
"""
TABLE = """
Permanence is up: http://localhost:8080 (Ctrl-C stops it)

Claire (coordination)  coordinator  http://localhost:8080/entrer#c0
Jeanne M.          volunteer    http://localhost:8080/entrer#a-1
Inès M.                pupil        http://localhost:8080/entrer#b_2
Inès M.                pupil        http://localhost:8080/entrer#b_2
"""


@pytest.mark.parametrize("text", [JSON_LINES, TABLE])
def test_secrets_of_pupils_and_volunteers_are_found(text: str) -> None:
    code = (
        "import sys, json; from load.users import read_links; print(json.dumps(read_links(sys.stdin.read())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=True,
    )
    assert json.loads(done.stdout) == {"pupil": ["b_2"], "volunteer": ["a-1"]}
