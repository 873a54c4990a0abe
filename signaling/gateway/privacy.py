"""Keeps personal data out of the logs: an exception is shown by its class and where it happened, never by its text.

The text of an exception often holds what somebody wrote: SQL parameters, a message that could not be decoded.
"""

import logging
import traceback
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
DEEPEST = 30


def frames_of(error: BaseException) -> str:
    """Return the class of an exception and of those that caused it, each with file, line and function."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < DEEPEST:
        frames = traceback.extract_tb(current.__traceback__)[-DEEPEST:]
        places = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in reversed(frames))
        parts.append(f"{type(current).__name__} at {places}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "; from ".join(parts)


class PrivateFormatter(logging.Formatter):
    """Formats exceptions by `frames_of`."""

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return class and places."""
        return frames_of(ei[1]) if ei[1] is not None else ""


def configure_logging() -> None:
    """Log to standard error: lifecycle of ours, warnings of libraries."""
    handler = logging.StreamHandler()
    handler.setFormatter(PrivateFormatter(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in ("signaling", "classroom", "helpdesk", "sfu"):
        logging.getLogger(package).setLevel(logging.INFO)
