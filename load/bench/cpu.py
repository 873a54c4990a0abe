"""CPU time and memory of another process, as the kernel accounts for them."""

import os
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all threads.

    On Linux from the scheduler, in nanoseconds: the usual counters tick each 10 ms, too coarse for a process that is
    idle most of the time. Elsewhere from the usual counters.
    """
    tasks = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
    if tasks:
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def resident_kb(pid: int) -> float:
    """Resident memory in kB (1,000 bytes)."""
    return float(psutil.Process(pid).memory_info().rss) / 1000


def machine() -> str:
    """Tell how busy the machine is, for the load of a figure."""
    return f"machine's load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
