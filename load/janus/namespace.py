"""A network namespace with one address that is not a loopback one, whatever network the machine has.

Janus announces no loopback address as a candidate. What is sent to this one still goes through the namespace's loopback
device. The namespace has no name: it ends with the last process in it, and nothing is left to be removed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

ADDRESS = "10.213.0.1"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""Debian keeps ``ip`` where only root looks."""
_SET_UP = (
    "link set lo up",
    "link add media type veth peer name media-end",
    f"address add {ADDRESS}/24 dev media",
    "link set media-end up",
    "link set media up",
)


def hindrance() -> str | None:
    """Say why there can be no namespace here; None when there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a network namespace needs Linux and root"
    if not all(shutil.which(program, path=PATH) for program in ("unshare", "ip")):
        return "a network namespace needs unshare and ip: apt-get install util-linux iproute2"
    tried = subprocess.run(inside(["true"]), capture_output=True, check=False)
    return (
        "this root may make no network namespace; a container needs CAP_SYS_ADMIN"
        if tried.returncode
        else None
    )


def inside(argv: Sequence[str]) -> list[str]:
    """Give the command that runs `argv` in a new namespace, as the same process; it has to call `set_up` first."""
    return [shutil.which("unshare", path=PATH) or "unshare", "--net", "--", *argv]


def set_up() -> None:
    """Give the namespace of this process its address.

    Raises:
        RuntimeError: It is the parent's too, or the kernel refuses.
    """
    if os.readlink("/proc/self/ns/net") == os.readlink(f"/proc/{os.getppid()}/ns/net"):
        raise RuntimeError("this process has no network namespace of its own")
    for words in _SET_UP:
        argv = [shutil.which("ip", path=PATH) or "ip", *words.split()]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"ip {words}: {done.stderr.strip()}")
