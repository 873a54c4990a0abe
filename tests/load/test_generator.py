"""What the generator keeps about itself and hands on: media legs, records, the storm's line. (No system needed.)"""

import json
import os
from pathlib import Path

import pytest

from load.driver import records
from load.driver.records import Records, SecondRecord, StepRecord
from load.driver.watch import Legs, Watch
from load.steps import Step
from load.storm import TO_THE_OPERATOR, restart_web

STEP = StepRecord(at=1.0, who="pupil", step=Step.JOIN, value=12.5, failed=False)
SECOND = SecondRecord(at=2.0, users=3, calls=1.0, driver_cpu=0.1, locust_cpu=0.01, driver_lag_ms=2.0)


def lines(folder: Path) -> list[dict[str, object]]:
    (file,) = folder.iterdir()
    assert file.name == f"{os.getpid()}.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_records_are_lines_of_one_file_for_each_process(tmp_path: Path) -> None:
    kept = Records(tmp_path / "records")
    kept.add(STEP)
    kept.write()
    kept.add(SECOND)
    kept.write()
    assert lines(tmp_path / "records") == [
        {"at": 1.0, "who": "pupil", "step": "join", "value": 12.5, "failed": False},
        {"at": 2.0, "users": 3, "calls": 1.0, "driver_cpu": 0.1, "locust_cpu": 0.01, "driver_lag_ms": 2.0},
    ]


def test_what_the_disk_does_not_take_is_dropped_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(records, "LINES_WAITING", 2)
    kept = Records(tmp_path)
    for _ in range(5):
        kept.add(STEP)
    kept.write()
    assert len(lines(tmp_path)) == 2
    assert "3 records dropped" in caplog.text


def test_a_leg_counts_from_its_connection_to_hanging_up_or_the_end_of_the_turn() -> None:
    legs = Legs()
    legs.measured(1, Step.JOIN, "")
    legs.measured(2, Step.JOIN, "")
    legs.measured(3, Step.JOIN, "no way was found")
    assert legs.calls == 1.0
    legs.measured(1, Step.HANG_UP, "")
    legs.measured(1, Step.HANG_UP, "")
    assert legs.calls == 0.5
    legs.back(2)
    assert legs.calls == 0.0


async def test_a_watch_tells_of_the_time_since_it_was_asked_last() -> None:
    watch = Watch()
    try:
        cpu, lag_ms = watch.take()
    finally:
        watch.stop()
    assert cpu >= 0.0
    assert lag_ms == 0.0


def test_the_storm_asks_who_runs_the_system(tmp_path: Path) -> None:
    control = tmp_path / "control"
    os.mkfifo(control)
    reader = os.open(control, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert restart_web(str(control)) == "STORM: the web processes are restarted."
        assert os.read(reader, 100) == b"restart web\n"
    finally:
        os.close(reader)


def test_a_storm_that_nobody_carries_out_is_the_operators(tmp_path: Path) -> None:
    assert restart_web("") == TO_THE_OPERATOR
    nobody = tmp_path / "control"
    os.mkfifo(nobody)
    assert restart_web(str(nobody)).startswith(TO_THE_OPERATOR)
    assert restart_web(str(tmp_path / "missing")).startswith(TO_THE_OPERATOR)
