"""Sweeps act on one row after the other, each in a transaction of its own: one that fails stops none of the others."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from signaling.api import Refusal

logger = logging.getLogger(__name__)


@contextmanager
def one_of_many(sweep: str, row: str) -> Iterator[None]:
    """Leave a row that has moved on, or that fails, to the next round; what fails is logged."""
    try:
        yield
    except Refusal as refusal:  # somebody was faster, mostly
        logger.debug("x %s %s: %s", sweep, row, refusal.text)
    except Exception:
        logger.exception("x %s %s: left to the next round", sweep, row)
