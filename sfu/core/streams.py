"""From an unknown ssrc to a layer of a publication.

An ssrc is known by what the offer announced, else by mid and rid (RFC 8843 section 9.2, RFC 8852), else by payload
type where only one section has it. Peers may send anything: the number of layers and the rate at which one ssrc
takes over from another are bounded.
"""

from sfu.core.rooms import Directory, Layer, Peer, Publication
from sfu.dataplane.contract import AddRepair, AddStream, Operation, RemoveStream, UnknownSsrc

MAX_LAYERS = 24
"""Of one peer."""
TAKEOVER_S = 1.0
"""At most one takeover per publication in this time."""


def announced(directory: Directory, peer: Peer, now: float) -> list[Operation]:
    """Add what the offer announced, so that no first packet is lost.

    Sections with rids are left out: which ssrc is which layer is known from the packets.
    """
    operations: list[Operation] = []
    for publication in peer.publications.values():
        agreed = publication.agreed
        if not agreed.rids:
            for rank, ssrc in enumerate(agreed.ssrcs):
                operations += _add(directory, publication, ssrc, rank, now)
    return operations


def resolve(directory: Directory, unknown: UnknownSsrc, now: float) -> list[Operation]:
    """Say what an unknown ssrc is; nothing when it cannot be known."""
    peer = directory.peers.get(unknown.transport)
    publication = _publication(peer, unknown) if peer else None
    if publication is None:
        return []
    if _is_repair(publication, unknown):
        return _repair(publication, unknown)
    rank = _rank(publication, unknown)
    if rank is None or unknown.payload_type != publication.agreed.format.payload_type:
        return []
    return _begin(directory, publication, unknown.ssrc, rank, now)


def _begin(
    directory: Directory, publication: Publication, ssrc: int, rank: int, now: float
) -> list[Operation]:
    """Add a layer, or let an ssrc take over from another one (a browser that restarts its encoder)."""
    former = publication.layers.get(rank)
    if former is None:
        full = sum(1 for _ in publication.peer.layers()) >= MAX_LAYERS
        return [] if full else _add(directory, publication, ssrc, rank, now)
    if now - publication.replaced_at < TAKEOVER_S:
        return []
    publication.replaced_at = now
    directory.remove_layer(former)
    return [RemoveStream(former.id), *_add(directory, publication, ssrc, rank, now)]


def _add(directory: Directory, publication: Publication, ssrc: int, rank: int, now: float) -> list[Operation]:
    layer = directory.add_layer(publication, ssrc, rank, now)
    agreed, transport = publication.agreed, publication.peer.transport
    form = agreed.format
    operations: list[Operation] = [
        AddStream(layer.id, transport, ssrc, agreed.media, form.payload_type, form.clock_rate)
    ]
    repair = next((rtx for rtx, repaired in agreed.rtx.items() if repaired == ssrc), 0)
    if repair and form.rtx_payload_type:
        operations.append(_add_repair(layer, repair))
    return operations


def _add_repair(layer: Layer, ssrc: int) -> AddRepair:
    layer.rtx_ssrc = ssrc
    publication = layer.publication
    payload_type = publication.agreed.format.rtx_payload_type
    return AddRepair(layer.id, publication.peer.transport, ssrc, payload_type)


def _publication(peer: Peer, unknown: UnknownSsrc) -> Publication | None:
    publications = list(peer.publications.values())
    for publication in publications:
        if unknown.ssrc in publication.agreed.ssrcs or unknown.ssrc in publication.agreed.rtx:
            return publication
    if unknown.mid:
        return next((p for p in publications if p.agreed.mid == unknown.mid), None)
    numbered = [p for p in publications if unknown.payload_type in _payload_types(p)]
    return numbered[0] if len(numbered) == 1 else None


def _payload_types(publication: Publication) -> set[int]:
    form = publication.agreed.format
    return {form.payload_type, form.rtx_payload_type} - {0}


def _is_repair(publication: Publication, unknown: UnknownSsrc) -> bool:
    form = publication.agreed.format
    return bool(form.rtx_payload_type) and unknown.payload_type == form.rtx_payload_type


def _repair(publication: Publication, unknown: UnknownSsrc) -> list[Operation]:
    """Attach a repair ssrc to its layer; it is asked about again while the layer has not been seen."""
    repaired = publication.agreed.rtx.get(unknown.ssrc)
    if repaired is not None:
        layer = next((one for one in publication.layers.values() if one.ssrc == repaired), None)
    else:
        rank = _rank(publication, unknown)
        layer = publication.layers.get(rank) if rank is not None else None
    return [_add_repair(layer, unknown.ssrc)] if layer and not layer.rtx_ssrc else []


def _rank(publication: Publication, unknown: UnknownSsrc) -> int | None:
    """Which layer it is, of a publication that is already known."""
    agreed = publication.agreed
    if not agreed.rids:
        return agreed.ssrcs.index(unknown.ssrc) if unknown.ssrc in agreed.ssrcs else 0
    rid = unknown.repaired_rid or unknown.rid
    if rid:
        return agreed.rids.index(rid) if rid in agreed.rids else None
    if unknown.ssrc in agreed.ssrcs and len(agreed.ssrcs) == len(agreed.rids):
        return agreed.ssrcs.index(unknown.ssrc)
    return None
