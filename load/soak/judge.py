"""What was sent, what is stored, what each reader holds: are they the same words, once each, in order? Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """One message that somebody sent."""

    log_id: str
    author: str
    """Who wrote; any name."""
    client_id: str
    text: str
    rank: int
    """Place among its author's messages in this log. Two that were sent side by side share one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event, as the database or a reader holds it."""

    seq: int
    client_id: str = ""
    """Of a message; empty for what is no message."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """What one page holds of one log."""

    name: str
    log_id: str
    events: Sequence[Seen]
    after: int = 0
    """Reads only what came after this seq."""


@dataclass(slots=True)
class Verdict:
    """How much is wrong, and what."""

    lost: int = 0
    """Sent and not acknowledged or not there, for anybody; there with other words; or a hole in the numbers."""
    doubled: int = 0
    """There twice, for anybody; or there and sent by nobody."""
    out_of_order: int = 0
    """After something that its author sent later, or in another order than in the database."""
    findings: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not (self.lost or self.doubled or self.out_of_order)

    def find(self, kind: str, what: str) -> None:
        """Count something that is wrong."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.findings.append(f"{kind}: {what}")


def judge(
    sent: Iterable[Words],
    acknowledged: Mapping[str, Collection[int]],
    stored: Mapping[str, Sequence[Seen]],
    readers: Iterable[Reader],
) -> Verdict:
    """Compare.

    Args:
        sent: All messages, acknowledged or not, in the order in which each author sent them.
        acknowledged: Client id to each seq that was ever answered for it.
        stored: Log id to its events in the database, by seq.
        readers: What each page holds at the end, in the order in which it shows it.
    """
    verdict = Verdict()
    by_log: defaultdict[str, list[Words]] = defaultdict(list)
    for words in sent:
        by_log[words.log_id].append(words)
        if not acknowledged.get(words.client_id):
            verdict.find("lost", f"{words.author}'s {words.rank} was never acknowledged")
    for log_id in {*by_log, *stored}:
        events = stored.get(log_id, ())
        _numbers(verdict, log_id, events)
        _each_once(verdict, by_log[log_id], events)
        _in_order(verdict, by_log[log_id], events)
    at = {event.client_id: event.seq for events in stored.values() for event in events}
    for client_id, seqs in acknowledged.items():
        for seq in set(seqs) - {at[client_id]} if client_id in at else ():
            verdict.find("lost", f"{client_id} was acknowledged as {seq} and is {at[client_id]}")
    for reader in readers:
        _reads(verdict, reader, stored.get(reader.log_id, ()))
    return verdict


def _numbers(verdict: Verdict, log_id: str, events: Sequence[Seen]) -> None:
    count = Counter(event.seq for event in events)
    for seq in range(1, max(count, default=0) + 1):
        if not count[seq]:
            verdict.find("lost", f"{log_id} has no {seq}")
    for seq, times in count.items():
        for _ in range(times - 1):
            verdict.find("doubled", f"{log_id} has {seq} more than once")


def _each_once(verdict: Verdict, sent: Sequence[Words], events: Sequence[Seen]) -> None:
    found: defaultdict[str, list[Seen]] = defaultdict(list)
    for event in events:
        if event.client_id:
            found[event.client_id].append(event)
    for words in sent:
        copies = found.pop(words.client_id, [])
        if not copies or any(copy.text != words.text for copy in copies):
            verdict.find("lost", f"{words.author}'s {words.rank}: {words.client_id}")
        for _ in copies[1:]:
            verdict.find("doubled", f"{words.author}'s {words.rank}: {words.client_id}")
    for client_id in found:
        verdict.find("doubled", f"{client_id}, which nobody sent")


def _in_order(verdict: Verdict, sent: Sequence[Words], events: Sequence[Seen]) -> None:
    known = {words.client_id: words for words in sent}
    furthest: defaultdict[str, int] = defaultdict(int)
    for event in sorted(events, key=lambda event: event.seq):
        words = known.get(event.client_id)
        if words is None:
            continue
        if words.rank < furthest[words.author]:
            verdict.find("out_of_order", f"{words.author}'s {words.rank} after {furthest[words.author]}")
        furthest[words.author] = max(words.rank, furthest[words.author])


def _reads(verdict: Verdict, reader: Reader, events: Sequence[Seen]) -> None:
    expected = [event for event in sorted(events, key=lambda event: event.seq) if event.seq > reader.after]
    if list(reader.events) == expected:
        return
    have, should = Counter(reader.events), Counter(expected)
    for event in should - have:
        verdict.find("lost", f"{reader.name} does not hold {event.seq}")
    for event in have - should:
        verdict.find("doubled", f"{reader.name} holds {event.seq}, which is not there, or not once more")
    if have == should:
        verdict.find("out_of_order", f"{reader.name} holds all of it in another order")
