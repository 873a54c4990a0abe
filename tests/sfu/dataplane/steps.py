"""Random ordered operations and packets, as calls of methods of ``twins.Twins``."""

from typing import Any

from hypothesis import strategies as st

from tests.sfu.dataplane.twins import MEDIAS, SLOTS

STREAMS = st.integers(0, len(MEDIAS) - 1)
PEERS = st.integers(0, 2)
SLOT = st.integers(0, SLOTS - 1)
FATES = st.lists(
    st.sampled_from(["arrives"] * 6 + ["lost", "held", "held", "padding", "padded", "foreign"]),
    min_size=1,
    max_size=6,
)


def step(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


FRAME = step("frame", stream=STREAMS, fates=FATES, key=st.sampled_from([False, False, True]))
CONNECT = step("connect", slot=SLOT, stream=STREAMS, payload_type=st.sampled_from([100, 100, 100, 102]))
STEPS = st.one_of(
    FRAME,
    FRAME,
    FRAME,
    FRAME,
    CONNECT,
    CONNECT,
    step("release", stream=STREAMS),
    step("release", stream=STREAMS),
    step("leap", stream=STREAMS, count=st.sampled_from([1, 3, 60, 65, 130, 500, 512, 513, 600, 20000])),
    step("repeat", stream=STREAMS, back=st.integers(0, 20)),
    step("replay", peer=PEERS),
    step("disconnect", slot=SLOT),
    step("remove", stream=STREAMS),
    step("add", stream=STREAMS),
    step("silence", peer=PEERS),
    step("wake", peer=PEERS),
    step("wake", peer=PEERS),
    step("hold", peer=PEERS, held=st.sampled_from([True, False, False])),
    step("miss", slot=SLOT, backs=st.lists(st.integers(-3, 40), max_size=5)),
    step("unknown", peer=PEERS, number=STREAMS),
    step("rtcp", peer=PEERS),
    step("junk", peer=PEERS, data=st.binary(max_size=60)),
    step("wait", seconds=st.sampled_from([0.001, 0.02, 0.5, 3600.0])),
)
