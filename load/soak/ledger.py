"""What was sent and what was acknowledged; kept outside of all that is killed."""

import uuid
from collections import defaultdict

from load.soak.judge import Words


class Ledger:
    """Of one run."""

    def __init__(self) -> None:
        self.sent: list[Words] = []
        self.acknowledged: defaultdict[str, list[int]] = defaultdict(list)
        """Client id to each seq that was answered for it."""
        self.refused: list[str] = []
        """Refusals for good: there must be none."""
        self.notes: defaultdict[str, int] = defaultdict(int)
        """What happened how often on the way; for the person who reads the report."""

    def write(self, log_id: str, author: str, rank: int) -> Words:
        """Make a message, once."""
        client_id = uuid.uuid4().hex
        words = Words(log_id, author, client_id, f"{author}: {rank} {client_id[:6]} é ع 中", rank)
        self.sent.append(words)
        return words

    def acknowledge(self, words: Words, seq: int) -> None:
        """Note an answer."""
        self.acknowledged[words.client_id].append(seq)

    @property
    def open(self) -> int:
        """Messages that nobody has acknowledged."""
        return len(self.sent) - len(self.acknowledged)
