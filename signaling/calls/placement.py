"""Which worker carries a call, and whether it is still alive. Pure: judges what Redis showed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from sfu.control import PROTOCOL, WorkerState

HEARTBEAT_TTL_S = 8.0
FORGOTTEN_S = 5.0
"""Redis knows nothing of the worker, not even when it was last seen: either the worker took itself out, or Redis
came back empty and the worker has not announced itself yet, which it does within two heartbeats."""


@dataclass(frozen=True, slots=True)
class Workers:
    """What Redis shows of the workers at one moment."""

    alive: Mapping[str, WorkerState]
    """Whose heartbeat key is there."""
    seen: Mapping[str, float]
    """Unix seconds of the last heartbeat, also of those that are gone."""


class Verdict(Enum):
    """Whether a worker is alive."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


def choose(
    workers: Iterable[WorkerState], placed: Mapping[str, int], exclude: Collection[str] = ()
) -> str | None:
    """Return the worker with the least load that takes new rooms and speaks our protocol; None for none.

    Processor share counts first, in steps of a tenth so that its noise does not outweigh the number of calls. The
    calls are counted by signaling: a heartbeat is up to 2 s old, and at the opening minute many come within them.

    Args:
        workers: What they say of themselves.
        placed: How many calls that have not ended each of them has been given.
        exclude: Those that were tried already.
    """
    fit = [
        state
        for state in workers
        if state.protocol == PROTOCOL and not state.draining and state.worker not in exclude
    ]
    best = min(fit, key=lambda s: (int(s.cpu * 10), placed.get(s.worker, 0), s.peers, s.worker), default=None)
    return best.worker if best else None


def judge(worker: str, workers: Workers, reported_at: float, now: float) -> Verdict:
    """Judge a worker of which a client said that no media comes.

    Dead only when its heartbeat is gone while that of others is there: Redis answers and is filled, so it is the
    worker and not Redis that is away.

    Args:
        worker: Its id.
        workers: What Redis shows now.
        reported_at: When a client first said so, Unix seconds.
        now: Unix seconds.
    """
    seen_at = workers.seen.get(worker)
    if worker in workers.alive:
        # The key of a worker that has just died is there still: a heartbeat after the report is what disproves it.
        return Verdict.ALIVE if seen_at is not None and seen_at > reported_at else Verdict.UNKNOWN
    if not workers.alive:
        return Verdict.UNKNOWN
    gone = now - reported_at >= FORGOTTEN_S if seen_at is None else now - seen_at > HEARTBEAT_TTL_S
    return Verdict.DEAD if gone else Verdict.UNKNOWN
