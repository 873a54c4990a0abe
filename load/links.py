"""What tells one person from another: personal links, each with one user at a time, and addresses. No I/O but a file."""

import json
import re
from collections import deque
from collections.abc import Collection
from pathlib import Path

LINKED = ("pupil", "volunteer", "agent")
"""Roles that need a personal link; the others come in without."""
ROW = re.compile(rf"\s({'|'.join(LINKED)})\s+https?://\S+/entrer#([\w-]+)$")
SECRET = re.compile(r"/entrer#([\w-]+)$")

NETWORKS, HOSTS = 64, 250
"""Locust processes of one run; the square of the second is users of one process."""

Links = dict[str, list[str]]
"""Role to secrets."""


class BadRun(Exception):  # noqa: N818 - a sentence for the operator
    """The run cannot begin."""


def read_links(text: str) -> Links:
    """Read personal links: what ``signaling.admin seed`` or ``make run`` printed, a person a line.

    Returns:
        Role to secrets, in the order of the lines.
    """
    found: Links = {role: [] for role in LINKED}
    for role, secret in filter(None, map(_read, text.splitlines())):
        if secret not in found[role]:
            found[role].append(secret)
    return found


def _read(line: str) -> tuple[str, str] | None:
    if (row := ROW.search(line.rstrip())) is not None:
        return row[1], row[2]
    try:
        person = json.loads(line)
        secret = SECRET.search(person["path"])
        return (person["role"], secret[1]) if secret and person["role"] in LINKED else None
    except (ValueError, KeyError, TypeError):
        return None


def open_links(path: str, roles: Collection[str]) -> Links:
    """Read the file of links.

    Args:
        path: Of the file.
        roles: Who will come.

    Raises:
        BadRun: One of those who need a link has none.
    """
    try:
        links = read_links(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadRun(f"LINKS names {path}, which cannot be read: {error}.") from error
    missing = [role for role in LINKED if role in roles and not links.get(role)]
    if missing:
        raise BadRun(
            f"No links of any {' or '.join(missing)}: set LINKS to a file with what "
            "`python -m signaling.admin seed classroom.app:app helpdesk.app:app` prints, or name the user classes "
            "that are to come, such as: Pupil Volunteer."
        )
    return links


def address(worker: int, number: int) -> str:
    """Give a user an address of her own in 10.64.0.0/10 (RFC 1918), by her process and her number there."""
    return f"10.{64 + worker % NETWORKS}.{number // HOSTS % HOSTS}.{number % HOSTS + 1}"


class Pool:
    """Links that nobody uses. A link that comes back is used again last."""

    def __init__(self, links: Links) -> None:
        self._free = {role: deque(secrets) for role, secrets in links.items()}

    def take(self, role: str) -> str | None:
        """Give a secret away; None when none is left."""
        free = self._free.get(role)
        return free.popleft() if free else None

    def give_back(self, role: str, secret: str) -> None:
        """Take one back."""
        self._free[role].append(secret)
