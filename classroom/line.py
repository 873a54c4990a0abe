"""The order of the line: fewest lessons today first, then the longest wait. Pure.

The rule is the same for everybody and is told to everybody in one sentence.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open question, as far as the order goes."""

    question: str
    lessons_today: int
    asked_at: float
    """Unix seconds; kept through drops, reloads and lost lessons, so that nobody loses her place."""


def order(waiting: Iterable[Waiting]) -> dict[str, int]:
    """Rank open questions.

    Returns:
        Question id to rank, 1 is next, in that order. Equal in both respects: by id, so that every process and
        every reload agree.
    """
    ranked = sorted(waiting, key=lambda w: (w.lessons_today, w.asked_at, w.question))
    return {entry.question: rank for rank, entry in enumerate(ranked, start=1)}
