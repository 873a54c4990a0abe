"""What a view's data looks like on the way out, its version, and the change from one to the next.

Pure. Data are what JSON knows, without null: a field that is ``None`` is absent, so that null may mean "remove"
in a merge patch (RFC 7396).
"""

from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Any

import msgspec

VERSION_BYTES = 12
CONTAINERS = (dict, list, tuple)


def plain(data: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return structs as dicts, tuples as lists, and leave out what is None in dicts."""
    return _without_none(msgspec.to_builtins(data))


def version_of(data: object) -> str:
    """Return a digest of plain data, 16 characters: equal on every process for equal data."""
    encoded = msgspec.msgpack.encode(data, order="deterministic")
    return urlsafe_b64encode(blake2b(encoded, digest_size=VERSION_BYTES).digest()).decode()


def merge_patch(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the patch that makes ``new`` of ``old`` (RFC 7396); both without null."""
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        before: Any = old.get(name)
        if before == value:
            continue
        both = isinstance(before, dict) and isinstance(value, dict)
        patch[name] = merge_patch(before, value) if both else value
    return patch


def _without_none(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {
            # Most values hold nothing: a call for each would be half the cost of a large view.
            name: _without_none(inner) if isinstance(inner, CONTAINERS) else inner
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list | tuple):
        return [_without_none(inner) for inner in value]
    return value
