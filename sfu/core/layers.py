"""Which simulcast layer a slot shows: a pure function.

The highest that is being sent and that the receiver can take; always at least the lowest that is being sent.
"""

from collections.abc import Iterable

from sfu.core.rooms import Layer
from sfu.dataplane.contract import StreamId

STOPPED_AFTER_S = 1.0
CLIMB_MARGIN = 1.2
"""A larger layer has to fit with this much room, so that the choice does not swing."""


def choose(
    layers: Iterable[Layer], present: StreamId | None, limit_bps: float | None, now: float
) -> StreamId | None:
    """Choose a layer of one publication.

    Args:
        layers: of the publication, in any order; their arrival times and bitrates are read.
        present: what the slot shows or waits for, perhaps of another publication.
        limit_bps: what the receiver can take in this slot; None when it never complained.
        now: monotonic seconds.
    """
    ranked = sorted(layers, key=lambda layer: layer.rank)
    sent = [layer for layer in ranked if now - layer.last_arrival <= STOPPED_AFTER_S]
    if not sent:
        kept = next((layer for layer in ranked if layer.id == present), None)
        return (kept or ranked[0]).id if ranked else None
    if limit_bps is None:
        return sent[-1].id
    fitting = [layer for layer in sent if _fits(layer, present, limit_bps)]
    return (fitting or sent[:1])[-1].id


def _fits(layer: Layer, present: StreamId | None, limit_bps: float) -> bool:
    if not layer.bitrate:
        return layer.id == present
    return layer.bitrate * (1.0 if layer.id == present else CLIMB_MARGIN) <= limit_bps
