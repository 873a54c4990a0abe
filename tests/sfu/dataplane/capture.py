"""Reads and writes the captures in tests/data, and plays one through a data plane."""

from pathlib import Path
from struct import Struct

from sfu.dataplane.contract import Media
from tests.sfu.dataplane.rig import Rig

DATA = Path(__file__).parents[2] / "data"
RECORD = Struct("!dBH")
SWITCH_AT = 0.6
MEDIAS = {1: Media.VP8, 2: Media.VP8, 3: Media.OPUS}
"""By stream; stream n is sent by peer 0 if odd, else by peer 1, and its ssrc is 1000 + n."""

Records = list[tuple[float, int, bytes]]


def load(name: str) -> Records:
    """Read a capture."""
    data = (DATA / name).read_bytes()
    records: Records = []
    at = 0
    while at < len(data):
        when, stream, length = RECORD.unpack_from(data, at)
        at += RECORD.size
        records.append((when, stream, data[at : at + length]))
        at += length
    return records


def save(name: str, records: Records) -> None:
    """Write a capture."""
    (DATA / name).write_bytes(b"".join(RECORD.pack(when, n, len(data)) + data for when, n, data in records))


def play(records: Records) -> Records:
    """Forward a capture to peer 2: slot 1 shows camera 1 and then camera 2, slot 3 is the microphone."""
    rig = Rig()
    for stream, media in MEDIAS.items():
        rig.stream((stream - 1) % 2, stream, media)
    rig.slot(2, 1, first=32767, timestamp=2**32 - 9000)
    rig.slot(2, 3, first=0, timestamp=0)
    rig.connect(1, 1)
    rig.connect(3, 3, 63)
    switched = False
    got: Records = []
    subscriber = rig.peers[2]
    for when, stream, plain in records:
        rig.now = 1000 + when
        if when >= SWITCH_AT and not switched:
            rig.connect(1, 2)
            switched = True
        peer = (stream - 1) % 2
        rig.deliver(peer, rig.peers[peer].outbound.protect(plain))
        for cipher, _ in rig.emitted:
            out = subscriber.inbound.unprotect(cipher)
            got.append((when, int.from_bytes(out[8:12], "big") - 2000, out))
        rig.emitted.clear()
    return got
