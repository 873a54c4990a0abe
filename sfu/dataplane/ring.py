"""The recent packets of one stream, kept plain and once, however many slots they go to."""

Entry = tuple[int, int, int, int, bytes]
"""Unwrapped sequence, timestamp, marker (0 or 128), audio level byte or -1, payload without padding.

The payload is empty where there is nothing to forward: padding, or a payload type of another codec."""


class Ring:
    """Holds the last ``size`` sequence numbers; a newer packet takes the place of the one ``size`` before it.

    ``size`` is a power of two.
    """

    __slots__ = ("_entries", "_mask", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._mask = size - 1
        self._entries: list[Entry | None] = [None] * size

    def put(self, entry: Entry) -> None:
        """Keep a packet."""
        self._entries[entry[0] & self._mask] = entry

    def get(self, sequence: int) -> Entry | None:
        """Find a packet by its unwrapped sequence number."""
        entry = self._entries[sequence & self._mask]
        return entry if entry is not None and entry[0] == sequence else None
