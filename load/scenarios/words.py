"""What is written at the help desk. Each message says which one of its writer it is and when it was sent; readers check all of it."""

import re
import time
from dataclasses import dataclass, field, replace

from load.scenarios.measuring import CheckFailed
from signaling.wire import LogEvent

PHRASES = (
    "Bonjour, il me manque la quittance du mois de mai : puis-je en envoyer une autre, plus ancienne ?",
    "Oui, c’est bien cela. Merci de votre patience.",
    "Je n’ai pas compris la deuxième question du formulaire. Faut-il compter mon fils, qui a 19 ans ?",
    "D’accord.",
    "J’ai retrouvé mon numéro d’allocataire ; il est sur la lettre du 3 octobre. Où est-ce que je l’écris ?",
)
MESSAGE = re.compile(r"^\[([0-9a-f]{8}) (\d+) (\d+) (\d+)\] (.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands before the words of a message."""

    talk: str
    """The conversation, by the first eight digits of its id."""
    rank: int
    """1 for the writer's first message in it."""
    sent_ns: int
    """CLOCK_MONOTONIC when Send was pressed, the same for all processes of a machine."""
    stamp: int = 0
    """Of the media that the writer sends; 0 outside of calls."""

    @property
    def phrase(self) -> str:
        """The words that follow."""
        return PHRASES[self.rank % len(PHRASES)]

    def now(self) -> "Mark":
        """The same message, sent at this moment."""
        return replace(self, sent_ns=time.monotonic_ns())

    def text(self, share: float = 1.0) -> str:
        """Give the message; with a ``share`` below 1 the beginning of it, as a draft has it."""
        phrase = self.phrase[: max(1, round(share * len(self.phrase)))]
        return f"[{self.talk} {self.rank} {self.sent_ns} {self.stamp}] {phrase}"


def talk_of(conversation: str) -> str:
    """Give what marks call a conversation."""
    return conversation[:8]


def read_mark(text: str) -> tuple[Mark, bool]:
    """Give the mark of a text, and whether all of its words follow it.

    Raises:
        CheckFailed: It is not one that was written here.
    """
    found = MESSAGE.match(text)
    if not found:
        raise CheckFailed("another text than was sent")
    mark = Mark(found[1], int(found[2]), int(found[3]), int(found[4]))
    if not mark.phrase.startswith(found[5]):
        raise CheckFailed(f"other words than were sent with message {mark.rank}")
    return mark, found[5] == mark.phrase


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read."""

    seq: int
    at: float
    author: str
    """Who pressed Send."""
    drafted: bool
    """Somebody else wrote it, and it was sent some time after."""
    mark: Mark


@dataclass(slots=True)
class Reading:
    """What one person has read of one conversation, and whether it was right.

    Attributes:
        talk: The conversation, as marks call it.
        whole: Whether it is read from its first message on.
        messages: All that were right or nearly so, in order.
        acknowledged: Client id to the seq that the server answered for it.
    """

    talk: str
    whole: bool
    messages: list[Message] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)
    _seqs: dict[str, int] = field(default_factory=dict)

    def take(self, event: LogEvent) -> Message:
        """Read the next message.

        Raises:
            CheckFailed: It is another text, or not the one that comes next of its writer.
        """
        self._seqs[event.client_id] = event.seq
        mark, complete = read_mark(event.payload["text"])
        if mark.talk != self.talk:
            raise CheckFailed("a message of another conversation")
        if not complete:
            raise CheckFailed(f"message {mark.rank} lacks its last words")
        drafted = bool(event.payload.get("helper"))
        writer = event.payload["helper"] if drafted else event.author
        before = self._last.get(writer, 0 if self.whole else mark.rank - 1)
        self._last[writer] = max(before, mark.rank)
        self.messages.append(Message(event.seq, event.at, event.author, drafted, mark))
        if mark.rank != before + 1:
            raise CheckFailed(f"message {mark.rank} of its writer came after {before}")
        return self.messages[-1]

    def complaints(self) -> list[str]:
        """Name what was acknowledged to this person and does not stand where the answers said."""
        return [
            f"acknowledged as {seq}, but found at {self._seqs.get(client_id, 'no place')}"
            for client_id, seq in self.acknowledged.items()
            if self._seqs.get(client_id) != seq
        ]
